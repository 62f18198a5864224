"""The page on which a form stands, to come back to: also where that was the answer to what was sent before, at an address where
there is nothing to read."""

from __future__ import annotations

import re
from collections.abc import Iterable

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

FIRST_PAGE = "/"


class Places:
    """Made before the routes are known; `learn` tells of them."""

    def __init__(self) -> None:
        self._sent: list[tuple[re.Pattern[str], int]] = []

    def learn(self, routes: Iterable[BaseRoute]) -> None:
        """All routes of the portal at once. What is read and what is sent at one address have the same path here, with the same
        names in it: a paper that is fetched where a form is sent is no page."""
        known = [one for one in routes if isinstance(one, APIRoute)]
        pages = {FIRST_PAGE, *(one.path for one in known if "GET" in (one.methods or ()))}
        sent = (one for one in known if "POST" in (one.methods or ()))
        self._sent = [(one.path_regex, _steps_up(one.path, pages)) for one in sent]

    def page_of(self, address: str) -> str:
        """`address`, or the nearest page above it where that is only for sending."""
        path = address.partition("?")[0]
        up = next((up for pattern, up in self._sent if pattern.match(path)), 0)
        return _above(path, up) if up else address


def _steps_up(path: str, pages: set[str]) -> int:
    return next(up for up in range(path.count("/") + 1) if _above(path, up) in pages)


def _above(path: str, up: int) -> str:
    return path.rsplit("/", up)[0] or FIRST_PAGE
