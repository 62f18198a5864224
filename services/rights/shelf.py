"""Where duties and requests stand: dossiers, with the moments that bring each nearer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from services.rights.store import Asked, AskedSignal, DutyMoment, HoldingsRow, OnList, RequestRow, SealedReaderRow
from shared.engine.shelf import Shelf


@dataclass(frozen=True)
class Moments:
    """By when the person has to know, and why, in the order in which it became known; who decided on the signal, under
    which designations, before it was asked about him; and the destruction lists on which the signal stands."""

    known: tuple[DutyMoment, ...]
    acted: Mapping[str, Sequence[str]]
    lists: tuple[UUID, ...] = ()
    request: RequestRow | None = None
    """Of a request its days; None of a duty."""
    put_before: tuple[AskedSignal, ...] = ()
    """Of a request: the signals about which a holder was asked."""
    readers: tuple[SealedReaderRow, ...] = ()
    """Of a request: who was given what is sealed of a signal."""
    services: tuple[HoldingsRow, ...] = ()
    """Of a request: the services that were asked what they hold, with what they answered."""

    def received_by(self, before: date | None = None) -> dict[str, date]:
        """Who got something of this person and since when, as a letter names him; `before`: of the days before it."""
        found: dict[str, date] = {}
        for one in self.known:
            if one.recipient and (before is None or one.on < before):
                found[one.recipient] = min(one.on, found.get(one.recipient, one.on))
        return found


class DutyShelf(Shelf):
    own_rows: ClassVar = {
        "moments": (DutyMoment, "x.number = {number} ORDER BY x.noted_at"),
        "lists": (OnList, "x.number = {number} ORDER BY x.list_id"),
        "asked": (Asked, "x.number = {signal}"),
        "request": (RequestRow, "x.number = {number}"),
        "put_before": (AskedSignal, "x.request = {number} ORDER BY x.asked_at, x.signal"),
        "readers": (SealedReaderRow, "x.request = {number} ORDER BY x.signal, x.reader"),
        "services": (HoldingsRow, "x.request = {number} ORDER BY x.service, x.signal"),
    }

    def own(self, rows: Mapping[str, tuple[Any, ...]]) -> object:
        acted = rows["asked"][0].acted if rows["asked"] else {}
        lists = tuple(one.list_id for one in rows["lists"])
        request = next(iter(rows["request"]), None)
        return Moments(rows["moments"], acted, lists, request, rows["put_before"], rows["readers"], rows["services"])
