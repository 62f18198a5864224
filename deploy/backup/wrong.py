"""Everything that is wrong with a backup, or with what it is to be restored with and into; found before anything is begun."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deploy.backup import destructions, keys, manifest, programs
from deploy.backup.keys import Identity
from deploy.backup.manifest import Manifest, sha256
from deploy.backup.promised import snapshot_days
from deploy.backup.take import HOUSE, OPENBAO, POSTGRES
from deploy.embedded.home import Home, HouseError

RESTORING = ".restoring"
NOTE = "restore.json"


@dataclass(frozen=True)
class Asked:
    """`destructions`: the folder of the list; None when it was said that there is none."""

    backup: Path
    key: Path
    seals: Sequence[Path]
    destructions: Path | None


@dataclass(frozen=True)
class Found:
    manifest: Manifest
    identity: Identity
    seals: dict[str, Path]
    """By the name that the house gave it, the file with it."""
    stones: dict[str, datetime]
    """Every destruction of the list."""
    destructions: Path | None


def look(home: Home | None, asked: Asked, now: datetime | None = None) -> Found:
    """What a restore begins with. Raises HouseError with everything that is wrong, a line each. `home`: into which; None where the
    parts are addresses, and so of whatever version they are, and have the seal key from somebody else."""
    now = now or datetime.now(UTC)
    problems = _target(home) if home else []
    about, identity, stones = None, None, {}
    try:
        about, whole = manifest.read(asked.backup)
    except HouseError as problem:
        problems.append(str(problem))
    try:
        identity = keys.read(asked.key)
    except HouseError as problem:
        problems.append(str(problem))
    if about:
        problems += _parts(asked.backup, about) + _age(about, now)
        if home:
            problems += _versions(about) + _seals(asked.seals, about)
        if identity:
            problems += _of_each_other(about, whole, identity, asked.key)
        found, wrong = destructions.read(asked.destructions, about.name)
        stones, problems = found, problems + wrong
    if problems or about is None or identity is None:
        raise HouseError("nothing was restored:\n" + "\n".join(f"· {one}" for one in problems))
    seals = {name: file for file in asked.seals for name, digest in about.seals.items() if sha256(file) == digest}
    return Found(about, identity, seals, stones, asked.destructions)


def _target(home: Home) -> list[str]:
    found = []
    if home.path.exists() and (not home.path.is_dir() or any(home.path.iterdir())):
        found.append(f"{home.path} is not empty: a backup is restored into a folder that is, or is not there")
    beside = restoring(home)
    if beside.exists():
        try:
            left = json.loads((beside / NOTE).read_text())
        except (OSError, ValueError):
            left = {}
        running = " ".join(f"{name} ({pid})" for name, pid in left.items())
        found.append(
            f"an earlier restore was cut off: what it left in {beside} is worth nothing. End what may still run of it"
            f"{f': {running}' if running else ''}, remove that folder, and begin again"
        )
    return found


def restoring(home: Home) -> Path:
    """Where it is made, on the same disk: it gets its name when it is whole."""
    return home.path.with_name(home.path.name + RESTORING)


def _parts(folder: Path, about: Manifest) -> list[str]:
    found = [f"the manifest does not name {one}" for one in (POSTGRES, OPENBAO, HOUSE) if one not in _names(about)]
    for one in about.parts:
        file = folder / one.name
        try:
            size = file.stat().st_size
            if size != one.bytes or sha256(file) != one.sha256:
                found.append(f"{one.name} is damaged: it is not what the manifest says ({size} of {one.bytes} bytes)")
        except OSError:
            found.append(f"{one.name} is missing")
    return found


def _names(about: Manifest) -> set[str]:
    return {one.name for one in about.parts}


def _age(about: Manifest, now: datetime) -> list[str]:
    found, promised = [], snapshot_days()
    if about.age_days > promised:
        found.append(
            f"it can be opened for {about.age_days} days, and declarations of destruction promise that no copy is opened"
            f" after {promised} (SNAPSHOT_DAYS)"
        )
    if now >= about.ends_at:
        found.append(
            f"it is too old: since {about.ends_at:%Y-%m-%d %H:%M} UTC nobody may open it (`meldpunt backup --expire`)"
        )
    if about.at > now or about.snapshot_at < about.at:
        found.append("it was made at a moment that has not been yet: look at the clocks")
    return found


def _versions(about: Manifest) -> list[str]:
    found = []
    ours, theirs = programs.postgres_version(), about.versions.get("postgres", "")
    if ours != theirs:
        found.append(f"it was made by PostgreSQL {theirs}, and this is {ours}")
    bao, then = programs.openbao_version(), about.versions.get("openbao", "")
    if _numbers(bao) < _numbers(then):
        found.append(f"it was made by OpenBao {then}, and this is {bao}, which is older")
    return found


def _numbers(version: str) -> list[int]:
    return [int(one) for one in version.split(".") if one.isdigit()]


def _seals(files: Sequence[Path], about: Manifest) -> list[str]:
    found, known = [], set(about.seals.values())
    given = set()
    for file in files:
        try:
            digest = sha256(file)
        except OSError:
            found.append(f"{file} is not there or may not be read: it is to hold OpenBao's seal key")
            continue
        given.add(digest)
        if digest not in known:
            found.append(f"{file} is not the seal key of the OpenBao of this backup")
    found += [f"the seal key {name} is missing (--seal-key)" for name, one in about.seals.items() if one not in given]
    return found


def _of_each_other(about: Manifest, whole: dict[str, Any], identity: Identity, file: Path) -> list[str]:
    if identity.recipient != about.recipient:
        return [f"{file} is the key of another backup, {identity.backup}"]
    if not manifest.is_of(whole, identity.secret):
        return ["the manifest was changed, or made by somebody who did not have the key"]
    return []
