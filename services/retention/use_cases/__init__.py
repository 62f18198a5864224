"""What retention does: keep sealed signals, own their terms, carry out destruction, declare it."""

from services.retention.use_cases.backups import Backups
from services.retention.use_cases.compaction import Compactions
from services.retention.use_cases.declare import Declarations
from services.retention.use_cases.destroy import Destruction
from services.retention.use_cases.existence import AnsweringExistence
from services.retention.use_cases.finish import Finishing
from services.retention.use_cases.for_requests import GivingToRequests
from services.retention.use_cases.held import HeldNumbers
from services.retention.use_cases.hold import Holds
from services.retention.use_cases.keep import Keeping
from services.retention.use_cases.listing import Listing
from services.retention.use_cases.looks import GivingLooks
from services.retention.use_cases.procedures import Procedures

__all__ = [
    "AnsweringExistence",
    "Backups",
    "Compactions",
    "Declarations",
    "Destruction",
    "Finishing",
    "GivingLooks",
    "GivingToRequests",
    "HeldNumbers",
    "Holds",
    "Keeping",
    "Listing",
    "Procedures",
]
