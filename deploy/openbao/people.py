"""OpenBao as OpenID Connect provider for the embedded profile: demo users and one client, the portal.

Production uses the municipality's own provider; nothing outside this module knows the difference.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from typing import Any
from urllib.parse import parse_qs, urlparse

import httpx
import hvac

PROVIDER = "meldpunt"
CLIENT = "portal"
REDIRECT = "http://127.0.0.1/callback"


def apply(bao: hvac.Client, address: str, users: dict[str, str]) -> dict[str, str]:
    """Make `users` (name to password) and the provider. Returns each user's subject (entity id)."""
    methods = bao.sys.list_auth_methods()["data"]
    if "userpass/" not in methods:
        bao.sys.enable_auth_method("userpass")
        methods = bao.sys.list_auth_methods()["data"]
    accessor = methods["userpass/"]["accessor"]
    bao.sys.create_or_update_policy(
        "person", f'path "identity/oidc/provider/{PROVIDER}/authorize" {{ capabilities = ["read"] }}'
    )
    subjects = {}
    known = (bao.list("auth/userpass/users") or {"data": {"keys": []}})["data"]["keys"]
    for name, password in users.items():
        if name not in known:
            # Slow by design (bcrypt), and the password of a demo user never changes.
            bao.write(
                f"auth/userpass/users/{name}",
                password=password,
                token_policies=["person"],
                token_no_default_policy=True,
            )
        bao.write(f"identity/entity/name/{name}", metadata={})
        subjects[name] = bao.read(f"identity/entity/name/{name}")["data"]["id"]
        bao.write("identity/entity-alias", name=name, canonical_id=subjects[name], mount_accessor=accessor)
    bao.write("identity/oidc/assignment/people", entity_ids=list(subjects.values()), group_ids=[])
    bao.write(
        "identity/oidc/key/portal",
        allowed_client_ids=["*"],
        algorithm="RS256",
        rotation_period="24h",
        verification_ttl="24h",
    )
    bao.write(
        f"identity/oidc/client/{CLIENT}",
        key="portal",
        redirect_uris=[REDIRECT],
        assignments=["people"],
        id_token_ttl="5m",  # noqa: S106
        access_token_ttl="5m",  # noqa: S106
    )
    client_id = bao.read(f"identity/oidc/client/{CLIENT}")["data"]["client_id"]
    bao.write(f"identity/oidc/provider/{PROVIDER}", issuer=address, allowed_client_ids=[client_id], scopes_supported=[])
    return subjects


def portal_client(bao: hvac.Client) -> tuple[str, str]:
    """The portal's client id and secret."""
    data = bao.read(f"identity/oidc/client/{CLIENT}")["data"]
    return data["client_id"], data["client_secret"]


def log_in(address: str, user: str, password: str, client: tuple[str, str]) -> str:
    """The real log-in without a browser (code flow, PKCE S256); returns the ID token.

    Raises httpx.HTTPStatusError when the provider refuses.
    """
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    base = f"{address}/v1/identity/oidc/provider/{PROVIDER}"
    with httpx.Client(timeout=10) as http:
        answer = http.post(f"{address}/v1/auth/userpass/login/{user}", json={"password": password}).raise_for_status()
        person = {"X-Vault-Token": answer.json()["auth"]["client_token"]}
        asked: dict[str, Any] = {
            "client_id": client[0],
            "redirect_uri": REDIRECT,
            "response_type": "code",
            "scope": "openid",
            "state": secrets.token_urlsafe(16),
            "nonce": secrets.token_urlsafe(16),
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        answer = http.get(f"{base}/authorize", params=asked, headers=person).raise_for_status()
        location = answer.json()
        code = location.get("code") or parse_qs(urlparse(location.get("location", "")).query)["code"][0]
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, "code_verifier": verifier}
        token = http.post(f"{base}/token", data=form, auth=client).raise_for_status()
        return str(token.json()["id_token"])
