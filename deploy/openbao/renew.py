"""New secret ids for every process of a service while it runs, and an end to those of before.

A process reads its file when it logs in again, and needs no new one for the token that it has: so nothing stops. A token that
was had with an old secret id goes on; who has stolen one is ended by `revoke.end_access`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

import hvac

from deploy.openbao.log_ins import credentials

Files = Mapping[str, tuple[Callable[[], str], Callable[[str], None]]]
"""By process how its credentials are read and written: the text of a file (JSON)."""


def secret_ids(bao: hvac.Client, service: str, files: Files) -> int:
    """Returns how many of before were ended."""
    before = accessors(bao, service)
    for _, write in files.values():
        write(json.dumps(credentials(bao, service)))
    for one in before:
        bao.write(f"{_role(service)}/secret-id-accessor/destroy", secret_id_accessor=one)
    # A process renews its own each day: what it had asked for just before, and put there just after, is ended by now.
    for read, write in files.values():
        if not counts(bao, service, json.loads(read())["secret_id"]):
            write(json.dumps(credentials(bao, service)))
    return len(before)


def accessors(bao: hvac.Client, service: str) -> Sequence[str]:
    """Of every secret id of `service` that there is."""
    found: Sequence[str] = (bao.list(f"{_role(service)}/secret-id") or {"data": {"keys": []}})["data"]["keys"]
    return found


def counts(bao: hvac.Client, service: str, secret_id: str) -> bool:
    """Whether somebody can log in with it."""
    # hvac gives None, or what OpenBao answers without content, for one that there is not.
    found = bao.write(f"{_role(service)}/secret-id/lookup", secret_id=secret_id)
    return isinstance(found, dict) and bool(found.get("data"))


def _role(service: str) -> str:
    return f"auth/approle/role/{service}"
