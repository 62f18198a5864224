"""The portal of an embedded house, as far as access knows it: a key of its own, with which it shows who it is."""

from __future__ import annotations

import json
import secrets
import time
from typing import Any

from joserfc import jwt
from joserfc.jwk import OKPKey

from deploy.embedded.home import Home

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"  # noqa: S105
REFRESH_TOKEN = "urn:ietf:params:oauth:token-type:refresh_token"  # noqa: S105


def _key(home: Home) -> OKPKey:
    return OKPKey.import_key(json.loads(home.secret("portal-key", _new_key)))


def _new_key() -> str:
    return json.dumps(OKPKey.generate_key("Ed25519", {"kid": secrets.token_hex(8)}).as_dict(private=True))


def public_keys(home: Home) -> str:
    """The file that access gets: a JWK set."""
    return json.dumps({"keys": [_key(home).as_dict(private=False)]})


def assertion(home: Home, **more: Any) -> str:
    """What shows for a minute, and once, that the portal asks (RFC 7523)."""
    key, client, now = _key(home), home.secret("portal-client-id"), int(time.time())
    claims = {"iss": client, "sub": client, "aud": "access", "iat": now, "exp": now + 60}
    claims["jti"] = secrets.token_urlsafe(16)
    return jwt.encode({"alg": "Ed25519", "kid": key.kid}, claims | more, key, algorithms=["Ed25519"])


def exchange_form(home: Home, audience: str, log_in: str, nonce: str | None = None) -> dict[str, str]:
    """What the portal asks of access: with a nonce, `log_in` is an ID token; else what was given for one before."""
    form = {
        "grant_type": EXCHANGE,
        "client_assertion_type": ASSERTION,
        "client_assertion": assertion(home),
        "subject_token": log_in,
        "subject_token_type": ID_TOKEN if nonce else REFRESH_TOKEN,
        "audience": audience,
    }
    return form | ({"nonce": nonce} if nonce else {})
