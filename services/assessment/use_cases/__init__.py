"""What assessment does besides what every holder of dossiers does."""

from services.assessment.use_cases.arrive import Arrivals
from services.assessment.use_cases.existence import Existence
from services.assessment.use_cases.informing import Informing
from services.assessment.use_cases.meetings import Meetings

__all__ = ["Arrivals", "Existence", "Informing", "Meetings"]
