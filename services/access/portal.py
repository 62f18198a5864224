"""Who may ask for tokens: the portal, that shows it by an assertion signed with its own key (RFC 7523).

Access knows the public half only, so that nothing here can be used to be the portal. Whoever has somebody's log-in,
but not this key, gets nothing for it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from services.access.settings import Settings
from shared.clock import Clock
from shared.errors import NotAuthenticated, PartDown

ASSERTION_ALGORITHMS = ("Ed25519", "ES256", "PS256")
ASSERTION_SECONDS = 60
MOST_ASSERTION = 4000
AUDIENCE = "access"
FOR_SESSIONS = "access-sessions"
"""The audience of what the portal shows where sessions are kept, for a minute and more than once: it makes no token of anything."""


@dataclass(frozen=True)
class Once:
    """A token that is used once: its hash, and until when it would be believed."""

    hash: str
    until: datetime


def once(token: str, until: float) -> Once:
    """`until`: seconds since 1970. The hash is over what is signed: the signature itself can be written in several ways."""
    signed = token.rpartition(".")[0]
    return Once(hashlib.sha256(signed.encode()).hexdigest(), datetime.fromtimestamp(until, UTC))


class Portal:
    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock

    def authenticate(self, assertion: str, audience: str = AUDIENCE) -> Once:
        """Raises NotAuthenticated for what the portal did not sign just now, for `audience`; PartDown without its keys."""
        if len(assertion) > MOST_ASSERTION:
            raise NotAuthenticated
        try:
            claims = jwt.decode(assertion, self._keys(), algorithms=ASSERTION_ALGORITHMS).claims
        except (JoseError, ValueError, RecursionError):
            raise NotAuthenticated from None
        portal = self._settings.oidc_client_id.read_text().strip()
        now, begins, ends = self._clock.now().timestamp(), claims.get("iat"), claims.get("exp")
        if (claims.get("iss"), claims.get("sub"), claims.get("aud")) != (portal, portal, audience):
            raise NotAuthenticated
        if not isinstance(begins, int | float) or not isinstance(ends, int | float):
            raise NotAuthenticated
        ends = min(ends, begins + ASSERTION_SECONDS)
        if not begins - 30 <= now < ends:
            raise NotAuthenticated
        return once(assertion, ends)

    def _keys(self) -> KeySet:
        """Read each time, so that a new key of the portal counts without a restart; raises PartDown."""
        try:
            return KeySet.import_key_set(json.loads(self._settings.portal_keys.read_text()))
        except (OSError, JoseError, ValueError, KeyError, TypeError, AttributeError) as problem:
            raise PartDown("the file with the portal's keys is missing or no JWK set") from problem
