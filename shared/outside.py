"""What receivers outside say by a channel of their own: signed with their key, checked wherever it is used."""

from __future__ import annotations

from datetime import date

from pydantic import ValidationError

from shared.contracts.export import OutsideSaid
from shared.keys.signing import NotSigned
from shared.receivers import Receiver

SAID_KIND = "meldpunt-outside"
ENDINGS_KIND = "meldpunt-endings-asked"
ENDED_KIND = "meldpunt-package-destroyed"


def said_by(receiver: Receiver, code: str, statement: str) -> OutsideSaid:
    """What the receiver `code` signed; raises NotSigned for what is not his, or says nothing that can be said."""
    claims = receiver.said(statement, SAID_KIND)
    try:
        found = OutsideSaid.model_validate(claims)
    except ValidationError as problem:
        raise NotSigned from problem
    if found.by != code:
        raise NotSigned
    return found


def may_be_of(said: OutsideSaid, earliest: date, today: date) -> bool:
    """Whether its day is possible: nobody decides on what he was not given yet, or tomorrow."""
    return said.decided_on is None or earliest <= said.decided_on <= today
