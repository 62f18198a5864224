"""Run one service of an embedded house: `python -m deploy.embedded.serve NAME PORT`.

Only here exists what production must not have: a clock that runs ahead, and a look at the calendar as of
another day.
"""

import os
import sys
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from shared.clock import Clock, ShiftedClock, SystemClock
from shared.http.app import current_person
from shared.http.pages import WindowAsked
from shared.identity import Person
from shared.service.platform import Platform
from shared.service.serve import KEPT_OPEN_SECONDS

if TYPE_CHECKING:
    from services.retention.use_cases import Listing
    from services.rights.use_cases import OverdueDuties


class RunIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    as_of: date = Field(alias="asOf")


def as_of_routes(platform: Platform, listing: "Listing") -> APIRouter:
    """`POST /v1/runs`: list for destruction what is due as of a date. Embedded only."""
    routes = APIRouter(prefix="/v1")

    @routes.post(
        "/runs", status_code=201, tags=["embedded"], summary="Look at the calendar as of a date (embedded only)"
    )
    async def run(body: RunIn, person: Person = current_person(platform)) -> dict[str, Any]:
        person.role_among({"beheerder"})
        return {"lists": [str(one) for one in await listing.run_for(body.as_of)]}

    return routes


def overdue_routes(platform: Platform, overdue: "OverdueDuties") -> APIRouter:
    """`GET /v1/overdue-duties/{asOf}`: what will have passed its date on a day. Embedded only."""
    routes = APIRouter(prefix="/v1")

    @routes.get("/overdue-duties/{asOf}", tags=["embedded"], summary="What is overdue as of a date (embedded only)")
    async def late(asOf: date, window: WindowAsked, person: Person = current_person(platform)) -> dict[str, Any]:  # noqa: N803
        return await overdue.all(person, window, asOf)

    return routes


PAGES = {"portal": "services.portal.app", "public": "services.portal.public", "log-in": "deploy.embedded.log_in"}
"""What has pages instead of a clock."""
MORE = {"retention": as_of_routes, "rights": overdue_routes}


class TurnedClock:
    """A clock that runs ahead by the seconds that stand in `file`: what was waited for passes while the house runs."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def now(self) -> datetime:
        try:
            ahead = float(self._file.read_text())
        except (OSError, ValueError):
            ahead = 0.0
        return datetime.now(UTC) + timedelta(seconds=ahead)


def clock(service: str) -> Clock:
    """The system's, or one that runs ahead: `MELDPUNT_EMBEDDED_AHEAD=428:retention,oversight` (days: services), or, for every
    service, by what a drill writes into the file that `MELDPUNT_EMBEDDED_CLOCK` names."""
    if file := os.environ.get("MELDPUNT_EMBEDDED_CLOCK"):
        return TurnedClock(Path(file))
    days, _, services = os.environ.get("MELDPUNT_EMBEDDED_AHEAD", "0:").partition(":")
    return ShiftedClock(timedelta(days=int(days))) if service in services.split(",") else SystemClock()


def main() -> None:
    name, port = sys.argv[1], int(sys.argv[2])
    create = import_module(PAGES.get(name) or f"services.{name}.app").create
    more = {"more": MORE[name]} if name in MORE else {}
    app = create() if name in PAGES else create(clock=clock(name), **more)
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=port,
        # A path can hold anything that a visitor types.
        access_log=False,
        # Left alone it believes everybody on loopback about where he comes from; the service has a setting for that.
        proxy_headers=False,
        log_config=None,
        loop="uvloop",
        http="httptools",
        timeout_keep_alive=KEPT_OPEN_SECONDS,
    )


if __name__ == "__main__":
    main()
