"""Ports that no other run takes: houses are started at the same moment, and a port is used long after it was chosen."""

from __future__ import annotations

import fcntl
import json
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from deploy.embedded.home import OTHER_PORTS, PREFERRED_PORTS, Home, free_port

BLOCK = len(PREFERRED_PORTS)
"""Claimed together."""
_CLAIMED: list[IO[str]] = []
"""Open, and so locked, for as long as this process lives."""


def spread_ports(home: Home) -> None:
    """`home` has ports of its own, as many as it wants."""
    ports = dict(zip(home.preferred_ports, _ports(), strict=False))
    (home.path / "run" / "ports.json").write_text(json.dumps(ports))


def own_port() -> int:
    """For something that is no house."""
    return free_port(next(_one_by_one), set())


def _ports() -> Iterator[int]:
    while True:
        yield from _claimed()


_one_by_one = _ports()


def _claimed() -> range:
    starts = list(OTHER_PORTS[: -BLOCK + 1 : BLOCK])
    random.SystemRandom().shuffle(starts)
    folder = Path(tempfile.gettempdir()) / "meldpunt-ports"
    folder.mkdir(exist_ok=True)
    for start in starts:
        claim = (folder / str(start)).open("a")
        try:
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            claim.close()
            continue
        _CLAIMED.append(claim)
        return range(start, start + BLOCK)
    raise AssertionError(f"every port is claimed; {folder} says by whom")
