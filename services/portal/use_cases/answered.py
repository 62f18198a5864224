"""What a service answered, as far as a page is concerned: its body, the page for what does not exist, or a gap."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from services.portal.calls import Calls, Said
from services.portal.sessions import Session
from shared.errors import Conflict, NotFound, PartDown


def body_of(said: Said) -> dict[str, Any]:
    """Raises NotFound, alike for what is not there and for who may not see it; Conflict."""
    if said.is_done:
        return said.body
    if said.status == 409:
        raise Conflict(said.body.get("detail", ""))
    raise NotFound


def only_for(session: Session, roles: Collection[str]) -> None:
    """Raises NotFound: to everybody else the page does not exist. The services behind it judge by themselves."""
    if not set(session.roles) & set(roles):
        raise NotFound


@dataclass
class PageParts:
    """Parts of a page by their names. `silent`: the services that did not answer, so that their parts are missing."""

    parts: dict[str, dict[str, Any]] = field(default_factory=dict)
    silent: list[str] = field(default_factory=list)


async def overview(
    calls: Calls, session: Session, asked: dict[str, tuple[str, str]], purpose: str | None = None
) -> PageParts:
    """Everything of `asked` (service and path, by name) at once; what a service refuses this person is not there."""

    async def one(service: str, path: str) -> Said | None:
        try:
            return await calls.get(session, service, path, purpose)
        except PartDown:
            return None

    answers = await asyncio.gather(*(one(*where) for where in asked.values()))
    found = PageParts()
    for (name, (service, _)), answer in zip(asked.items(), answers, strict=True):
        if answer is None:
            found.silent = sorted({*found.silent, service})
        elif answer.is_done:
            found.parts[name] = answer.body
    return found


def part_of(path: str, cursor: str, **more: str) -> str:
    """A list from where the page before it ended; `cursor` is opaque, and given back as it came."""
    asked = {**more, **({"cursor": cursor} if cursor else {})}
    return f"{path}?{urlencode(asked)}" if asked else path
