"""What oversight does: keep what was done and why, and let the beheerder approve destruction."""

from services.oversight.use_cases.anchor import Anchoring
from services.oversight.use_cases.approve import DestructionLists
from services.oversight.use_cases.chains import Chains
from services.oversight.use_cases.count import Counting
from services.oversight.use_cases.designations import DesignationKeeping
from services.oversight.use_cases.duties import DutyKeeping
from services.oversight.use_cases.judge_urgent import UrgentJudging
from services.oversight.use_cases.keep import RegisterKeeping
from services.oversight.use_cases.release import Releasing
from services.oversight.use_cases.show import RegisterReading
from services.oversight.use_cases.statistics import Statistics

__all__ = [
    "Anchoring",
    "Chains",
    "Counting",
    "DesignationKeeping",
    "DestructionLists",
    "DutyKeeping",
    "RegisterKeeping",
    "RegisterReading",
    "Releasing",
    "Statistics",
    "UrgentJudging",
]
