"""Drafts: kept by the service that owns what they are about, never here. A service that is silent leaves a gap."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import FormData, UploadFile

from services.portal.calls import Calls
from services.portal.kept import typed
from services.portal.sessions import Session
from shared.errors import PartDown

_NAME = re.compile(r"[A-Za-z0-9._:-]{1,120}")


@dataclass(frozen=True)
class Place:
    """Where a draft is kept: `service`, and its address there."""

    service: str
    path: str


@dataclass(frozen=True)
class Draft:
    """`saved_at`: None where nothing is kept."""

    filled: FormData
    saved_at: str | None = None


NONE = Draft(FormData())


class Drafts:
    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def read(self, session: Session, place: Place) -> Draft:
        try:
            said = await self._calls.get(session, place.service, place.path)
        except PartDown:
            return NONE
        if not said.is_done or not said.body.get("savedAt"):
            return NONE
        filled: Mapping[str, list[str]] = said.body["filled"]
        pairs: list[tuple[str, str | UploadFile]] = [
            (name, value) for name, values in filled.items() for value in values
        ]
        return Draft(FormData(pairs), str(said.body["savedAt"]))

    async def keep(self, session: Session, place: Place, filled: FormData) -> Draft:
        """As it is kept now; NONE when it could not be."""
        found: dict[str, list[str]] = {}
        for name, value in typed(filled):
            if value.strip() and _NAME.fullmatch(name):
                found.setdefault(name, []).append(value)
        try:
            said = await self._calls.put(session, place.service, place.path, {"filled": found})
        except PartDown:
            return NONE
        return Draft(filled, str(said.body["savedAt"])) if said.is_done else NONE

    async def drop(self, session: Session, place: Place) -> None:
        """What stays because a service is silent goes by its term."""
        try:
            await self._calls.delete(session, place.service, place.path)
        except PartDown:
            return
