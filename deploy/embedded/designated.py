"""Who is designated in a house for trying: the first two by the set-up file, everybody else by the first of them, through the real interface."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from deploy.embedded import protocol as law
from deploy.embedded.client import HouseClient
from deploy.embedded.heard import until_heard
from deploy.embedded.home import DESIGNATIONS, Home, HouseError

FIRST_DECISION = "EMBEDDED-SET-UP-2026-1"
TERM = timedelta(days=729)
"""As long as the protocol allows, but for a day: between two changes of the clock the last one may be in a day too far."""


def first_designations(subjects: Mapping[str, str]) -> str:
    """The set-up file of access: the controller names the beheerder and the FG. `subjects`: by name of a user, his subject."""
    until = (datetime.now(UTC) + TERM).isoformat()
    text = {"decision": FIRST_DECISION, "until": until, "beheerder": subjects["beheerder"], "fg": subjects["fg"]}
    return json.dumps(text)


def designate(home: Home, subjects: Mapping[str, str], protocol: str, patience: float) -> None:
    """The demo people get their designations from the demo beheerder. Raises HouseError when it takes longer than `patience` (s)."""
    file_roles = law.known(protocol).file_roles
    wanted = {**DESIGNATIONS, "anna": file_roles[:1], "bram": file_roles[-1:]}
    with HouseClient(home) as client:
        end = time.monotonic() + patience
        while not client.is_designated("beheerder"):
            if time.monotonic() > end:
                raise HouseError("access did not make the first beheerder; its log says why")
            time.sleep(0.2)
        found = client.get("access", "/v1/designations", "beheerder")["designations"]
        now = datetime.now(UTC)
        known = {(one["userId"], one["role"]) for one in found if datetime.fromisoformat(one["endsAt"]) > now}
        for user, role in ((user, role) for user, roles in wanted.items() for role in roles):
            if (subjects[user], role) not in known:
                # Nobody is designated who has never logged in.
                client.token(user, "access")
                body = {
                    "userId": subjects[user],
                    "role": role,
                    "startsAt": now.isoformat(),
                    "endsAt": (now + TERM).isoformat(),
                    "basis": FIRST_DECISION,
                }
                client.post("access", "/v1/designations", "beheerder", body)
        until_heard(client, patience)
