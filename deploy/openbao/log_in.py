"""The log-in of a demo user at OpenBao, as a browser and the portal do it together: nothing here administers OpenBao."""

from __future__ import annotations

import base64
import hashlib
import secrets
from urllib.parse import parse_qs, urlparse

import httpx

from shared.tls import Tls

PROVIDER = "meldpunt"
MAX_AGES = ("28800", "60")
"""How old a log-in at the provider may be that the portal goes on with: a working day, or just now (R-8.2)."""
REDIRECT = "http://127.0.0.1/callback"


def log_in(address: str, user: str, password: str, client: tuple[str, str], tls: Tls) -> tuple[str, str]:
    """The real log-in without a browser (code flow, PKCE S256); returns the ID token and the nonce that was asked for.

    `tls`: who asks. Raises httpx.HTTPStatusError when the provider refuses.
    """
    verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
    base = f"{address}/v1/identity/oidc/provider/{PROVIDER}"
    with httpx.Client(timeout=10, verify=tls.context) as http:
        answer = http.post(f"{address}/v1/auth/userpass/login/{user}", json={"password": password}).raise_for_status()
        person = {"X-Vault-Token": answer.json()["auth"]["client_token"]}
        asked = authorization(client[0], verifier, nonce)
        answer = http.get(f"{base}/authorize", params=asked, headers=person).raise_for_status()
        location = answer.json()
        code = location.get("code") or parse_qs(urlparse(location.get("location", "")).query)["code"][0]
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, "code_verifier": verifier}
        token = http.post(f"{base}/token", data=form, auth=client).raise_for_status()
        return str(token.json()["id_token"]), nonce


def authorization(client_id: str, verifier: str, nonce: str) -> dict[str, str]:
    """What the portal sends a person's browser to the provider with."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return {
        "client_id": client_id,
        "redirect_uri": REDIRECT,
        "response_type": "code",
        "scope": "openid",
        "state": secrets.token_urlsafe(16),
        "nonce": nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        # So that the ID token says when the password was shown.
        "max_age": MAX_AGES[0],
    }
