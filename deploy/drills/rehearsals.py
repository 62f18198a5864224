"""What is made to go wrong for each alert, while people can log in: processes, parts, rows, messages, certificates."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable, Mapping
from uuid import uuid4

import httpx
import hvac
import nats

from deploy.drills.load import REPORT
from deploy.drills.locked import Locked
from deploy.drills.rehearsal import Rehearsal, Stage
from deploy.embedded.home import HouseError
from deploy.embedded.parts import wait_until
from deploy.openbao import apply as bao_config
from deploy.tls.identities import SETUP_USER
from shared.contracts.intake import ReportLetter
from shared.contracts.registry import MESSAGES
from shared.privileges import BY_NAME

ENDS_SECONDS = 20.0
REFUSED = 200
"""Decisions: more than a hundred that the first look has not seen already."""
AT_ONCE = 30
"""Requests: more than a process has connections."""
ANYBODY = REPORT | {"channel": "web"}


# --- processes and parts ------------------------------------------------------------------------


def hang(name: str) -> Callable[[Stage], Mapping[str, str]]:
    """The process goes on existing, and does nothing."""

    def begin(stage: Stage) -> Mapping[str, str]:
        os.kill(stage.pid(name), signal.SIGSTOP)
        return {"SERVICE": name}

    return begin


def stop(stage: Stage, name: str) -> None:
    """Until it is started again."""
    pid = stage.pid(name)
    stage.home.held(name).touch()
    wait_until(lambda: stage.pid(name) == 0 or not _lives(pid), ENDS_SECONDS, f"the end of {name}")


def _lives(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stream:
            return stream.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def without(part: str, **names: str) -> Callable[[Stage], Mapping[str, str]]:
    def begin(stage: Stage) -> Mapping[str, str]:
        stop(stage, part)
        return {"PART": part, **names}

    return begin


def administrator(stage: Stage) -> hvac.Client:
    address = stage.client.addresses["openbao"]
    return bao_config.client(address, stage.home.secret("provisioner"), stage.home.tls(SETUP_USER))


def sealed(stage: Stage) -> Mapping[str, str]:
    bao = administrator(stage)
    bao.sys.seal()
    if not bao.sys.is_sealed():
        raise HouseError("OpenBao was told to seal itself, and did not")
    return {"SERVICE": "assessment", "PART": "openbao"}


def shut_door(stage: Stage) -> Mapping[str, str]:
    """One report, which is not taken in."""
    stop(stage, "postgres")
    answer = httpx.post(f"{stage.client.addresses['intake']}/v1/signals", json=ANYBODY, timeout=30)
    if answer.status_code != 503:
        raise HouseError(f"the door answered {answer.status_code} without PostgreSQL")
    return {"PART": "postgres"}


def unreadable(stage: Stage) -> Mapping[str, str]:
    """What people ask for cannot be opened."""
    for user in ("anna", "bram"):
        stage.client.token(user, "assessment")
    stop(stage, "openbao")
    path = f"/v1/signals/{stage.kept['signal']}"
    for _ in range(5):
        for user in ("anna", "bram"):
            answer = stage.client.request("GET", "assessment", path, user, headers={"X-Purpose": "weging"})
        time.sleep(0.5)
    if answer.status_code < 500:
        raise HouseError(f"assessment answered {answer.status_code} without OpenBao")
    return {"SERVICE": "assessment", "PART": "openbao"}


# --- what does not belong there -------------------------------------------------------------------


def nobodys(stage: Stage) -> Mapping[str, str]:
    """A message that nobody signed, from somebody with the password of intake."""
    row = str(uuid4())
    asyncio.run(_publish(stage, row))
    return {"SERVICE": "assessment", "ROW": row}


async def _publish(stage: Stage, row: str) -> None:
    password = bao_config.nats_passwords(administrator(stage))["intake"]
    tls = stage.home.tls("intake").context
    connection = await nats.connect(
        stage.client.addresses["nats"], user="intake", password=password, tls=tls, tls_handshake_first=True
    )
    event = next(name for name, kind in MESSAGES.items() if kind is ReportLetter)
    headers = {"ce-id": row, "ce-type": f"nl.meldpunt.{event}", "ce-to": "assessment"}
    await connection.publish(BY_NAME["intake"].subject(event, "assessment"), b"{}", headers=headers)
    await connection.flush()
    await connection.close()


def designated_by_nobody(stage: Stage) -> Mapping[str, str]:
    query = "INSERT INTO designation SELECT max(seq) + 1, max(seq) + 1, 'niets' FROM designation RETURNING seq"
    (made,) = stage.sql("access", query)
    return {"SERVICE": "access", "ROW": str(made["seq"])}


CUT = "CREATE TABLE IF NOT EXISTS cut_line AS SELECT * FROM audit_line LIMIT 0"
TAKEN = "WITH cut AS (DELETE FROM audit_line WHERE producer = 'intake' AND seq = 1 RETURNING *) INSERT INTO cut_line TABLE cut"
PUT_BACK = "INSERT INTO audit_line TABLE cut_line"


def cut_trail(stage: Stage) -> Mapping[str, str]:
    """A line is taken out of the trail, and the FG has it followed."""
    stage.sql("oversight", CUT)
    stage.sql("oversight", TAKEN)
    stage.client.get("oversight", "/v1/audit-chains?from=start", "fg")
    return {"ADDRESS": stage.client.addresses["oversight"]}


def trail_put_right(stage: Stage) -> None:
    """As the FG has decided; then it is followed anew, as the last step of the runbook says."""
    stage.sql("oversight", PUT_BACK)
    stage.sql("oversight", "DROP TABLE cut_line")


def refused_again_and_again(stage: Stage) -> Mapping[str, str]:
    """Somebody tries what he may not."""
    path = f"/v1/signals/{stage.kept['signal']}/decisions"
    body = {"key": "weging-1", "outcome": "suspicion", "reason": "Verzonnen.", "fields": {}, "expectedVersion": 0}
    for _ in range(REFUSED):
        answer = stage.client.request("POST", "assessment", path, "anna", body)
        if answer.status_code < 400:
            raise HouseError("what was to be refused was done")
    return {"SERVICE": "assessment"}


SLOW, CROWDED = Locked("assessment", 2), Locked("rights", AT_ONCE)
REHEARSALS = (
    Rehearsal("MeldpuntServiceGone", "the process of export hangs", hang("export"), {"service": "export"}),
    Rehearsal(
        "MeldpuntProcessGone",
        "the process of export is stopped",
        without("export", SERVICE="export"),
        {"job": "meldpunt-export"},
    ),
    Rehearsal("MeldpuntPartAway", "NATS is stopped", without("nats"), {"part": "nats"}),
    Rehearsal("MeldpuntServiceNotReady", "OpenBao is sealed", sealed, {"service": "assessment"}),
    Rehearsal(
        "MeldpuntPartLacking",
        "NATS is stopped",
        without("nats", SERVICE="export"),
        {"service": "export", "part": "nats"},
    ),
    Rehearsal(
        "MeldpuntDoorFails",
        "PostgreSQL is stopped, and one person reports",
        shut_door,
        {"service": "intake"},
        passes=True,
    ),
    Rehearsal(
        "MeldpuntRequestsFail",
        "OpenBao is stopped, and people look at a signal",
        unreadable,
        {"service": "assessment"},
        passes=True,
    ),
    Rehearsal(
        "MeldpuntRequestsSlow",
        "somebody holds a lock on the dossiers",
        SLOW.begin,
        {"service": "assessment"},
        end=SLOW.end,
        passes=True,
    ),
    Rehearsal(
        "MeldpuntConnectionsShort",
        f"somebody holds a lock on the dossiers, and {AT_ONCE} people ask",
        CROWDED.begin,
        {"service": "rights"},
        end=CROWDED.end,
    ),
    Rehearsal("MeldpuntQueueParked", "a message comes that nobody signed", nobodys, {"service": "assessment"}),
    Rehearsal(
        "MeldpuntRowsNotBelieved",
        "the administrator of the database designates somebody",
        designated_by_nobody,
        {"service": "access", "rows": "designations"},
    ),
    Rehearsal(
        "MeldpuntAuditChainBroken",
        "the administrator of the database takes a line out of the trail",
        cut_trail,
        {"producer": "intake"},
        people=trail_put_right,
    ),
    Rehearsal(
        "MeldpuntManyRefused",
        f"{REFUSED} decisions are refused",
        refused_again_and_again,
        {"service": "assessment"},
        passes=True,
    ),
)
