"""Who is logged in. In memory only: what a session holds ends with the process, and is in no backup.

The browser has a random number and nothing else; while somebody logs in, what he began, sealed. Several replicas need a gateway that keeps a browser with one of them
(docs/decisions/0037).
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

COOKIE = "__Host-meldpunt"
LOG_IN_TAKES = 300
"""How long somebody may take at the log-in provider."""
LEFT_SECONDS = 12 * 3600
"""For how long it is known whose a session was that ended."""
TOKEN_USED_SECONDS = 200
"""A service's token lives for five minutes; after so long another is asked."""

MOST_OF_ONE = 20
"""Browsers in which one person is logged in at once: with more he would take the places of others."""
MOST_KNOWN = 2000
"""Of so many dossiers a session knows something: far more than anybody opens in a day, and no memory that somebody fills."""


@dataclass
class LoggingIn:
    """A log-in that was begun: what the answer of the provider has to fit."""

    state: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(64))
    begun: float = 0


@dataclass
class Session:
    """Somebody's visit. Content never stands here: codes and numbers only."""

    resume: str
    """With which access gives the tokens of other services."""
    user_id: str
    roles: tuple[str, ...]
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    seen: float = 0
    tokens: dict[str, tuple[float, str]] = field(default_factory=dict, repr=False)
    holders: dict[str, str] = field(default_factory=dict)
    """By number, which service held the signal when it was last seen."""
    purposes: dict[str, str] = field(default_factory=dict)
    """By number, for what this person opened it (art. 7 lid 2)."""
    done: str | None = None
    """A code: what the page before did, told once."""
    sending: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)
    """Held while several steps are taken one after the other: a second click waits, and finds them done."""

    def goes_on_from(self, before: Session) -> None:
        """The same person, in the same browser: what he opened is open, for what he opened it, and a page that still stands
        there can be sent."""
        self.csrf, self.purposes, self.holders = before.csrf, before.purposes, before.holders


def know(known: dict[str, str], more: Mapping[str, str]) -> None:
    """Adds `more` to what a session knows of dossiers by number; of too many the ones that were added first go."""
    for number, one in more.items():
        known.pop(number, None)
        known[number] = one
    while len(known) > MOST_KNOWN:
        del known[next(iter(known))]


class Sessions:
    """`now`: seconds that only go forward."""

    def __init__(self, idle_seconds: int, most: int, now: Callable[[], float] = time.monotonic) -> None:
        self._idle, self._most, self._now = idle_seconds, most, now
        self._sessions: dict[str, Session] = {}
        self._left: dict[str, Session] = {}
        self._seal = AESGCM(AESGCM.generate_key(256))

    def begin_log_in(self) -> tuple[str, LoggingIn]:
        """What the browser keeps of it, sealed, and what to ask the provider with. Nothing of it is kept here: whoever begins
        without end takes nobody's log-in away."""
        begun, nonce = LoggingIn(begun=self._now()), secrets.token_bytes(12)
        sealed = self._seal.encrypt(nonce, json.dumps(asdict(begun)).encode(), None)
        return base64.urlsafe_b64encode(nonce + sealed).decode(), begun

    def end_log_in(self, sealed: str | None, state: str) -> LoggingIn | None:
        """The log-in that this browser began and that `state` is an answer to. It is taken once because the provider's code
        is, and the ID token."""
        try:
            found = base64.urlsafe_b64decode(sealed or "")
            begun = LoggingIn(**json.loads(self._seal.decrypt(found[:12], found[12:], None)))
        except (ValueError, InvalidTag):
            return None
        if self._now() - begun.begun > LOG_IN_TAKES:
            return None
        return begun if secrets.compare_digest(begun.state.encode(), state.encode()) else None

    def begin(self, session: Session) -> str:
        """A new number for the browser: that from before the log-in is worth nothing any more."""
        number = secrets.token_urlsafe(32)
        for one in [one for one, other in self._sessions.items() if self._is_over(other)]:
            self._leave(one)
        mine = [one for one, other in self._sessions.items() if other.user_id == session.user_id]
        if len(mine) >= MOST_OF_ONE:
            self._leave(min(mine, key=lambda one: self._sessions[one].seen))
        while len(self._sessions) >= self._most:
            self._leave(min(self._sessions, key=lambda one: self._sessions[one].seen))
        session.seen = self._now()
        self._sessions[_hash(number)] = session
        return number

    def find(self, number: str | None, *, at_work: bool = True) -> Session | None:
        """`at_work`: somebody did something, and is not idle."""
        found = self._sessions.get(_hash(number)) if number else None
        if found is None or self._is_over(found):
            return None
        if at_work:
            found.seen = self._now()
        return found

    def left(self, number: str | None) -> Session | None:
        """Whose session ended by itself: without tokens, and good for nothing but to know who comes back."""
        if not number:
            return None
        live = self._sessions.get(_hash(number))
        if live is not None and self._is_over(live):
            self._leave(_hash(number))
        return self._left.get(_hash(number))

    @property
    def count(self) -> int:
        """How many are logged in."""
        return sum(not self._is_over(one) for one in self._sessions.values())

    def end(self, number: str | None) -> None:
        """As when it ends by itself."""
        if number and _hash(number) in self._sessions:
            self._leave(_hash(number))

    def end_all_of(self, user_id: str) -> None:
        """Everywhere, also in other browsers; nothing of it is left."""
        for known in (self._sessions, self._left):
            for one in [one for one, other in known.items() if other.user_id == user_id]:
                del known[one]

    def _leave(self, hashed: str) -> None:
        found = self._sessions.pop(hashed)
        found.resume, found.done = "", None
        found.tokens.clear()
        for one in [one for one, other in self._left.items() if self._now() - other.seen > LEFT_SECONDS]:
            del self._left[one]
        while len(self._left) >= self._most:
            del self._left[next(iter(self._left))]
        self._left[hashed] = found

    def _is_over(self, session: Session) -> bool:
        return self._now() - session.seen > self._idle


def _hash(number: str) -> str:
    return hashlib.sha256(number.encode()).hexdigest()
