"""What casework does besides what every holder of dossiers does."""

from services.casework.use_cases.consult import Consulting
from services.casework.use_cases.left_to_do import LeftToDo
from services.casework.use_cases.move import Moving
from services.casework.use_cases.outside import Hearing

__all__ = ["Consulting", "Hearing", "LeftToDo", "Moving"]
