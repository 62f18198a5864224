"""What somebody typed while his log-in had ended: kept for minutes, for him alone, until he has logged in again.

In memory only, and encrypted under a key that only his browser has (in a cookie that no script reads): whoever looks into
the memory of the portal, or at another browser, has one half. It is given to the same person only, on the page he was on.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from starlette.datastructures import FormData

KEPT_COOKIE = "__Host-bewaard"
KEPT_SECONDS = 900
"""Long enough to log in again, and to be called away at it."""
MOST_KEPT = 64_000_000
MOST_PAGES = 5
"""Of one person: what others typed is not pushed out by what he sends again and again."""
OF_THE_PAGE = ("csrf", "version", "known", "draft", "deed")
"""Fields that the page filled in, and nobody typed."""


@dataclass(frozen=True)
class _Kept:
    user_id: str
    page: str
    sealed: bytes
    at: float


class Kept:
    """`now`: seconds that only go forward."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._kept: dict[str, _Kept] = {}

    def put(self, user_id: str, page: str, filled: FormData) -> str:
        """Keeps what `user_id` filled in on `page` (a path of the portal). Returns what opens it, for his browser."""
        secret, nonce = secrets.token_urlsafe(32), secrets.token_bytes(12)
        words = json.dumps([[name, value] for name, value in typed(filled)]).encode()
        sealed = nonce + _cipher(secret).encrypt(nonce, words, _bound(user_id, page))
        self._throw_away(len(sealed), user_id)
        self._kept[_hash(secret)] = _Kept(user_id, page, sealed, self._now())
        return secret

    def page_of(self, secret: str | None, user_id: str) -> str | None:
        """On which page this person was; None for anybody else, and when it is over."""
        found = self._find(secret)
        return found.page if found and found.user_id == user_id else None

    def words(self, secret: str | None, user_id: str, page: str) -> FormData | None:
        """What he filled in on `page`, if that is where he was."""
        found = self._find(secret)
        if found is None or secret is None or (found.user_id, found.page) != (user_id, page):
            return None
        try:
            opened = _cipher(secret).decrypt(found.sealed[:12], found.sealed[12:], _bound(user_id, page))
        except InvalidTag:
            return None
        return FormData([(str(name), str(value)) for name, value in json.loads(opened)])

    def drop(self, secret: str | None) -> None:
        """He has sent it, or somebody logged out."""
        if secret:
            self._kept.pop(_hash(secret), None)

    def drop_all_of(self, user_id: str) -> None:
        for one in [one for one, kept in self._kept.items() if kept.user_id == user_id]:
            del self._kept[one]

    def _find(self, secret: str | None) -> _Kept | None:
        found = self._kept.get(_hash(secret)) if secret else None
        return found if found and self._now() - found.at <= KEPT_SECONDS else None

    def _throw_away(self, more: int, user_id: str) -> None:
        """What is over; and the oldest, his own first, so that nobody fills the memory."""
        for one in [one for one, kept in self._kept.items() if self._now() - kept.at > KEPT_SECONDS]:
            del self._kept[one]
        mine = [one for one, kept in self._kept.items() if kept.user_id == user_id]
        for one in mine[: max(0, len(mine) + 1 - MOST_PAGES)]:
            del self._kept[one]
        while self._kept and more + sum(len(kept.sealed) for kept in self._kept.values()) > MOST_KEPT:
            del self._kept[next(iter(self._kept))]


def typed(filled: FormData) -> Iterable[tuple[str, str]]:
    """What a person filled in, without what the page did."""
    return [(name, str(value)) for name, value in filled.multi_items() if name not in OF_THE_PAGE]


def written(filled: FormData) -> list[str]:
    """Of that what he wrote himself: words to copy, where there is no form any more to show them in."""
    return [value for _, value in typed(filled) if " " in value.strip()]


def _bound(user_id: str, page: str) -> bytes:
    return f"{user_id}|{page}".encode()


def _cipher(secret: str) -> AESGCM:
    return AESGCM(hashlib.sha256(b"opens " + secret.encode()).digest())


def _hash(secret: str) -> str:
    """Under which it is found, and by which nothing opens."""
    return hashlib.sha256(b"names " + secret.encode()).hexdigest()
