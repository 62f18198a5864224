"""Asking the services, always with the person's own token of at most five minutes.

aiohttp to the services, as to OpenBao: with httpx half of the computing of a page was its requests. The log-in provider may be
anywhere, and is asked with httpx, which knows of proxies.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp
import httpx
from aiohttp.connector import NEEDS_CLEANUP_CLOSED
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc.jws import extract_compact

from services.portal.answer import HttpAnswer
from services.portal.exchange import ASSERTION, assertion, exchange_form
from services.portal.sealing import keys_in
from services.portal.sessions import TOKEN_USED_SECONDS, LoggingIn, Session
from services.portal.settings import Settings
from shared.errors import LogInAnew, NotAuthenticated, PartDown
from shared.oidc import Discovery

SECONDS = 15
WORKING_DAY_SECONDS = 28_800
ANEW_SECONDS = 60
"""So long somebody may take from the provider's page to the portal, where he has to show anew who he is."""


@dataclass(frozen=True)
class Said:
    """What a service answered: status and JSON."""

    status: int
    body: dict[str, Any]

    @property
    def is_done(self) -> bool:
        return self.status < 400


class Calls:
    """Raises PartDown for a service that does not answer or cannot (5xx): nobody may take that for something that is not there.
    NotAuthenticated when the log-in is over, LogInAnew for what is accepted once somebody has shown again who he is (leaving.py
    sends him there, and keeps what he typed)."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._discovery = Discovery(settings.oidc_issuer, settings.provider_tls)
        self._made: aiohttp.ClientSession | None = None

    @property
    def _services(self) -> aiohttp.ClientSession:
        # Made at the first call: a session belongs to the loop that runs. No answer leaves a cookie for somebody else's.
        if self._made is None:
            self._made = aiohttp.ClientSession(
                # Let go long before a service does (`KEPT_OPEN_SECONDS`): a request on a connection that is just being closed is lost.
                # One of somebody who was cut off waits for a good-bye, and would outlive the session.
                connector=aiohttp.TCPConnector(
                    limit=100, keepalive_timeout=2, enable_cleanup_closed=NEEDS_CLEANUP_CLOSED
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=SECONDS),
            )
        return self._made

    async def close(self) -> None:
        if self._made is not None:
            await self._made.close()

    # --- logging in ------------------------------------------------------------------------------

    async def log_in_address(self, begun: LoggingIn, *, anew: bool = False) -> str:
        """Where the browser is sent: code flow, PKCE S256, state and nonce. `max_age` has the provider say when somebody
        showed who he is; `anew`: he shows it now, also where the provider knows him. Raises PartDown."""
        more = {"max_age": str(ANEW_SECONDS), "prompt": "login"} if anew else {"max_age": str(WORKING_DAY_SECONDS)}
        if self._settings.oidc_acr_values:
            more["acr_values"] = self._settings.oidc_acr_values
        endpoint = self._settings.oidc_authorization_endpoint
        address = prepare_grant_uri(
            endpoint or await self._discovery.endpoint("authorization_endpoint"),
            self._client,
            "code",
            self._back,
            self._settings.oidc_scope,
            begun.state,
            nonce=begun.nonce,
            code_challenge=create_s256_code_challenge(begun.verifier),
            code_challenge_method="S256",
            **more,
        )
        return str(address)

    async def log_in(self, code: str, begun: LoggingIn) -> Session:
        """The session of who logged in. The ID token is judged by access, which trusts nothing that the portal says of
        it; so is the nonce. Raises NotAuthenticated, PartDown."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._back,
            "code_verifier": begun.verifier,
        }
        secret = self._settings.oidc_client_secret.read_text().strip()
        address = self._settings.oidc_token_endpoint or await self._discovery.endpoint("token_endpoint")
        try:
            tls = self._settings.provider_tls
            # Made anew: once per person and day, and the certificates may have been renewed meanwhile.
            async with httpx.AsyncClient(timeout=SECONDS, verify=tls.context if tls else True) as provider:
                answer = await provider.post(address, data=form, auth=(self._client, secret))
            id_token = answer.json().get("id_token") if answer.is_success else None
        except (httpx.TransportError, httpx.InvalidURL, OSError) as problem:
            raise PartDown("the log-in provider is out of reach") from problem
        except (ValueError, AttributeError):
            id_token = None
        if not isinstance(id_token, str):
            raise NotAuthenticated
        found = await self._exchange("access", id_token, begun.nonce)
        claims = _claims(found["access_token"])
        return Session(found["refresh_token"], claims["sub"], _roles(claims))

    async def log_out(self, session: Session) -> None:
        """Everywhere: what access gave for any log-in of this person is worth nothing any more, and of his sessions and what he
        typed nothing is left. Raises PartDown."""
        shown = {"client_assertion_type": ASSERTION, "client_assertion": self.shown(), "token": session.resume}
        answer = await self.send("POST", "access", "/v1/log-outs", data=shown)
        if not answer.is_done:
            raise PartDown("access logs nobody out")

    def shown(self, audience: str = "access") -> str:
        """That it is the portal that asks."""
        return assertion(keys_in(self._settings.portal_key)[0], self._client, aud=audience)

    @property
    def _client(self) -> str:
        return self._settings.oidc_client_id.read_text().strip()

    @property
    def _back(self) -> str:
        return f"{self._settings.portal_address}/callback"

    async def _exchange(self, audience: str, log_in: str, nonce: str | None = None) -> dict[str, Any]:
        form = exchange_form(self.shown(), audience, log_in, nonce)
        answer = await self.send("POST", "access", "/v1/tokens", data=form)
        if answer.status in (400, 401):
            raise NotAuthenticated
        if not answer.is_done:
            raise PartDown("access gives no token")
        found: dict[str, Any] = json.loads(answer.content)
        return found

    # --- asking ----------------------------------------------------------------------------------

    async def get(
        self, session: Session, service: str, path: str, purpose: str | None = None, seconds: float = SECONDS
    ) -> Said:
        """`seconds`: how long it may take."""
        return await self._asked("GET", session, service, path, purpose=purpose, seconds=seconds)

    async def post(
        self, session: Session, service: str, path: str, body: dict[str, Any], purpose: str | None = None
    ) -> Said:
        return await self._asked("POST", session, service, path, body, purpose)

    async def put(self, session: Session, service: str, path: str, body: dict[str, Any]) -> Said:
        return await self._asked("PUT", session, service, path, body)

    async def delete(self, session: Session, service: str, path: str) -> Said:
        return await self._asked("DELETE", session, service, path)

    async def document(self, session: Session, service: str, path: str, purpose: str | None = None) -> bytes | None:
        """A PDF; None where there is none for this person."""
        answer = await self._answered("GET", session, service, path, purpose)
        return answer.content if answer.is_done else None

    async def _asked(
        self,
        method: str,
        session: Session,
        service: str,
        path: str,
        body: dict[str, Any] | None = None,
        purpose: str | None = None,
        seconds: float = SECONDS,
    ) -> Said:
        within = aiohttp.ClientTimeout(total=seconds)
        answer = await self._answered(method, session, service, path, purpose, json=body, timeout=within)
        try:
            found = json.loads(answer.content) if answer.content else {}
        except ValueError:
            raise PartDown(f"{service} answers no JSON") from None
        if found.get("code") == LogInAnew.code:
            raise LogInAnew
        return Said(answer.status, found)

    async def _answered(
        self, method: str, session: Session, service: str, path: str, purpose: str | None, **more: Any
    ) -> HttpAnswer:
        headers = {"Authorization": f"Bearer {await self._token(session, service)}"}
        if purpose:
            headers["X-Purpose"] = purpose
        answer = await self.send(method, service, path, headers=headers, **more)
        if answer.status == 401:
            raise NotAuthenticated
        if answer.status >= 500:
            raise PartDown(f"{service} could not answer")
        return answer

    async def _token(self, session: Session, service: str) -> str:
        known = session.tokens.get(service)
        if known and time.monotonic() - known[0] < TOKEN_USED_SECONDS:
            return known[1]
        given = await self._exchange(service, session.resume)
        token, session.resume = str(given["access_token"]), str(given["refresh_token"])
        session.tokens[service] = (time.monotonic(), token)
        # Which pages there are for somebody is known by what he is now, not by what he was when he logged in.
        session.roles = _roles(_claims(token))
        return token

    async def send(self, method: str, service: str, path: str, **more: Any) -> HttpAnswer:
        address = f"{self._settings.services[service]}{path}"
        try:
            tls = self._settings.tls
            # A renewed certificate is another context, and that is other connections.
            more["ssl"] = tls.context if tls else True
            async with self._services.request(method, address, allow_redirects=False, **more) as answer:
                return HttpAnswer(answer.status, await answer.read())
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            raise PartDown(f"{service} is out of reach") from problem


def _claims(token: str) -> dict[str, Any]:
    """What access says in a token. Services judge it; here it is only shown by."""
    found: dict[str, Any] = json.loads(extract_compact(token.encode()).payload)
    return found


def _roles(claims: dict[str, Any]) -> tuple[str, ...]:
    """The designations that hold now."""
    now = datetime.now(UTC)
    held = (
        one["role"]
        for one in claims["designations"]
        if datetime.fromisoformat(one["startsAt"]) <= now < datetime.fromisoformat(one["endsAt"])
    )
    return tuple(dict.fromkeys(held))
