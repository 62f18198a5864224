"""Which message belongs to which event name."""

from __future__ import annotations

from shared.contracts import access, assessment, common, intake, oversight, retention
from shared.contracts.common import Message

MESSAGES: dict[str, type[Message]] = {
    message.event: message
    for message in (
        common.Receipts,
        common.LetterboxKeyMade,
        common.KeysMade,
        common.KeysReleased,
        common.LetterboxFinished,
        common.Audited,
        common.Whereabouts,
        intake.Report,
        assessment.Sealed,
        assessment.Ended,
        assessment.Decided,
        retention.Listed,
        retention.Overdue,
        retention.Destroy,
        retention.Destroyed,
        retention.RotateLetterbox,
        retention.ReleaseLetterbox,
        oversight.Approved,
        access.Leases,
    )
}
