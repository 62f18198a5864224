"""What goes wrong when it lasts: every clock of the house runs ahead, further each time, and nobody can log in any more."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import httpx

from deploy.drills.destruction import WEIGHED
from deploy.drills.load import DECISION, REPORT
from deploy.drills.rehearsal import Rehearsal, Stage
from deploy.drills.rehearsals import ANYBODY, stop
from deploy.embedded.client import Refusal
from deploy.embedded.demo import YEAR, never_informed
from deploy.embedded.home import HouseError
from deploy.embedded.parts import wait_until
from shared.clock import calendar_date

PATIENCE = 120.0
MINUTE = 60
HELD = "export"
"""What does not say that it has nothing of a signal that is destroyed."""
FAILS_SECONDS = 12.0
"""For what is done again and again to have failed once."""


# --- before: what has to be there ---------------------------------------------------------------


def prepare(stage: Stage) -> None:
    """A signal that is in hand, and one that lies sealed. Raises HouseError."""
    post = stage.client.post
    stage.kept["signal"] = str(post("intake", "/v1/signals", "collega", REPORT)["number"])
    stage.kept["ended"] = number = str(post("intake", "/v1/signals", "collega", REPORT)["number"])
    path = f"/v1/signals/{number}"
    for user, decision in (("anna", DECISION), ("bram", WEIGHED)):
        version = _version(stage, "assessment", f"{path}/open-decisions", user)
        post("assessment", f"{path}/decisions", user, decision | {"expectedVersion": version})
    query = f"SELECT number FROM sealed_signal WHERE number = '{number}'"  # noqa: S608
    wait_until(lambda: bool(stage.sql("retention", query)), PATIENCE, "the sealed signal")
    _version(stage, "assessment", f"/v1/signals/{stage.kept['signal']}/open-decisions", "anna")


def _version(stage: Stage, service: str, path: str, user: str) -> int:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return int(stage.client.get(service, path, user)["version"])
        except Refusal as problem:
            if problem.status not in (404, 503) or time.monotonic() > end:
                raise HouseError(str(problem)) from None
        time.sleep(0.2)


def approve(stage: Stage) -> None:
    """The destruction of the sealed signal is approved, while a service is away that has a part in it."""
    as_of = (calendar_date(datetime.now(UTC)) + timedelta(days=YEAR)).isoformat()
    (made,) = stage.client.post("retention", "/v1/runs", "beheerder", {"asOf": as_of})["lists"]
    path = f"/v1/destruction-lists/{made}"
    wait_until(lambda: _is_whole(stage, path), PATIENCE, "the destruction list")
    never_informed(stage.client, path, stage.client.get("oversight", path, "beheerder")["toDecide"])
    body = {
        "key": "approve-destruction",
        "outcome": "approved",
        "reason": "De termijn is verstreken.",
        "fields": {"confirmList": made},
        "expectedVersion": _version(stage, "oversight", f"{path}/open-decisions", "beheerder"),
    }
    stop(stage, HELD)
    stage.client.post("oversight", f"{path}/decisions", "beheerder", body)
    query = f"SELECT 1 FROM sealed_signal WHERE number = '{stage.kept['ended']}' AND state = 'approved'"  # noqa: S608
    wait_until(lambda: bool(stage.sql("retention", query)), PATIENCE, "the approved signal")


def _is_whole(stage: Stage, path: str) -> bool:
    try:
        return stage.client.get("oversight", path, "beheerder")["neverInformed"] is not None
    except Refusal as problem:
        if problem.status not in (404, 503):
            raise
        return False


# --- what lasts -----------------------------------------------------------------------------------


def _unreceived(stage: Stage, minutes: float) -> Mapping[str, str]:
    """A report that nobody takes from the door, for so long."""
    stop(stage, "assessment")
    httpx.post(f"{stage.client.addresses['intake']}/v1/signals", json=ANYBODY, timeout=30).raise_for_status()
    stage.later(minutes * MINUTE)
    return {"SERVICE": "intake", "ADDRESSEE": "assessment"}


def stuck(stage: Stage) -> Mapping[str, str]:
    return _unreceived(stage, 1)


def waited(stage: Stage) -> Mapping[str, str]:
    return _unreceived(stage, 16)


def not_said(stage: Stage) -> Mapping[str, str]:
    stop(stage, "access")
    stage.later(4.5 * MINUTE)
    return {}


def failing(stage: Stage) -> Mapping[str, str]:
    stop(stage, "openbao")
    time.sleep(FAILS_SECONDS)
    stage.later(11 * MINUTE)
    return {"SERVICE": "retention", "PART": "openbao"}


def overdue(stage: Stage) -> Mapping[str, str]:
    approve(stage)
    stage.later(25 * 60 * MINUTE)
    return {"SERVICE": HELD}


OF_TIME = (
    # First: people still have to log in to approve.
    Rehearsal(
        "MeldpuntTermsOverdue",
        f"{HELD} is stopped, and a day passes after a destruction was approved",
        overdue,
        {"service": "retention", "term": "destruction"},
    ),
    Rehearsal(
        "MeldpuntQueueStuck",
        "assessment is stopped, and a minute passes after a report",
        stuck,
        {"service": "intake", "queue": "outgoing"},
    ),
    Rehearsal("MeldpuntLeaseOld", "access is stopped, and four minutes pass", not_said, {"service": "casework"}),
    Rehearsal(
        "MeldpuntActFailing",
        "OpenBao is stopped, and eleven minutes pass",
        failing,
        {"service": "retention", "act": "signing-keys"},
    ),
    Rehearsal(
        "MeldpuntQueueOld",
        "assessment is stopped, and a quarter of an hour passes after a report",
        waited,
        {"service": "intake", "queue": "outgoing"},
    ),
)
