"""`meldpunt keys renew NAME`: what is old is replaced while everything runs, in a house and in a cluster."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from functools import partial

import hvac
from rich.console import Console

from deploy.embedded.home import SERVICE_NAMES, Home, HouseError
from deploy.embedded.riec import exchange_keys
from deploy.embedded.seal import recovery_key
from deploy.embedded.status import is_running, processes_of
from deploy.openbao import apply as bao_config
from deploy.openbao import people, renew, revoke

console = Console(stderr=True)
PATIENCE = 600
"""For two rounds over three nodes."""


def renewed(home: Home, bao: hvac.Client, name: str) -> None:
    """Raises HouseError for a name that there is not, and for what was not done."""
    if name not in RENEWED:
        raise HouseError(f"there are {', '.join(RENEWED)} to renew, and no {name}")
    RENEWED[name](home, bao)


def secret_ids(home: Home, bao: hvac.Client) -> None:
    """Of every process of every service; those of before are refused."""
    ended = 0
    for service in SERVICE_NAMES:
        files = {one: home.secret_file(f"approle-{one}") for one in processes_of(home, service)}
        handed = {one: (file.read_text, partial(home.write_secret, file.name)) for one, file in files.items()}
        ended += renew.secret_ids(bao, service, handed)
    console.print(f"every process has a new secret id; {ended} of before are refused")


def signing_keys(home: Home, bao: hvac.Client) -> None:
    """A new version for every service; what the older ones certified goes on to count, until they are revoked."""
    for service in SERVICE_NAMES:
        revoke.rotate(bao, service)
    write_signing_keys(home, bao)
    console.print("every service has another signing key; within a minute it signs with it and has another letterbox")


def write_signing_keys(home: Home, bao: hvac.Client) -> None:
    """Whose signatures count, for who has to know it while OpenBao is away, and for the RIEC."""
    known = bao_config.signing_keys(bao)
    home.write_secret("signing-keys.json", json.dumps(known))
    exchange_keys(home, known)


def row_keys(home: Home, bao: hvac.Client) -> None:
    """A new version for every service; each process uses it from its next start."""
    for service in SERVICE_NAMES:
        revoke.rotate_rows(bao, service)
    console.print(
        "every service has another key for its rows; each process writes with it when it has been started again"
    )


def log_in(home: Home, bao: hvac.Client) -> None:
    """Of OpenBao as the provider that people log in at; a municipality's own provider does this itself."""
    people.renew_signing(bao)
    console.print("who logs in from now on has a token that is signed with another key")


def seal(home: Home, bao: hvac.Client) -> None:
    """The house does it, which may start OpenBao again; a recovery key that is made for it is shown here, once."""
    if made := recovery_key(bao):
        console.print("the recovery key of OpenBao, which is shown once; give it to who is to keep it:")
        print("\n".join(made))
    before = home.seal_keys()
    home.write(home.seal_asked, "")
    end = time.monotonic() + PATIENCE
    while home.seal_asked.exists():
        if time.monotonic() > end or not is_running(home.state()):
            raise HouseError(f"it was not done within {PATIENCE} s; {home.log('house')} says why")
        time.sleep(0.1)
    after = home.seal_keys()
    if len(after) != 1 or after == before[:1]:
        raise HouseError(f"it was not done; {home.log('house')} says why, and nothing was thrown away")
    console.print("OpenBao is sealed with another key, and the one of before is gone: it opens older backups only")


RENEWED: dict[str, Callable[[Home, hvac.Client], None]] = {
    "secret-ids": secret_ids,
    "signing-keys": signing_keys,
    "row-keys": row_keys,
    "log-in": log_in,
    "seal": seal,
}
