"""The keys with which the log-in provider signs: who is logged in goes on, who logs in anew is believed, and a token of a key
that the provider took away is refused, though it has not run out."""

from __future__ import annotations

import base64
import json
import time

import httpx

from deploy.drills.under_load import UnderLoad
from deploy.embedded.client import HouseClient
from deploy.embedded.home import HouseError
from deploy.embedded.portal import exchange_form
from deploy.embedded.status import processes_of
from deploy.openbao import people
from deploy.openbao.log_in import PROVIDER
from deploy.tls.identities import SETUP_USER

BELIEVED = "20s"
"""For how long the provider goes on to say that the former key is its own; a municipality's does for hours."""
TAKEN_AWAY_SECONDS = 180.0
ASKED_AGAIN_SECONDS = 11.0
"""An unknown key has the provider asked, and again after ten seconds."""
WHO = "anna"


def log_in(under: UnderLoad) -> list[str]:
    home, faults = under.home, []
    with HouseClient(home) as client:
        client.token(WHO, "assessment")
        # One token for each thing that it is offered to: none is taken twice.
        early, late = client.log_in(WHO), {one: client.log_in(WHO) for one in processes_of(home, "access")}
        former = _kid(early[0])
        people.renew_signing(under.bao(), BELIEVED)
        faults += [] if _exchanged(under, None, early) == 200 else ["a token of just before was refused at once"]
        faults += _all_believed(under, client, former, "after it was rotated")
        seconds = under.until(lambda: former not in _kids(under), "the provider takes its key away", TAKEN_AWAY_SECONDS)
        # Who has asked for the keys of the provider keeps them for ten minutes, or until he is shown one that he does not
        # know: the next rotation has every process ask again.
        time.sleep(ASKED_AGAIN_SECONDS)
        people.renew_signing(under.bao())
        faults += _all_believed(under, client, former, "after the former was taken away")
        left = _expires(early[0]) - time.time()
        if left < 10:
            raise HouseError("the tokens have run out: that they are refused shows nothing")
        for one, token in late.items():
            status = _exchanged(under, processes_of(home, "access")[one], token)
            faults += [] if status == 401 else [f"{one} answered {status} to a token of the key that was taken away"]
        client.forget_tokens()
        client.token(WHO, "assessment")
        under.say(f"log-in: taken away after {seconds:.0f} s; refused then, {left:.0f} s before such a token ran out")
    return faults


def _all_believed(under: UnderLoad, client: HouseClient, former: str, when: str) -> list[str]:
    """Who logs in anew, at each process of access; and who was logged in."""
    faults = []
    for one, address in processes_of(under.home, "access").items():
        token = client.log_in(WHO)
        if _kid(token[0]) == former:
            raise HouseError("the provider signs with the key that it had: what follows shows nothing")
        status = _exchanged(under, address, token)
        faults += [] if status == 200 else [f"{one} answered {status} to who logged in anew, {when}"]
    client.forget_tokens()
    try:
        client.token(WHO, "assessment")
    except HouseError as problem:
        faults.append(f"who was logged in does not go on, {when}: {problem}")
    return faults


def _exchanged(under: UnderLoad, address: str | None, log_in: tuple[str, str]) -> int:
    """What access answers to an ID token; `address`: of one process of several."""
    form = exchange_form(under.home, "assessment", *log_in)
    where = address or (under.home.state() or {})["addresses"]["access"]
    return httpx.post(f"{where}/v1/tokens", data=form, timeout=30).status_code


def _kids(under: UnderLoad) -> set[str]:
    """The keys that the provider says are its own."""
    address = (under.home.state() or {})["addresses"]["openbao"]
    url = f"{address}/v1/identity/oidc/provider/{PROVIDER}/.well-known/keys"
    answer = httpx.get(url, verify=under.home.tls(SETUP_USER).context, timeout=20).raise_for_status()
    return {one["kid"] for one in answer.json()["keys"]}


def _kid(token: str) -> str:
    return str(_part(token, 0)["kid"])


def _expires(token: str) -> float:
    return float(str(_part(token, 1)["exp"]))


def _part(token: str, place: int) -> dict[str, object]:
    text = token.split(".")[place]
    found: dict[str, object] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return found
