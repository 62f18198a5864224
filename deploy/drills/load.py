"""Reports and decisions, again and again, as people would: whoever is refused tries again, with the same key."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx

from deploy.drills.journal import Journal, Kind, Refusal, Waited
from deploy.embedded.client import HouseClient
from deploy.embedded.home import Home

PAUSE_SECONDS = 0.1
"""Before what was refused is tried again."""
LOOK_SECONDS = 0.4
"""Between two looks at whether a report has come."""
REPORTERS = 2
EVERY_SECONDS = 3.0
"""One reporter, one report: what two processors that are shared with everything else carry without a queue."""
TOKEN_SECONDS = 60.0
"""After how long there are new ones."""
ANSWER_SECONDS = 20
REPORT = {
    "channel": "colleague",
    "text": "Een verzonnen melding voor een oefening: in de schuur wordt 's nachts gewerkt.",
    "objects": [{"kind": "building", "address": "Verzonnenpad 1, Maasland", "description": "schuur"}],
}
DECISION = {
    "key": "purpose",
    "outcome": "set",
    "reason": "Een verzonnen beslissing.",
    "fields": {"purposes": ["niet-faciliteren"]},
}
WHO = (("collega", "intake"), ("anna", "assessment"))


class Load:
    """From `begin` until `end`; everything that it is told is in the journal."""

    def __init__(self, home: Home, journal: Journal) -> None:
        self._journal = journal
        self._client = HouseClient(home)
        self._tokens: dict[str, str] = {}
        self.numbered: Callable[[str], str] | None = None
        """While set, reports come by the public form, as from somebody without a name: who reports gets a receipt code, and this
        says which number that has."""
        self._renewed = -TOKEN_SECONDS
        self._stopping = threading.Event()
        self._given_up = threading.Event()
        self._deciders = ThreadPoolExecutor(32)
        self._following: list[tuple[float, Future[None]]] = []
        self._reporters = [threading.Thread(target=self._reports) for _ in range(REPORTERS)]
        self.renew()

    def renew(self) -> None:
        """Tokens live for five minutes: new ones before each kill, so that what is tried is the house and no log-in. Raises
        HouseError."""
        if time.monotonic() < self._renewed + TOKEN_SECONDS:
            return
        self._client.forget_tokens()
        self._tokens = {service: self._client.token(user, service) for user, service in WHO}
        self._renewed = time.monotonic()

    def begin(self) -> None:
        for one in self._reporters:
            one.start()

    def end(self, patience: float) -> None:
        """No more reports; until each has come and is decided, or `patience` (seconds) is over."""
        self._stopping.set()
        until = time.monotonic() + patience
        try:
            for thread in self._reporters:
                thread.join(max(0.1, until - time.monotonic()))
            for _, one in self._following:
                with contextlib.suppress(TimeoutError):
                    one.result(max(0.1, until - time.monotonic()))
        finally:
            # Also where the drill is ended while it waits: they would go on for as long as the process.
            self._given_up.set()
            self._deciders.shutdown()

    def waiting_since(self, moment: float) -> int:
        """How many that were taken before `moment` are still under way between the door and their decision."""
        return sum(at < moment and not one.done() for at, one in self._following)

    # --- one report --------------------------------------------------------------------------------

    def _reports(self) -> None:
        with _http() as http:
            while not self._stopping.is_set():
                number = self._report(http)
                if number is not None:
                    self._journal.report(number)
                    self._following.append((time.monotonic(), self._deciders.submit(self._follow, number)))
                self._stopping.wait(EVERY_SECONDS)

    def _report(self, http: httpx.Client) -> str | None:
        began, key = time.monotonic(), {"Idempotency-Key": str(uuid4())}
        numbered = self.numbered
        body = REPORT | {"channel": "web"} if numbered else REPORT
        while not self._given_up.is_set():
            answer = self._try(http, "door", "POST", "intake", "/v1/signals", body, key, public=numbered is not None)
            if answer is not None:
                self._journal.waited(Waited("door", began, time.monotonic()))
                return numbered(answer.json()["receiptCode"]) if numbered else str(answer.json()["number"])
            time.sleep(PAUSE_SECONDS)
        return None

    def _follow(self, number: str) -> None:
        path, began = f"/v1/signals/{number}", time.monotonic()
        with _http() as http:
            found = self._look(http, path)
            if found is None:
                return
            self._journal.waited(Waited("carried", began, time.monotonic(), number))
            began = time.monotonic()
            while not self._given_up.is_set():
                body = DECISION | {"expectedVersion": found["version"]}
                answer = self._try(http, "decision", "POST", "assessment", f"{path}/decisions", body)
                if answer is not None:
                    return self._decided(number, answer.json()["id"], began)
                time.sleep(PAUSE_SECONDS)
                looked = self._look(http, path)
                if looked is None:
                    return
                found = looked
                if DECISION["key"] not in {one["key"] for one in found["decisions"]}:
                    return self._decided(number, None, began)

    def _decided(self, number: str, identifier: str | None, began: float) -> None:
        self._journal.decision(number, identifier)
        self._journal.waited(Waited("decision", began, time.monotonic(), number))

    def _look(self, http: httpx.Client, path: str) -> dict[str, Any] | None:
        """What can be decided, once it has come; None when the drill is over."""
        while not self._given_up.is_set():
            answer = self._try(http, "carried", "GET", "assessment", f"{path}/open-decisions", None)
            if answer is not None:
                return dict(answer.json())
            time.sleep(LOOK_SECONDS)
        return None

    def _try(
        self,
        http: httpx.Client,
        kind: Kind,
        method: str,
        service: str,
        path: str,
        body: Any,
        headers: dict[str, str] | None = None,
        *,
        public: bool = False,
    ) -> httpx.Response | None:
        sent = {} if public else {"Authorization": f"Bearer {self._tokens[service]}"}
        sent |= headers or {}
        try:
            answer = http.request(method, f"{self._client.addresses[service]}{path}", json=body, headers=sent)
        except httpx.TransportError as problem:
            self._journal.refused(Refusal(kind, time.monotonic(), type(problem).__name__, cut=True))
            return None
        if answer.is_success:
            return answer
        if answer.status_code != 404:
            self._journal.refused(Refusal(kind, time.monotonic(), str(answer.status_code), cut=False))
        return None


def _http() -> httpx.Client:
    # A connection for each request: which of several answers is chosen anew each time.
    return httpx.Client(timeout=ANSWER_SECONDS, limits=httpx.Limits(max_keepalive_connections=0))
