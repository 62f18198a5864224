"""What is wrong, for a person at work: what `/statusz` says, to the beheerder with a token of his own.

`/statusz` stays for when access, OpenBao or the bus is what is wrong. Nobody is designated as operator by the protocol, so
the beheerder, who answers for the management (art. 7 lid 1), sees it here: ids and codes, no content.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter

from shared.identity import Person
from shared.protocol.designations import BEHEERDER


def operations_routes(caller: Any, told: Callable[[], Awaitable[dict[str, Any]]]) -> APIRouter:
    """`caller`: the dependency that gives the person; `told`: what the service says of itself."""
    routes = APIRouter(prefix="/v1/operations", tags=["operations"])

    @routes.get("/status", summary="What waits in this service, what is stuck and why; no content (beheerder)")
    async def status(person: Person = caller) -> dict[str, Any]:
        person.role_among({BEHEERDER})
        return await told()

    return routes
