"""The pages as somebody uses them: the public form as who reports, the portal as the beheerder, whose page of operations asks every service."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Literal

import httpx

from deploy.cluster.home import ClusterHome
from deploy.cluster.wires import Spell
from deploy.embedded.home import Home, HouseError
from shared.asking import PORTAL, PUBLIC_PAGES

USER = "beheerder"
LOGGED_IN = "Uitloggen"
AWAY = "Inloggen kan nu even niet"
"""What each page has of who is logged in, and what somebody reads who cannot log in."""
NO_PAGE = -1
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


@dataclass(frozen=True)
class OnWires:
    """What drills on pages whose edges can be cut. `spell`, `mend`: what becomes of an edge, and that nothing does any more."""

    home: ClusterHome
    say: Callable[[str], None]
    spell: Callable[[str, Spell], None]
    mend: Callable[[str], None]


class Browsing:
    """`logs_in`: whether he comes to the portal logged in."""

    def __init__(self, home: Home, page: str, *, logs_in: bool = True) -> None:
        self._home = home
        self._page = page
        self._address = (home.state() or {})["addresses"][page]
        self._http = httpx.Client(timeout=30, follow_redirects=True)
        # Browsers send what is for encrypted connections only to their own machine too.
        self._http.event_hooks = {"response": [lambda _: self._keep_cookies()]}
        if page == PORTAL and logs_in and LOGGED_IN not in (answer := self.log_in()).text:
            raise HouseError(f"{USER} could not log in at the portal: {answer.status_code}")

    def __enter__(self) -> Browsing:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def _keep_cookies(self) -> None:
        for one in self._http.cookies.jar:
            one.secure = False

    def log_in(self) -> httpx.Response:
        """What somebody sees at the end of it."""
        page = self._http.get(f"{self._address}/")
        filled = {name: html.unescape(value) for name, value in HIDDEN.findall(page.text)}
        if page.status_code != httpx.codes.OK or not filled:
            return page
        filled |= {"name": USER, "password": self._home.demo_users()[USER]}
        return self._http.post(page.url.copy_with(query=None), data=filled)

    def works(self) -> bool:
        """Whether who is logged in is shown what services say."""
        answer = self._http.get(f"{self._address}/status")
        return answer.is_success and LOGGED_IN in answer.text and AWAY not in answer.text

    def look(self) -> Literal["in", "out", "away"]:
        """Whether the first page of the portal is his, asks who he is, or says that something is away. Raises httpx.HTTPError
        when nobody answers."""
        page = self._http.get(f"{self._address}/", follow_redirects=False)
        if page.is_redirect:
            return "out"
        return "in" if page.is_success and "Uitloggen" in page.text else "away"

    def without_cookies(self) -> Browsing:
        """A browser in which nobody logged in."""
        other = Browsing(self._home, PUBLIC_PAGES)
        other._page, other._address = self._page, self._address
        return other

    def away(self) -> int:
        """Of how many services the page says that they do not answer; NO_PAGE when it cannot know who looks, and says no more."""
        if self._page == PORTAL:
            page = self._http.get(f"{self._address}/status")
            if page.status_code == httpx.codes.SERVICE_UNAVAILABLE:
                return NO_PAGE
            page.raise_for_status()
            return page.text.count('<td data-label="Wat er mis is">antwoordt niet</td>')
        form = self._http.get(f"{self._address}/")
        filled = {name: html.unescape(value) for name, value in HIDDEN.findall(form.text)}
        # Without a text nothing is taken in: what is asked is whether the door is there.
        origin = {"Origin": self._address}
        answer = self._http.post(f"{self._address}/", data=filled | {"text": ""}, headers=origin)
        return int(answer.status_code == httpx.codes.SERVICE_UNAVAILABLE)

    def is_well(self) -> bool:
        try:
            return self.away() == 0
        except httpx.HTTPError:
            return False
