"""What assessment does: receive reports, show them, record facts and decisions, end signals."""

from services.assessment.use_cases.arrive import Arrivals
from services.assessment.use_cases.decide import Decisions
from services.assessment.use_cases.settle import Settlement
from services.assessment.use_cases.view import Views

__all__ = ["Arrivals", "Decisions", "Settlement", "Views"]
