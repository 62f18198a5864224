"""`meldpunt lookup-key`: the yearly change of the key by which a signal is found again."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

import httpx

from deploy.embedded.ending import console
from deploy.embedded.home import Home, HouseError
from deploy.embedded.status import is_running
from deploy.openbao import apply as bao_config
from deploy.openbao import lookup
from deploy.tls.identities import SETUP_USER
from shared.clock import calendar_date

ASKED = "retention"


def lookup_key(home: Home, arguments: argparse.Namespace) -> int:
    """A new version when this year has none, and an end to those that nothing needs; raises HouseError without a house."""
    state = home.state()
    if state is None or not is_running(state):
        raise HouseError(f"no house is running in {home.path}")
    bao = bao_config.client(state["addresses"]["openbao"], home.secret("provisioner"), home.tls(SETUP_USER))
    made = lookup.renew(bao, calendar_date(datetime.now(UTC)), now=arguments.now)
    console.print(
        f"version {made} from now on; who holds signals tells them anew" if made else "this year has its version"
    )
    secret = {"Authorization": f"Bearer {home.secret(f'operations-{ASKED}')}"}
    with httpx.Client(base_url=state["addresses"][ASKED], timeout=30, headers=secret) as client:
        kept = client.get("/lookupz").raise_for_status().json()["signals"]
    oldest = lookup.end_unused(bao, {int(one) for one in kept})
    console.print(f"hashes are kept of {sum(kept.values())} signals, under version {oldest} and later")
    return 0
