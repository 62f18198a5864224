"""Which message belongs to which event name."""

from __future__ import annotations

from shared.contracts import (
    access,
    assessment,
    casework,
    common,
    consult,
    dossier,
    export,
    intake,
    oversight,
    retention,
    rights,
    sources,
)
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
        intake.ReportLetter,
        dossier.SealedDossierLetter,
        dossier.SignalEnded,
        dossier.DecidedLetter,
        dossier.Disclosed,
        dossier.InformingDue,
        dossier.ClosedTo,
        assessment.ResearchLetter,
        assessment.SubjectsLetter,
        assessment.InformingAsked,
        assessment.ChildLetter,
        assessment.PersonPutRight,
        assessment.MeetingTold,
        sources.CaseLetter,
        casework.Closed,
        rights.NoticeTold,
        rights.InformingDecided,
        rights.DutiesTold,
        consult.Consult,
        export.ShareLetter,
        retention.Listed,
        retention.Overdue,
        retention.Withheld,
        retention.Destroy,
        retention.Destroyed,
        retention.MoveCase,
        retention.RotateLetterbox,
        retention.ReleaseLetterbox,
        oversight.Approved,
        oversight.TakenOff,
        oversight.DutiesAsked,
        oversight.InformAfterAll,
        oversight.HeadsKnown,
        oversight.DesignationsKept,
        access.Leases,
        access.DesignationStated,
        access.DesignationsAsked,
    )
}
