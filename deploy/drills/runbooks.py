"""Every alert is made to fire on a house that runs, and its runbook is followed as it is written, until it is over.

A real Prometheus reads the services. The commands are those that stand in the markdown of the runbook; the steps that are marked
for people, or for a cluster, are counted. That it would show: an alert whose condition nobody made, and a runbook without steps.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from deploy.drills.place import Place
from deploy.drills.rehearsal import Count, Patience, Rehearsal, Stage, rehearse
from deploy.drills.rehearsals import REHEARSALS
from deploy.drills.rehearsals_of_age import OF_AGE
from deploy.drills.rehearsals_of_time import OF_TIME, prepare
from deploy.drills.watching import watching
from deploy.embedded.client import HouseClient
from deploy.embedded.home import HouseError
from deploy.observability.alerts import ALERTS

ALL = (*REHEARSALS, *OF_AGE, *OF_TIME)
BY_ALERT = {one.name: one for one in ALERTS}
QUICK = {
    # What is said again and again is said more often: for a part to be missed, and to be there again, nobody waits a minute.
    "MELDPUNT_BEACON_SECONDS": "5",
    "MELDPUNT_KEYS_SECONDS": "5",
    "MELDPUNT_RESEND_SECONDS": "2",
    "MELDPUNT_GRACE_SECONDS": "4",
    "MELDPUNT_EMBEDDED_COMPACT_AT": "",
}
CONTROL_SECONDS = 6.0


def run(place: Place) -> list[str]:
    """Raises HouseError when the house or Prometheus does not begin, and when the drill would not see what is wrong."""
    known = {one.alert for one in ALL}
    if unknown := [one for one in place.only if one not in known]:
        raise HouseError(f"{', '.join(unknown)}: there is no such alert; there are {', '.join(sorted(known))}")
    chosen = [one for one in ALL if not place.only or one.alert in place.only]
    clock = place.folder / "control" / "clock"
    clock.parent.mkdir(parents=True, exist_ok=True)
    more = QUICK | {"MELDPUNT_EMBEDDED_CLOCK": str(clock)}
    with (
        place.house(more) as home,
        HouseClient(home) as client,
        watching(home, place.folder / "control" / "prometheus") as prometheus,
    ):
        stage = Stage(home, client, prometheus, clock, place.folder / "control", place.say)
        prepare(stage)
        _would_show(stage)
        return _all_of(stage, chosen)


def _all_of(stage: Stage, chosen: Sequence[Rehearsal]) -> list[str]:
    count, faults, began = Count(), [], time.monotonic()
    for one in chosen:
        faults += rehearse(stage, one, BY_ALERT[one.alert], count)
    stage.say(
        f"{len(chosen)} alerts fired and were over in {time.monotonic() - began:.0f} s: {count.run} commands of their runbooks"
        f" were run, {count.for_people} steps are for people, {count.on_cluster} for a cluster"
    )
    return faults


def _would_show(stage: Stage) -> None:
    """Raises HouseError when an alert without a cause is seen, or one is over without its runbook."""
    one, empty = REHEARSALS[0], Path(stage.folder, "empty.md")
    empty.write_text("# Nothing\n\n## See more\n\n## What to do\n\n## When it is over\n")
    nothing = Rehearsal(one.alert, "nothing was done", lambda _stage: {}, one.shows)
    hangs = replace(one, end=lambda stage: os.kill(stage.pid("export"), signal.SIGCONT))
    alert, quiet = BY_ALERT[one.alert], Stage(**{**vars(stage), "say": lambda _text: None})
    short = Patience(CONTROL_SECONDS, CONTROL_SECONDS)
    not_seen = rehearse(quiet, nothing, alert, Count(), patience=short)
    not_over = rehearse(quiet, hangs, alert, Count(), runbook=empty, patience=short)
    if len(not_seen) != 1 or len(not_over) != 1:
        raise HouseError(
            "the drill does not see an alert that does not fire or is not over: what it says is worth nothing"
        )
