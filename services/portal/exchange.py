"""What the portal asks of access: a token of one service for who logged in (RFC 8693), shown to come from it (RFC 7523)."""

from __future__ import annotations

import secrets
import time
from typing import Any

from joserfc import jwt
from joserfc.jwk import OKPKey

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"  # noqa: S105
REFRESH_TOKEN = "urn:ietf:params:oauth:token-type:refresh_token"  # noqa: S105


def assertion(key: OKPKey, client: str, **more: Any) -> str:
    """What shows for a minute, and once, that the portal asks. `more`: claims that stand in the place of the usual."""
    now = int(time.time())
    claims = {"iss": client, "sub": client, "aud": "access", "iat": now, "exp": now + 60}
    claims["jti"] = secrets.token_urlsafe(16)
    return jwt.encode({"alg": "Ed25519", "kid": key.kid}, claims | more, key, algorithms=["Ed25519"])


def exchange_form(signed: str, audience: str, log_in: str, nonce: str | None = None) -> dict[str, str]:
    """The form of a request, `signed` being its assertion: with a nonce, `log_in` is an ID token; else what was given for
    one before."""
    form = {
        "grant_type": EXCHANGE,
        "client_assertion_type": ASSERTION,
        "client_assertion": signed,
        "subject_token": log_in,
        "subject_token_type": ID_TOKEN if nonce else REFRESH_TOKEN,
        "audience": audience,
    }
    return form | ({"nonce": nonce} if nonce else {})
