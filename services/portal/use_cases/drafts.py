"""OwnDrafts: kept by the service that owns what they are about, never here. A service that is silent leaves a gap."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import FormData, UploadFile

from services.portal.calls import Calls
from services.portal.repeated import typed
from services.portal.sessions import Session
from shared.errors import PartDown

_NAME = re.compile(r"[A-Za-z0-9._:-]{1,120}")


@dataclass(frozen=True)
class DraftPlace:
    """Where a draft is kept: `service`, and its address there."""

    service: str
    path: str


@dataclass(frozen=True)
class OwnDraft:
    """`saved_at`: None where nothing is kept."""

    filled: FormData
    saved_at: str | None = None


NOTHING_KEPT = OwnDraft(FormData())


class OwnDrafts:
    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def read(self, session: Session, place: DraftPlace) -> OwnDraft:
        try:
            said = await self._calls.get(session, place.service, place.path)
        except PartDown:
            return NOTHING_KEPT
        if not said.is_done or not said.body.get("savedAt"):
            return NOTHING_KEPT
        filled: Mapping[str, list[str]] = said.body["filled"]
        pairs: list[tuple[str, str | UploadFile]] = [
            (name, value) for name, values in filled.items() for value in values
        ]
        return OwnDraft(FormData(pairs), str(said.body["savedAt"]))

    async def keep(self, session: Session, place: DraftPlace, filled: FormData) -> OwnDraft:
        """As it is kept now; NOTHING_KEPT when it could not be."""
        found: dict[str, list[str]] = {}
        for name, value in typed(filled):
            if value.strip() and _NAME.fullmatch(name):
                found.setdefault(name, []).append(value)
        try:
            said = await self._calls.put(session, place.service, place.path, {"filled": found})
        except PartDown:
            return NOTHING_KEPT
        return OwnDraft(filled, str(said.body["savedAt"])) if said.is_done else NOTHING_KEPT

    async def drop(self, session: Session, place: DraftPlace) -> None:
        """What stays because a service is silent goes by its term."""
        try:
            await self._calls.delete(session, place.service, place.path)
        except PartDown:
            return
