"""What oversight does: keep what was done and why, and let the beheerder approve destruction."""

from services.oversight.use_cases.approve import Lists
from services.oversight.use_cases.chains import Chains
from services.oversight.use_cases.keep import Keeping
from services.oversight.use_cases.release import Releasing
from services.oversight.use_cases.show import Showing

__all__ = ["Chains", "Keeping", "Lists", "Releasing", "Showing"]
