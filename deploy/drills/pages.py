"""The pages are cut from the services that they ask: from all together, and from each alone. They say of exactly these that they do not
answer."""

from __future__ import annotations

import time
from collections.abc import Sequence

from deploy.cluster.wires import LOOK_SECONDS, Cut, edge_of
from deploy.drills.browsing import NO_PAGE, Browsing, OnWires
from deploy.embedded.home import HouseError
from deploy.embedded.parts import wait_until
from shared.asking import PORTAL, Asks

BACK_SECONDS = 60.0
"""Within which a page has to be well after it was mended."""


class WithoutServices(OnWires):
    def run(self, some: Sequence[Asks]) -> list[str]:
        """What is wrong with what the pages said."""
        pages = sorted({one.who for one in some})
        return [fault for who in pages for fault in self._page(who, [one for one in some if one.who == who])]

    def _page(self, who: str, asks: Sequence[Asks]) -> list[str]:
        with Browsing(self.home, who) as browsing:
            wait_until(browsing.is_well, BACK_SECONDS, who)
            alone: list[tuple[Cut, list[Asks]]] = [("refused", [one]) for one in asks]
            return [
                fault
                for cut, several in [("swallowed", list(asks)), *alone]
                for fault in self._without(browsing, who, several, cut)
            ]

    def _without(self, browsing: Browsing, who: str, asks: Sequence[Asks], cut: Cut) -> list[str]:
        some = [edge_of(one.who, one.whom) for one in asks]
        for one in some:
            self.spell(one, cut)
        time.sleep(2 * LOOK_SECONDS)
        began = time.monotonic()
        away = browsing.away()
        took = time.monotonic() - began
        for one in some:
            self.mend(one)
        mended = time.monotonic()
        what = f"{cut}: {', '.join(some)}"
        try:
            wait_until(browsing.is_well, BACK_SECONDS, who)
        except HouseError:
            return [f"{what}: it was not over"]
        self.say(f"{what}: shown in {took:.1f} s, over after {time.monotonic() - mended:.1f} s")
        # Who somebody is lies at access: without it there is no page that could say more.
        says = NO_PAGE if who == PORTAL and any(one.whom == "access" for one in asks) else len(some)
        return [] if away == says else [f"{what}: {who} says of {away} that they do not answer"]
