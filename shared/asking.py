"""Who asks whom over HTTP. Beside `privileges.py`: that says who may be told what by message, and who has which keys.

Services never ask each other. Whoever is named on neither page has no way to the other: the network policies, the addresses
that a process is told and the picture of the edges are made from these two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.privileges import SERVICES, Privileges

PORTAL, PUBLIC_PAGES, SET_UP = "portal", "public", "setup"
"""The pages of who works here, and the public ones: processes without a row in the table. And the job that brings the parts to
what the table says."""
OPENBAO, NATS, POSTGRES = "openbao", "nats", "postgres"
"""The three real parts."""
PROVIDER, TRACES, GATEWAY, PROMETHEUS = "provider", "traces", "gateway", "prometheus"
"""The municipality's own: its log-in provider, where its traces are collected, what stands in front of what people reach, and
who fetches the figures of every service and of the pages."""
REACHED_FROM_OUTSIDE = (PORTAL, PUBLIC_PAGES, "export")
"""What the gateway passes anything to: pages, and where receivers without an account fetch (docs/operating.md)."""


@dataclass(frozen=True, order=True)
class Asks:
    """One may open a connection to the other, and not the other way round."""

    who: str
    whom: str


def edges(services: Sequence[Privileges] = SERVICES) -> frozenset[Asks]:
    """Every connection that is ever opened, in a house with these rows."""
    names = [one.name for one in services]
    parts = {Asks(name, part) for name in (*names, SET_UP) for part in (OPENBAO, NATS, POSTGRES)}
    parts |= {Asks(name, TRACES) for name in names}
    pages = {Asks(PORTAL, name) for name in names} | {Asks(PUBLIC_PAGES, "intake")}
    log_in = {Asks("access", PROVIDER), Asks(PORTAL, PROVIDER)}
    outside = {Asks(GATEWAY, name) for name in REACHED_FROM_OUTSIDE}
    figures = {Asks(PROMETHEUS, name) for name in (*names, PORTAL, PUBLIC_PAGES)}
    return frozenset(parts | pages | log_in | outside | figures)


def asked_by(name: str, services: Sequence[Privileges] = SERVICES) -> tuple[str, ...]:
    """What `name` may ask, in alphabetical order."""
    return tuple(sorted(one.whom for one in edges(services) if one.who == name))


def who_ask(name: str, services: Sequence[Privileges] = SERVICES) -> tuple[str, ...]:
    """Who may ask `name`, in alphabetical order."""
    return tuple(sorted(one.who for one in edges(services) if one.whom == name))
