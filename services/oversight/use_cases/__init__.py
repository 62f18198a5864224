"""What oversight does: keep what was done and why, and let the beheerder approve destruction."""

from services.oversight.use_cases.anchor import Anchoring
from services.oversight.use_cases.approve import DestructionLists
from services.oversight.use_cases.bind import AccountBinding
from services.oversight.use_cases.breaches import BreachRegister
from services.oversight.use_cases.chains import Chains
from services.oversight.use_cases.count import Counting
from services.oversight.use_cases.designations import DesignationKeeping
from services.oversight.use_cases.duties import DutyKeeping
from services.oversight.use_cases.forget import RegisterForgetting
from services.oversight.use_cases.forget_trail import TrailForgetting
from services.oversight.use_cases.judge_urgent import UrgentJudging
from services.oversight.use_cases.keep import RegisterKeeping
from services.oversight.use_cases.register_archive import RegisterArchive
from services.oversight.use_cases.release import Releasing
from services.oversight.use_cases.review import AccessReview
from services.oversight.use_cases.show import RegisterReading
from services.oversight.use_cases.statistics import Statistics
from services.oversight.use_cases.watch import TrailWatching

__all__ = [
    "AccessReview",
    "AccountBinding",
    "Anchoring",
    "BreachRegister",
    "Chains",
    "Counting",
    "DesignationKeeping",
    "DestructionLists",
    "DutyKeeping",
    "RegisterArchive",
    "RegisterForgetting",
    "RegisterKeeping",
    "RegisterReading",
    "Releasing",
    "Statistics",
    "TrailForgetting",
    "TrailWatching",
    "UrgentJudging",
]
