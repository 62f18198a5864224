"""OpenBao as OpenID Connect provider for the embedded profile: demo users and one client, the portal.

Production uses the municipality's own provider; nothing outside this module knows the difference. What is asked of any
provider (decision 20) is done here by what OpenBao has for it:

- Wrong passwords slow down who tries them, by his address, and lock out nobody: a lock is a key in a stranger's hand.
- A person may begin a log-in with PKCE S256, a nonce and the portal's one address, exactly, and in no other way. OpenBao
  itself takes `plain` or none of it, and any port on loopback: so the policy of a person allows these parameters only.
- The token of the log-in itself serves for that one step.
"""

from __future__ import annotations

import json
from typing import Any

import hvac

from deploy.openbao.log_in import MAX_AGES, PROVIDER, REDIRECT
from deploy.openbao.log_ins import never_lock_out

CLIENT = "portal"
SIGNS = "portal"
"""The key with which tokens are signed."""
BELIEVED = "24h"
LOG_INS_PER_MINUTE = 120
"""For one address. On one machine everybody has the same."""
PERSON_SECONDS = 60


def apply(bao: hvac.Client, address: str, users: dict[str, str], portal: str | None = None) -> dict[str, str]:
    """Make `users` (name to password) and the provider. Returns each user's subject (entity id). `portal`: the address to
    which a browser is sent back, besides that of who logs in without one."""
    back = [REDIRECT, *([portal] if portal else [])]
    methods = bao.sys.list_auth_methods()["data"]
    if "userpass/" not in methods:
        bao.sys.enable_auth_method("userpass")
        methods = bao.sys.list_auth_methods()["data"]
    accessor = methods["userpass/"]["accessor"]
    never_lock_out(bao, "userpass")
    throttle(bao, LOG_INS_PER_MINUTE)
    subjects = {}
    known = (bao.list("auth/userpass/users") or {"data": {"keys": []}})["data"]["keys"]
    for name, password in users.items():
        # Slow by design (bcrypt), and the password of a demo user never changes.
        bao.write(
            f"auth/userpass/users/{name}",
            token_policies=["person"],
            token_no_default_policy=True,
            token_ttl=PERSON_SECONDS,
            token_max_ttl=PERSON_SECONDS,
            **({} if name in known else {"password": password}),
        )
        bao.write(f"identity/entity/name/{name}", metadata={})
        subjects[name] = bao.read(f"identity/entity/name/{name}")["data"]["id"]
        bao.write("identity/entity-alias", name=name, canonical_id=subjects[name], mount_accessor=accessor)
    bao.write("identity/oidc/assignment/people", entity_ids=list(subjects.values()), group_ids=[])
    bao.write(
        f"identity/oidc/key/{SIGNS}",
        allowed_client_ids=["*"],
        algorithm="RS256",
        rotation_period="24h",
        verification_ttl=BELIEVED,
    )
    bao.write(
        f"identity/oidc/client/{CLIENT}",
        key=SIGNS,
        redirect_uris=back,
        assignments=["people"],
        # As the NL GOV profile has it: a log-in lasts longer than its token.
        id_token_ttl="5m",  # noqa: S106
        access_token_ttl="5m",  # noqa: S106
    )
    client_id = bao.read(f"identity/oidc/client/{CLIENT}")["data"]["client_id"]
    bao.write(f"identity/oidc/provider/{PROVIDER}", issuer=address, allowed_client_ids=[client_id], scopes_supported=[])
    bao.sys.create_or_update_policy("person", json.dumps({"path": _one_way_to_log_in(client_id, back)}))
    return subjects


def renew_signing(bao: hvac.Client, believed: str = BELIEVED) -> None:
    """The provider signs with another key from now on. What the one before signed is believed for as long as `believed` says
    (a duration, as "24h"), and no token for longer than it lives."""
    bao.write(f"identity/oidc/key/{SIGNS}/rotate", verification_ttl=believed)


def throttle(bao: hvac.Client, per_minute: int) -> None:
    """So many tries of a password for each address."""
    quota = {"path": "auth/userpass/login/*", "rate": per_minute, "interval": "60s"}
    bao.write_data("sys/quotas/rate-limit/log-in", data=quota)


def _one_way_to_log_in(client_id: str, back: list[str]) -> dict[str, Any]:
    """What a person's own token may be used for: a list says which values, an empty one that any will do."""
    allowed: dict[str, list[str]] = {
        "client_id": [client_id],
        "redirect_uri": back,
        "response_type": ["code"],
        "scope": ["openid"],
        "code_challenge_method": ["S256"],
        "code_challenge": [],
        "nonce": [],
        "state": [],
        "max_age": list(MAX_AGES),
    }
    rule = {"capabilities": ["read"], "allowed_parameters": allowed, "required_parameters": list(allowed)}
    return {f"identity/oidc/provider/{PROVIDER}/authorize": rule}


def portal_client(bao: hvac.Client) -> tuple[str, str]:
    """The portal's client id and secret."""
    data = bao.read(f"identity/oidc/client/{CLIENT}")["data"]
    return data["client_id"], data["client_secret"]
