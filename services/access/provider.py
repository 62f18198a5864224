"""The municipality's log-in provider: whose ID tokens are believed, and when its keys are fetched.

Nothing is fetched for a token that cannot be the provider's: its header has to be small, well-formed and name a key, and
an unknown key is asked for at most once per interval, by one request at a time. Known keys are asked for again after a while,
so that one that the provider took away counts no longer.
"""

from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeGuard

import httpx
import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from services.access.portal import Once, once
from services.access.settings import Settings
from shared.clock import Clock
from shared.errors import NotAuthenticated, PartDown
from shared.oidc import Discovery

log = structlog.get_logger()

LOG_IN_ALGORITHMS = ("RS256", "PS256", "ES256")
MOST_TOKEN = 8000
MOST_HEADER = 1000
INTERVAL = timedelta(seconds=10)
KEYS_AGE = timedelta(minutes=10)
"""After how long its keys are asked for again."""
KEYS_WITHOUT_PROVIDER = timedelta(hours=1)
"""For how long they still count when it does not answer."""
MOST_SUBJECT = 200
ID_TOKEN_SECONDS = 3600
"""For how long an ID token is taken at most, however long the provider would."""


@dataclass(frozen=True)
class LogIn:
    """Somebody has logged in: who, since when, and until when that is believed at most.

    `proved_at`: when he showed the provider who he is, if that says so; a provider that knows a browser gives a token without
    asking. `used`: what may not be offered again.
    """

    subject: str
    begun: datetime
    until: datetime
    proved_at: datetime | None = None
    used: tuple[Once, ...] = ()

    @property
    def ends_by_leaving_at(self) -> datetime:
        """A log-out from then on ends it. Whom the provider still knows has not shown who he is since he logged out; it says
        when he did in whole seconds."""
        return min(self.begun, self.proved_at + timedelta(seconds=1)) if self.proved_at else self.begun


class Provider:
    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._keys: KeySet | None = None
        self._asked_at: datetime | None = None
        self._had_at = datetime.min.replace(tzinfo=UTC)
        self._discovery = Discovery(settings.oidc_issuer, settings.provider_tls)
        self._one_at_a_time = asyncio.Lock()

    async def log_in(self, id_token: str, nonce: str) -> LogIn:
        """Whom `id_token` names, and for how long he can work on it: the token itself may run out in minutes. `nonce`: what the portal gave to the log-in that it began, so that the token of another
        log-in is worth nothing here.

        Raises NotAuthenticated for a token that the provider did not give to the portal for this log-in, or that has
        run out, and PartDown when its keys cannot be had.
        """
        header = _header(id_token)
        if header is None:
            raise NotAuthenticated
        keys = await self._keys_with(header.get("kid"))
        try:
            claims = jwt.decode(id_token, keys, algorithms=LOG_IN_ALGORITHMS).claims
        except (JoseError, ValueError, RecursionError):
            raise NotAuthenticated from None
        audiences = claims.get("aud")
        client = self._settings.oidc_client_id.read_text().strip()
        if client not in (audiences if isinstance(audiences, list) else [audiences]):
            raise NotAuthenticated
        # A token for several says to whom of them it was given (OpenID Connect Core 3.1.3.7).
        if claims.get("azp", client if audiences in (client, [client]) else None) != client:
            raise NotAuthenticated
        if not nonce or claims.get("nonce") != nonce or claims.get("iss") != self._settings.oidc_issuer:
            raise NotAuthenticated
        now, begins, ends = self._clock.now().timestamp(), claims.get("iat"), claims.get("exp")
        if not isinstance(begins, int | float) or not isinstance(ends, int | float):
            raise NotAuthenticated
        ends = min(ends, begins + ID_TOKEN_SECONDS)
        subject = _at(claims, self._settings.oidc_subject_claim)
        if not begins - 30 <= now < ends or not _is_subject(subject):
            raise NotAuthenticated
        wanted = self._settings.oidc_acr_values.split()
        if wanted and claims.get("acr") not in wanted:
            raise NotAuthenticated
        proved = claims.get("auth_time")
        proved_at = datetime.fromtimestamp(proved, UTC) if proved is not None and _is_moment(proved, now) else None
        begun = self._clock.now()
        # Whoever was known to the provider already does not begin a new working day with every token.
        until = (proved_at or begun) + timedelta(seconds=self._settings.log_in_seconds)
        if until <= begun:
            raise NotAuthenticated
        return LogIn(subject, begun, until, proved_at, (once(id_token, ends),))

    async def _keys_with(self, kid: str | None) -> KeySet:
        """The provider's keys; asked for when `kid` is not among them and they were not asked for just now."""
        async with self._one_at_a_time:
            now = self._clock.now()
            known = self._keys is not None and _has(self._keys, kid)
            if known and now - self._had_at < KEYS_AGE:
                return self._of(now)
            if self._asked_at is None or now - self._asked_at >= INTERVAL:
                self._asked_at = now
                try:
                    self._keys, self._had_at = await self._fetch(), now
                except PartDown as problem:
                    log.warning("the keys of the log-in provider could not be asked", problem=type(problem).__name__)
            if not known and self._had_at < self._asked_at:
                raise PartDown("the log-in provider is out of reach")
            return self._of(now)

    def _of(self, now: datetime) -> KeySet:
        if self._keys is None or now - self._had_at >= KEYS_WITHOUT_PROVIDER:
            raise PartDown("the log-in provider is out of reach")
        return self._keys

    async def _fetch(self) -> KeySet:
        address = self._settings.oidc_jwks_uri or await self._discovery.endpoint("jwks_uri")
        try:
            tls = self._settings.provider_tls
            async with httpx.AsyncClient(timeout=5, verify=tls.context if tls else True) as http:
                answer = (await http.get(address)).raise_for_status()
            return KeySet.import_key_set(answer.json())
        except (httpx.HTTPError, OSError, JoseError, ValueError, KeyError, TypeError) as problem:
            raise PartDown("the log-in provider is out of reach") from problem


def _at(claims: dict[str, Any], path: str) -> Any:
    """The claim at `path`: a name that has a dot itself, as a namespaced claim has, goes before a level down."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for step in path.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return found


def _is_subject(claim: Any) -> TypeGuard[str]:
    return isinstance(claim, str) and 0 < len(claim) <= MOST_SUBJECT and claim.isprintable()


def _is_moment(claim: Any, now: float) -> bool:
    """Whether it can be when somebody logged in: not before there were computers, not in the future."""
    return isinstance(claim, int | float) and not isinstance(claim, bool) and 0 < claim <= now + 30


def _has(keys: KeySet, kid: str | None) -> bool:
    try:
        keys.get_by_kid(kid)
    except JoseError:
        return False
    return True


def _header(token: str) -> dict[str, Any] | None:
    """The header of what can be an ID token of a provider; None for anything else."""
    parts = token.split(".", 3)
    if len(token) > MOST_TOKEN or len(parts) != 3 or len(parts[0]) > MOST_HEADER:
        return None
    try:
        found = json.loads(base64.urlsafe_b64decode(parts[0] + "=" * (-len(parts[0]) % 4)))
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or found.get("alg") not in LOG_IN_ALGORITHMS:
        return None
    return found if isinstance(found.get("kid"), str | None) else None
