"""`meldpunt certificates`, and the house doing the same by itself: what ends soon is replaced while everything runs.

Services read a renewed file with their next connection. The parts are told to; OpenBao alone has to be started again to
believe another authority, and has its connections to PostgreSQL made anew.
"""

from __future__ import annotations

import argparse
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from rich.console import Console
from rich.table import Table

from deploy.embedded import parts
from deploy.embedded.home import PARTS, Home, HouseError
from deploy.embedded.status import is_running
from deploy.embedded.supervise import Supervisor
from deploy.tls.identities import ETCD

LOOK_EVERY = timedelta(hours=1)
PATIENCE = 300
RENEW, NEW_AUTHORITY = "renew", "new-authority"
console = Console(stderr=True)


class Renewal:
    """Of one running house. `connect_anew`: has OpenBao connect to PostgreSQL with what it shows from now on;
    `start_again`: starts each of its nodes again."""

    def __init__(
        self,
        home: Home,
        supervisor: Supervisor,
        connect_anew: Callable[[], None],
        say: Callable[[str], None],
        start_again: Callable[[], None],
    ) -> None:
        self._home = home
        self._supervisor = supervisor
        self._connect_anew = connect_anew
        self._start_again = start_again
        self._say = say
        self._look_at = datetime.now(UTC) + LOOK_EVERY

    def when_due(self) -> None:
        """Renew what ends soon, or do what somebody asked for. What goes wrong stops no house: it is said, and tried again."""
        asked = self._home.certificates_asked
        wanted = asked.read_text() if asked.exists() else None
        if wanted is None and datetime.now(UTC) < self._look_at:
            return
        self._look_at = datetime.now(UTC) + LOOK_EVERY
        try:
            if wanted == NEW_AUTHORITY:
                self.new_authority()
            else:
                self.renew(everything=wanted == RENEW)
        except Exception as problem:
            self._say(f"certificates were not renewed: {type(problem).__name__}")
        finally:
            asked.unlink(missing_ok=True)

    def renew(self, *, everything: bool = False) -> None:
        """A new certificate for whose ends soon, or for everybody."""
        now = datetime.now(UTC)
        if renewed := self._home.authority.make(now, everything=everything):
            self._say(f"certificates renewed: {', '.join(renewed)}")
            self._read_again()

    def new_authority(self) -> None:
        """Another authority in the place of this one, in three steps of which each is read by everybody before the next."""
        authority = self._home.authority
        authority.prepare_next()
        self._read_again(believe=True)
        authority.turn_to_next()
        self._read_again()
        authority.forget_previous()
        self._read_again(believe=True)
        self._say("another authority signs the certificates")

    def _read_again(self, *, believe: bool = False) -> None:
        parts.postgres_certificates(self._home)
        for part in self._supervisor.of_part(*PARTS):
            self._supervisor.tell(part, signal.SIGHUP)
        if believe:
            self._start_again()
            for node in self._supervisor.of_part(ETCD):
                self._supervisor.without(node, lambda: None)
        self._connect_anew()


def certificates(home: Home, arguments: argparse.Namespace) -> int:
    """Show when they end, or have the running house replace them; raises HouseError without a house."""
    if arguments.what == "show":
        if not home.authority.trusted.exists():
            raise HouseError(f"there is no house in {home.path}: make one with `meldpunt up`")
        console.print(_shown(home))
        return 0
    if not is_running(home.state()):
        raise HouseError("no house is running here: start one with `meldpunt up`; it renews what ends soon")
    asked, before = home.certificates_asked, home.authority.ends()
    home.write(asked, arguments.what)
    end = time.monotonic() + PATIENCE
    while asked.exists():
        if time.monotonic() > end or not is_running(home.state()):
            raise HouseError(f"it was not done within {PATIENCE} s; {home.log('house')} says why")
        time.sleep(0.1)
    if home.authority.ends() == before:
        raise HouseError(f"it was not done; {home.log('house')} says why")
    console.print(_shown(home))
    return 0


def _shown(home: Home) -> Table:
    table = Table(title=f"certificates of {home.path}", title_justify="left")
    for column in ("of", "ends", "days left"):
        table.add_column(column)
    now = datetime.now(UTC)
    for name, ends in sorted(home.authority.ends().items(), key=lambda one: one[1]):
        table.add_row(name, f"{ends:%Y-%m-%d %H:%M} UTC", str((ends - now).days))
    return table
