"""The log-in provider is cut off and is slow: who is logged in works on, who logs in is told so in words, and can log in afterwards."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

import httpx

from deploy.cluster.home import replicas
from deploy.cluster.wires import CUTS, DELAY_SECONDS, Spell, edge_of
from deploy.drills.browsing import AWAY, LOGGED_IN, Browsing, OnWires
from deploy.drills.verdict import PATIENCE
from deploy.embedded.parts import answers_ok, wait_until
from shared.asking import PORTAL, PROVIDER

OF_PORTAL, OF_ACCESS = edge_of(PORTAL, PROVIDER), edge_of("access", PROVIDER)
SEEN_SECONDS = 1.0
"""Until a wire is cut."""
BACK_SECONDS = 45.0
"""Within which somebody can log in after it was mended: a provider that did not answer is left alone for ten seconds at a time."""


class WithoutProvider(OnWires):
    def run(self) -> list[str]:
        """What is wrong."""
        faults = []
        with Browsing(self.home, PORTAL) as at_work:
            took = self._logging_in()
            for cut in CUTS:
                faults += self._cut(at_work, OF_PORTAL, cut, may_log_in=False)
            # It has the keys of the provider, which count for an hour.
            faults += self._cut(at_work, OF_ACCESS, "refused", may_log_in=True)
            faults += self._cut(at_work, OF_ACCESS, "swallowed", may_log_in=False, before=self._forget_keys)
            faults += self._delayed(at_work, took)
        return faults

    def _cut(
        self,
        at_work: Browsing,
        edge: str,
        cut: Spell,
        *,
        may_log_in: bool,
        before: Callable[[], None] = lambda: None,
    ) -> list[str]:
        self.spell(edge, cut)
        time.sleep(SEEN_SECONDS)
        before()
        began = time.monotonic()
        answer = self._tried()
        took = time.monotonic() - began
        faults = judged(answer, f"{edge}, {cut}", may_log_in=may_log_in)
        if not at_work.works():
            faults.append(f"{edge}, {cut}: who was logged in could not work on")
        self.mend(edge)
        mended = time.monotonic()
        wait_until(lambda: LOGGED_IN in self._tried().text, BACK_SECONDS, f"a log-in after {edge} was mended")
        said = "logged in" if may_log_in else "was told that he cannot log in"
        self.say(
            f"{cut}: {edge}: who was logged in worked on; who came {said} after {took:.1f} s; a log-in went again"
            f" {time.monotonic() - mended:.1f} s after it was mended"
        )
        return faults

    def _delayed(self, at_work: Browsing, before: float) -> list[str]:
        for edge in (OF_PORTAL, OF_ACCESS):
            self.spell(edge, "delayed")
        time.sleep(SEEN_SECONDS)
        self._forget_keys()
        began = time.monotonic()
        faults = judged(self._tried(), "the provider, delayed", may_log_in=True)
        took = time.monotonic() - began
        if not at_work.works():
            faults.append("the provider, delayed: who was logged in could not work on")
        for edge in (OF_PORTAL, OF_ACCESS):
            self.mend(edge)
        # There and back for the portal's connection, and for what it asks on it; access asks for the keys besides.
        if took < before + 4 * DELAY_SECONDS:
            faults.append(f"the provider was not delayed: {took:.1f} s, and {before:.1f} s before")
        self.say(f"delayed: {OF_PORTAL}, {OF_ACCESS}: a log-in took {took:.1f} s, and {before:.1f} s before")
        return faults

    def _tried(self) -> httpx.Response:
        """Somebody logs in, in a browser of his own."""
        with Browsing(self.home, PORTAL, logs_in=False) as somebody:
            return somebody.log_in()

    def _logging_in(self) -> float:
        began = time.monotonic()
        self._tried()
        return time.monotonic() - began

    def _forget_keys(self) -> None:
        """Processes of access that begin have no key of the provider."""
        state = self.home.state() or {}
        pids = {one: int(state["pids"][one]) for one in replicas("access")}
        for pid in pids.values():
            os.kill(pid, signal.SIGKILL)

        def begun() -> bool:
            found = self.home.state() or {}
            others = all(found["pids"].get(one, pid) != pid for one, pid in pids.items())
            return others and all(answers_ok(found["several"][one], "/readyz") for one in pids)

        wait_until(begun, PATIENCE, "access, begun anew")


def judged(answer: httpx.Response, what: str, *, may_log_in: bool) -> list[str]:
    """What is wrong with what somebody saw who wanted to log in."""
    if may_log_in:
        return [] if LOGGED_IN in answer.text else [f"{what}: nobody could log in: {answer.status_code}"]
    if LOGGED_IN in answer.text:
        return [f"{what}: it was not cut: somebody logged in"]
    if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE or AWAY not in answer.text:
        return [f"{what}: who wanted to log in was not told what is the matter: {answer.status_code}"]
    return []
