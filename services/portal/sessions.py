"""Who is logged in: a session that every process of the portal finds, and none keeps (docs/decisions/0068).

The browser has a random number and nothing else; while somebody logs in, what he began, sealed. What a session is lies at access,
sealed with that number and the portal's key. A process remembers the tokens that it got, for as long as they are used.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import structlog

from services.portal.keeper import Keeper, KeptEntry
from services.portal.sealing import PortalSeal
from shared.errors import PartDown

log = structlog.get_logger()
COOKIE = "__Host-meldpunt"
LOG_IN_TAKES = 300
"""How long somebody may take at the log-in provider."""
BEHIND_SECONDS = 30
TOKEN_USED_SECONDS = 200
"""A service's token lives for five minutes; after so long another is asked."""
MOST_KNOWN = 1000
"""Of so many dossiers a session knows something: more than anybody opens in a day, and so much is taken where it is kept."""
MOST_REMEMBERED = 5000
"""Of so many sessions a process remembers the tokens."""
SENDING_SECONDS = 30.0
"""For so long who sends several steps keeps another click waiting: then he may have died."""
WAIT_SECONDS = 0.1
CHANGE_TRIES = 8
SESSION, LOGGING_IN = "session", "log-in"


@dataclass
class LoggingIn:
    """A log-in that was begun: what the answer of the provider has to fit."""

    state: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(64))
    begun: float = 0


@dataclass
class Session:
    """Somebody's visit, as one request knows it. Content never stands here: codes and numbers only."""

    resume: str
    """With which access gives the tokens of other services."""
    user_id: str
    roles: tuple[str, ...]
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    tokens: dict[str, tuple[float, str]] = field(default_factory=dict, repr=False)
    """Of this process, for all requests of the session; kept nowhere."""
    holders: dict[str, str] = field(default_factory=dict)
    """By number, which service held the signal when it was last seen."""
    purposes: dict[str, str] = field(default_factory=dict)
    """By number, for what this person opened it (art. 7 lid 2)."""
    done: str | None = None
    """A code: what the page before did, told once."""
    number: str = field(default="", repr=False)
    """What the browser has; empty until it begins."""
    version: int = 0
    found: dict[str, Any] = field(default_factory=dict, repr=False)
    """What it was when this request found it."""

    def goes_on_from(self, before: Session) -> None:
        """The same person, in the same browser: what he opened is open, for what he opened it, and a page that still stands
        there can be sent."""
        self.csrf, self.purposes, self.holders = before.csrf, before.purposes, before.holders

    def told(self) -> dict[str, Any]:
        """What is kept of it."""
        known = {one: dict(getattr(self, one)) for one in ("holders", "purposes")}
        said = {one: getattr(self, one) for one in ("resume", "user_id", "csrf", "done")}
        return {**said, **known, "roles": list(self.roles), "sending": self.found.get("sending", 0.0)}


def know(known: dict[str, str], more: Mapping[str, str]) -> None:
    """Adds `more` to what a session knows of dossiers by number; of too many the ones that were added first go."""
    for number, one in more.items():
        known.pop(number, None)
        known[number] = one
    while len(known) > MOST_KNOWN:
        del known[next(iter(known))]


class Sessions:
    """`now`: seconds since 1970. Each raises PartDown while nothing can be found."""

    def __init__(
        self, keeper: Keeper, sealing: PortalSeal, idle_seconds: int, now: Callable[[], float] = time.time
    ) -> None:
        self._keeper, self._sealing, self._idle, self._now = keeper, sealing, idle_seconds, now
        self._tokens: dict[str, dict[str, tuple[float, str]]] = {}
        """By the name of a session; what was used last stands last."""

    # --- logging in ------------------------------------------------------------------------------

    def begin_log_in(self) -> tuple[str, LoggingIn]:
        """What the browser keeps of it, sealed, and what to ask the provider with. Nothing of it is kept elsewhere: whoever begins
        without end takes nobody's log-in away."""
        begun = LoggingIn(begun=self._now())
        return self._sealing.seal(asdict(begun), "", LOGGING_IN), begun

    def end_log_in(self, sealed: str | None, state: str) -> LoggingIn | None:
        """The log-in that this browser began and that `state` is an answer to. It is taken once because the provider's code
        is, and the ID token."""
        found = self._sealing.open(sealed or "", "", LOGGING_IN)
        if found is None:
            return None
        begun = LoggingIn(**found)
        # Another process, on another machine, may be a little behind.
        if not -BEHIND_SECONDS <= self._now() - begun.begun <= LOG_IN_TAKES:
            return None
        return begun if secrets.compare_digest(begun.state.encode(), state.encode()) else None

    # --- sessions --------------------------------------------------------------------------------

    async def begin(self, session: Session) -> str:
        """A new number for the browser: that from before the log-in is worth nothing any more. Raises NotAuthenticated when
        the log-in is over by now."""
        number = self._sealing.number()
        name = self._sealing.name(number, SESSION)
        await self._keeper.begin(name, session.resume, self._idle, self._sealed(session.told(), number))
        self._remember(name, session.tokens)
        return number

    async def find(self, number: str | None, *, at_work: bool = True) -> Session | None:
        """`at_work`: somebody did something, and is not idle."""
        if not number or not self._sealing.is_given(number):
            return None
        name = self._sealing.name(number, SESSION)
        entry = await self._keeper.find(name, at_work=at_work)
        found = self._opened(entry, number)
        if entry is None or entry.is_over or found is None:
            self._tokens.pop(name, None)
            return None
        return self._session(found, entry.version, number, self._tokens_of(name))

    async def left(self, number: str | None) -> Session | None:
        """Whose session ended by itself: without tokens, and good for nothing but to know who comes back."""
        if not number or not self._sealing.is_given(number):
            return None
        entry = await self._keeper.find(self._sealing.name(number, SESSION), at_work=False)
        if entry is None or not entry.is_over:
            return None
        found = self._opened(entry, number)
        return self._session(found | {"resume": "", "done": None}, entry.version, number, {}) if found else None

    async def end(self, number: str | None) -> None:
        """As when it ends by itself. A log-out ends all of a person's, at access."""
        if number and self._sealing.is_given(number):
            name = self._sealing.name(number, SESSION)
            self._tokens.pop(name, None)
            await self._keeper.end(name)

    async def save(self, session: Session) -> None:
        """Keep what this request changed, beside what others did meanwhile. One that ended meanwhile stays ended."""
        if not session.number:
            return
        before, mine, theirs, version = session.found, session.told(), session.found, session.version
        for _ in range(CHANGE_TRIES):
            both = _both(before, mine, theirs)
            if both == theirs:
                return
            if await self._change(session.number, version, both):
                session.found, session.version = both, version + 1
                return
            entry = await self._keeper.find(self._sealing.name(session.number, SESSION), at_work=False)
            opened = self._opened(entry, session.number)
            if entry is None or entry.is_over or opened is None:
                return
            theirs, version = opened, entry.version
        raise PartDown("a session is changed by others without end")

    @contextlib.asynccontextmanager
    async def sending(self, session: Session) -> AsyncIterator[None]:
        """While several steps are taken one after the other: a second click waits, at whichever process, and finds them done."""
        mine = 0.0
        while not mine:
            entry = await self._keeper.find(self._sealing.name(session.number, SESSION), at_work=False)
            found = self._opened(entry, session.number)
            if entry is None or found is None or entry.is_over:
                break
            until = self._now() + SENDING_SECONDS
            free = not self._now() < found["sending"] <= until
            if free and await self._change(session.number, entry.version, found | {"sending": until}):
                mine = until
            else:
                await asyncio.sleep(WAIT_SECONDS)
        try:
            yield
        finally:
            if mine:
                await self._sent(session.number, mine)

    async def _sent(self, number: str, mine: float) -> None:
        for _ in range(CHANGE_TRIES):
            entry = await self._keeper.find(self._sealing.name(number, SESSION), at_work=False)
            found = self._opened(entry, number)
            if entry is None or found is None or found["sending"] != mine:
                return
            if await self._change(number, entry.version, found | {"sending": 0.0}):
                return

    async def _change(self, number: str, version: int, said: dict[str, Any]) -> bool:
        return await self._keeper.change(self._sealing.name(number, SESSION), version, self._sealed(said, number))

    def _sealed(self, said: dict[str, Any], number: str) -> str:
        return self._sealing.seal(said, number, SESSION, str(said["user_id"]))

    def _opened(self, entry: KeptEntry | None, number: str) -> dict[str, Any] | None:
        """None for what is not this browser's, or not of whom it is said to be."""
        found = self._sealing.open(entry.sealed, number, SESSION, entry.user_id) if entry else None
        return found if isinstance(found, dict) else None

    def _session(
        self, found: dict[str, Any], version: int, number: str, tokens: dict[str, tuple[float, str]]
    ) -> Session:
        said = copy.deepcopy({one: value for one, value in found.items() if one != "sending"})
        said["roles"] = tuple(said["roles"])
        return Session(**said, number=number, version=version, found=found, tokens=tokens)

    # --- tokens of this process ------------------------------------------------------------------

    def _tokens_of(self, name: str) -> dict[str, tuple[float, str]]:
        found = self._tokens.pop(name, {})
        self._remember(name, found)
        return found

    def _remember(self, name: str, tokens: dict[str, tuple[float, str]]) -> None:
        self._tokens[name] = tokens
        while len(self._tokens) > MOST_REMEMBERED:
            del self._tokens[next(iter(self._tokens))]


def _both(before: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """`theirs` with what I changed."""
    both = theirs | {one: value for one, value in mine.items() if value != before[one] and not isinstance(value, dict)}
    for one in ("holders", "purposes"):
        gone = before[one].keys() - mine[one].keys()
        new = {number: value for number, value in mine[one].items() if before[one].get(number) != value}
        both[one] = {number: value for number, value in theirs[one].items() if number not in gone}
        know(both[one], new)
    return both


class Saving:
    """Before an answer goes out what the request changed in its session is kept: the next may come to another process."""

    def __init__(self, app: Any, sessions: Sessions) -> None:
        self.app = app
        self._sessions = sessions

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})

        async def answer(message: Any) -> None:
            session = state.get("session")
            if message["type"] == "http.response.start" and session is not None:
                try:
                    await self._sessions.save(session)
                except PartDown:
                    # What was done is done. He may read that less clearly, or say once more for what he opens a dossier.
                    log.warning("what a request changed in its session could not be kept")
            await send(message)

        await self.app(scope, receive, answer)
