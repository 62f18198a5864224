"""What is too old: certificates, secrets, keys, and what is to be done each day and was not."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from deploy.backup import destructions
from deploy.drills.rehearsal import Rehearsal, Stage
from deploy.drills.rehearsals import administrator, stop
from deploy.embedded.home import HouseError
from deploy.openbao import apply as bao_config
from deploy.openbao import revoke
from deploy.tls.authority import Authority, Terms
from shared.backups import BACKUPS

WEEK = timedelta(days=7)
DAYS_AGO = 4


def ending(stage: Stage) -> Mapping[str, str]:
    """A certificate of the authority of the house that lasts for another week."""
    Authority(stage.home.path / "tls", Terms(leaf=WEEK)).issue("export", datetime.now(UTC))
    return {"SERVICE": "export"}


def old_secret(stage: Stage) -> Mapping[str, str]:
    then = (datetime.now(UTC) - timedelta(days=DAYS_AGO)).timestamp()
    os.utime(stage.home.secret_file("approle-export"), (then, then))
    return {"SERVICE": "export"}


def not_recorded(stage: Stage) -> Mapping[str, str]:
    """What is recorded in OpenBao of the last compaction is of days ago; retention looks when it begins."""
    bao_config.note_compaction(administrator(stage), datetime.now(UTC) - timedelta(days=DAYS_AGO))
    os.kill(stage.pid("retention"), signal.SIGTERM)
    return {}


def _list(stage: Stage) -> Path:
    """The list of destructions of this house: who holds the drill may have named that of another."""
    found = Path((stage.home.state() or {})["tombstones"])
    if not found.is_relative_to(stage.home.path):
        raise HouseError(f"{found} is not of the drill")
    return found


def backed_up(stage: Stage) -> None:
    destructions.mark(_list(stage), "of-today", datetime.now(UTC))


def no_backup(stage: Stage) -> Mapping[str, str]:
    """The last one that the list of destructions names is of days ago."""
    (_list(stage) / BACKUPS).unlink()
    destructions.mark(_list(stage), "of-days-ago", datetime.now(UTC) - timedelta(days=DAYS_AGO))
    elsewhere = {name: stage.folder / f"backups-{name}" for name in ("BACKUPS", "KEYS")}
    return {"LIST": str(_list(stage)), **{name: str(folder) for name, folder in elsewhere.items()}}


def _letterbox(stage: Stage) -> str:
    """The last that assessment made, as its log names it."""
    lines = stage.home.log("assessment").read_text().splitlines()
    return str(json.loads([one for one in lines if "a new letterbox key" in one][-1])["kid"])


def new_letterbox(stage: Stage) -> None:
    """One of this minute, in the place of the one of today."""
    revoke.revoke_letterbox(administrator(stage), _letterbox(stage))


def no_new_letterbox(stage: Stage) -> Mapping[str, str]:
    stop(stage, "assessment")
    return {"ADDRESSEE": "assessment", "KID": _letterbox(stage)}


OF_AGE = (
    Rehearsal(
        "MeldpuntCertificateEnding",
        "a certificate ends within a week",
        ending,
        {"service": "export", "certificate": "tls"},
    ),
    Rehearsal("MeldpuntSecretOld", f"a secret id is of {DAYS_AGO} days ago", old_secret, {"service": "export"}),
    Rehearsal("MeldpuntCompactionLate", f"the last compaction was {DAYS_AGO} days ago", not_recorded),
    Rehearsal("MeldpuntBackupLate", f"the last backup was {DAYS_AGO} days ago", no_backup, before=backed_up),
    Rehearsal(
        "MeldpuntLetterboxOld",
        "assessment is stopped, and makes no letterbox key (three days are taken as 25 s: such a key has the time of the machine)",
        no_new_letterbox,
        {"service": "intake", "to": "assessment"},
        before=new_letterbox,
        spans={"259200": "25"},
    ),
)
