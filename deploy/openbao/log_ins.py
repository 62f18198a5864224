"""How a service logs in at OpenBao: with an AppRole of its own, or with what the cluster that runs it says of it.

An AppRole is a secret that somebody has to bring to each process, and again before it ends. Where Kubernetes runs the processes
it writes into each, every few minutes, a token that says whose it is; OpenBao checks it with the public keys of the cluster. Then
there is no secret to bring, and none to steal that counts for longer than ten minutes. One of the two, never both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import hvac

from shared.openbao import WORKLOAD

APPROLE = "approle"
SECRET_ID_TTL = "168h"  # noqa: S105
AUDIENCE = "meldpunt-openbao"
"""For whom the cluster's tokens are: one that is meant for somebody else, its own API above all, counts for nothing here."""
ACCOUNT = "meldpunt-{service}"
"""What the chart calls the service account of a process."""


@dataclass(frozen=True)
class Workload:
    """A cluster whose word about its own processes is taken, and where they run in it.

    `keys`: the address of its public keys (JWKS); `authorities`: whose certificate that address shows (PEM), None for a public one.
    """

    issuer: str
    keys: str
    namespace: str
    authorities: str | None = None

    def subject(self, service: str) -> str:
        """What its tokens call the process."""
        return f"system:serviceaccount:{self.namespace}:{ACCOUNT.format(service=service)}"


def apply(bao: hvac.Client, services: Sequence[str], workload: Workload | None) -> None:
    """Every service can log in in one way, and in no other. Raises hvac's errors, also where the keys are not found."""
    mounted = set(bao.sys.list_auth_methods()["data"])
    if f"{APPROLE}/" not in mounted:
        bao.sys.enable_auth_method(APPROLE)
    never_lock_out(bao, APPROLE)
    if workload is None:
        for service in services:
            bao.write(f"auth/{APPROLE}/role/{service}", **_token(service), **_LONG_ENOUGH)
        if f"{WORKLOAD}/" in mounted:
            bao.sys.disable_auth_method(WORKLOAD)
        return
    if f"{WORKLOAD}/" not in mounted:
        bao.sys.enable_auth_method("jwt", path=WORKLOAD)
    bao.write(
        f"auth/{WORKLOAD}/config",
        jwks_url=workload.keys,
        jwks_ca_pem=workload.authorities or "",
        bound_issuer=workload.issuer,
        # With which of the two a cluster signs is the choice of who made it.
        jwt_supported_algs=["RS256", "ES256"],
    )
    for service in services:
        bao.write(f"auth/{WORKLOAD}/role/{service}", **_token(service), **_said_of(workload.subject(service)))
        # Who has an older secret id is out; tokens that were had with it end within the hour.
        bao.delete(f"auth/{APPROLE}/role/{service}")


def never_lock_out(bao: hvac.Client, mount: str) -> None:
    """After five wrong passwords OpenBao refuses the right one for a quarter of an hour: any stranger could keep a
    service or a person out. Passwords of services are random, and guessing those of people is slowed down (people.py).
    """
    bao.write(f"sys/auth/{mount}/tune", user_lockout_config={"lockout_disable": True})


def credentials(bao: hvac.Client, name: str) -> dict[str, str]:
    """The AppRole of one service: its `role_id` and a new `secret_id`."""
    role_id = bao.read(f"auth/{APPROLE}/role/{name}/role-id")["data"]["role_id"]
    secret_id = bao.write(f"auth/{APPROLE}/role/{name}/secret-id")["data"]["secret_id"]
    return {"role_id": role_id, "secret_id": secret_id}


_LONG_ENOUGH: dict[str, Any] = {
    "secret_id_num_uses": 0,
    # Long enough for a service that is down for some days; a running one has a new one each day.
    "secret_id_ttl": SECRET_ID_TTL,
}


def _token(service: str) -> dict[str, Any]:
    return {"token_policies": [f"service-{service}"], "token_no_default_policy": True, "token_period": "1h"}


def _said_of(subject: str) -> dict[str, Any]:
    return {"role_type": "jwt", "user_claim": "sub", "bound_audiences": [AUDIENCE], "bound_subject": subject}
