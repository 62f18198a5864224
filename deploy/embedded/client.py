"""Speaking to a running house as one of its people: real log-in, real token exchange, plain HTTP."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Any

import httpx

from deploy.embedded.home import Home, HouseError
from deploy.embedded.portal import exchange_form
from deploy.embedded.status import operators_look
from deploy.openbao import log_in as provider
from deploy.tls.identities import SETUP_USER
from shared.pages import MOST


class Refusal(HouseError):
    """A service did not do what was asked; `status` and `problem` say why."""

    def __init__(self, service: str, status: int, problem: dict[str, Any]) -> None:
        self.status = status
        self.problem = problem
        faults = "; ".join(f"{one['name']}: {one['reason']}" for one in problem.get("invalidParams", []))
        super().__init__(f"{service} answered {status}: {problem.get('detail', '')} {faults}".strip())


class HouseClient:
    """Tokens are remembered for four minutes; they live for five."""

    def __init__(self, home: Home) -> None:
        state = home.state()
        if state is None or state.get("pid") is None:
            raise HouseError("no house is running here: start one with `meldpunt up`")
        self.home = self._home = home
        self.addresses: dict[str, str] = state["addresses"]
        # Let go before the service does (after 5 s): a request on a connection that is just being closed is lost.
        self._http = httpx.Client(timeout=30, limits=httpx.Limits(keepalive_expiry=2))
        self._tokens: dict[tuple[str, str], tuple[float, str]] = {}
        self._logins: dict[str, tuple[float, str]] = {}
        self.changing = 0
        """How many requests changed something: no look, no token, nothing that was refused."""
        self.traceparent: str | None = None
        """Sent with every request when set, so that what several people do is one trace."""

    def __enter__(self) -> HouseClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def token(self, user: str, service: str) -> str:
        """A token of `user` for `service`; raises HouseError for an unknown user."""
        known = self._tokens.get((user, service))
        if known and time.monotonic() - known[0] < 200:
            return known[1]
        log_in = self._logged_in(user)
        answer = self._exchanged(service, log_in)
        if answer.status_code == 401 and len(log_in) == 1:
            # He logged out meanwhile, in a browser: that holds everywhere.
            log_in = self.log_in(user)
            answer = self._exchanged(service, log_in)
        if answer.status_code != 200:
            raise Refusal("access", answer.status_code, answer.json())
        given = answer.json()
        if len(log_in) > 1:
            # The ID token has had its one use; the other services' tokens are had with this.
            self._logins[user] = (time.monotonic(), given["refresh_token"])
        token: str = given["access_token"]
        self._tokens[user, service] = (time.monotonic(), token)
        return token

    def _exchanged(self, service: str, log_in: tuple[str] | tuple[str, str]) -> httpx.Response:
        form = exchange_form(self._home, service, *log_in)
        return self._http.post(f"{self.addresses['access']}/v1/tokens", data=form)

    def _logged_in(self, user: str) -> tuple[str] | tuple[str, str]:
        """What access gave for a log-in of `user`; or a new ID token and its nonce."""
        known = self._logins.get(user)
        if known and time.monotonic() - known[0] < 200:
            return (known[1],)
        return self.log_in(user)

    def log_in(self, user: str) -> tuple[str, str]:
        """The real log-in at the provider: ID token and nonce; raises HouseError for an unknown user."""
        passwords = self._home.demo_users()
        if user not in passwords:
            raise HouseError(f"there is no demo user {user}: choose from {', '.join(passwords)}")
        client = (self._home.secret("portal-client-id"), self._home.secret("portal-client-secret"))
        try:
            return provider.log_in(self.addresses["openbao"], user, passwords[user], client, self._home.tls(SETUP_USER))
        except httpx.HTTPError as problem:
            raise HouseError(
                f"the log-in provider (OpenBao) did not log {user} in: {type(problem).__name__}"
            ) from problem

    def forget_tokens(self) -> None:
        self._tokens.clear()

    def is_designated(self, user: str) -> bool:
        """Whether access gives `user` a token that it accepts itself for the list of designations."""
        try:
            self.forget_tokens()
            self.get("access", "/v1/designations", user)
        except Refusal:
            return False
        return True

    def request(
        self,
        method: str,
        service: str,
        path: str,
        user: str | None,
        body: Any = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        """One request; `user` None sends no token. Returns whatever the service answers."""
        sent = dict(headers or {})
        if self.traceparent:
            sent.setdefault("traceparent", self.traceparent)
        if user:
            sent["Authorization"] = f"Bearer {self.token(user, service)}"
        try:
            answer = self._http.request(method, f"{self.addresses[service]}{path}", json=body, headers=sent)
        except httpx.TransportError as problem:
            raise HouseError(
                f"{service} is out of reach at {self.addresses[service]}: see `meldpunt status`"
            ) from problem
        self.changing += method != "GET" and answer.is_success
        return answer

    def status_of(self, service: str) -> dict[str, Any]:
        """What a service says of itself to who runs the house."""
        return self._expect(service, operators_look(self._home, service))

    def get(self, service: str, path: str, user: str | None, purpose: str | None = None) -> dict[str, Any]:
        headers = {"X-Purpose": purpose} if purpose else None
        return self._expect(service, self.request("GET", service, path, user, headers=headers))

    def every(self, service: str, path: str, user: str, noun: str) -> list[dict[str, Any]]:
        """A whole list, page after page: what all answers together have under `noun`."""
        return list(self.one_by_one(service, path, user, noun))

    def one_by_one(self, service: str, path: str, user: str, noun: str, limit: int = MOST) -> Iterator[dict[str, Any]]:
        """As `every`, for a list that is too long to hold."""
        mark = "&" if "?" in path else "?"
        page = self.get(service, f"{path}{mark}limit={limit}", user)
        while True:
            yield from page[noun]
            if page["next"] is None:
                return
            page = self.get(service, f"{path}{mark}limit={limit}&cursor={page['next']}", user)

    def post(
        self, service: str, path: str, user: str | None, body: Any, headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        return self._expect(service, self.request("POST", service, path, user, body, headers))

    @staticmethod
    def _expect(service: str, answer: httpx.Response) -> dict[str, Any]:
        if answer.status_code >= 400:
            try:
                problem = answer.json()
            except ValueError:
                problem = {}
            raise Refusal(service, answer.status_code, problem)
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found


def token(home: Home, arguments: argparse.Namespace) -> int:
    """`meldpunt token`: prints it."""
    with HouseClient(home) as client:
        print(client.token(arguments.user, arguments.service))
    return 0
