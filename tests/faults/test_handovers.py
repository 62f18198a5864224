"""Kills in every state of every hand-over (invariant 5): posted, published and locked, received without receipt.

Random kills of whole runs are in `test_kills.py`; here each state is held open by stopping who would end it,
the processes on both sides are killed in it, and afterwards the signal is in exactly one place with exactly
its decisions.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from nats.js.api import DiscardPolicy
from nats.js.errors import NotFoundError

from deploy.embedded.played import USUAL, Played
from tests.chain.test_state_machine import path_of
from tests.house import NO_SUSPICION, NOBODY, TestHouse, a_report, until
from tests.journeys import brought, further, player_of
from tests.parts import run_async

Act = Callable[[TestHouse, Played], None]
HELD_BY = {
    "assessment": 'SELECT number FROM dossier WHERE number=$1 AND NOT "left"',
    "sources": 'SELECT number FROM dossier WHERE number=$1 AND NOT "left"',
    "casework": 'SELECT number FROM dossier WHERE number=$1 AND NOT "left"',
    "retention": "SELECT number FROM sealed_signal WHERE number=$1",
    "rights": "SELECT number FROM dossier WHERE signal=$1 AND subject=$2",
}
LOCKS_NOTHING = ("report.v1", "subjects.v1")
"""Copies: the sender keeps what it has, or never had a key for it."""
SIGNAL_KEEPERS = ("assessment", "sources", "casework", "retention")


@dataclass(frozen=True)
class Pair:
    """One hand-over: bring a signal `to` a state, then `act` sets it going."""

    sender: str
    receiver: str
    event: str
    to: str | None
    act: Act
    subject: str = "S1"
    """Whom a hand-over to rights makes known."""
    by_bus: bool = False
    """What sets it going comes over the bus, so that only what the sender publishes is kept off it."""


def _report(house: TestHouse, played: Played) -> None:
    played.number = house.client.post("intake", "/v1/signals", "collega", a_report())["number"]


def _decide(step: dict[str, Any]) -> Act:
    def act(house: TestHouse, played: Played) -> None:
        """Without waiting for the next holder, who is kept away."""
        filled = played.filled(step)
        path = f"/v1/signals/{played.number}"
        version = house.client.get(played.holder, f"{path}/open-decisions", "anna")["version"]
        body = {name: filled[name] for name in ("key", "outcome", "reason", "fields", "forwarding") if name in filled}
        if step["key"] == "approach":
            body["meeting"] = played.meeting
        house.client.post(played.holder, f"{path}/decisions", step["by"], body | {"expectedVersion": version})

    return act


def _inform(house: TestHouse, played: Played) -> None:
    step = {name: one for name, one in USUAL["deferred"][0].items() if name != "opens"}
    player_of(house).step(played, step)


def _meet(category: str) -> Act:
    def act(house: TestHouse, played: Played) -> None:
        """A finding brings somebody to light."""
        fields: dict[str, Any] = {"persons": [{"name": "Klaas Kortstondig"}]}
        step = {"by": "anna", "item": category, "about": "O1", "finding": "Op naam van een ander.", "fields": fields}
        if category == "horeca-permits":
            fields |= {"hit": played.made["vraag"]}
        player_of(house).step(played, step)

    return act


NO_CASE = {"by": "anna", "reason": "Niemand.", "forwarding": NOBODY}
ENDS = {
    "assessment": NO_CASE | {"key": "weging-1", "outcome": "no-suspicion", "fields": NO_SUSPICION},
    "sources": NO_CASE | {"key": "weging-4", "outcome": "insufficient", "fields": {"weighed": "te weinig"}},
    "casework": NO_CASE | {"key": "approach", "outcome": "nobody", "fields": {"considered": "alles"}},
}
PAIRS = [
    Pair("intake", "assessment", "report.v1", None, _report),
    Pair("assessment", "rights", "subjects.v1", None, _report, by_bus=True),
    Pair("sources", "rights", "subjects.v1", "weging-4", _meet("horeca-permits"), subject="S2"),
    Pair("casework", "rights", "subjects.v1", "check-2a", _meet("kvk-open"), subject="S2"),
    Pair("assessment", "sources", "research.v1", "informing", _inform, by_bus=True),
    Pair("sources", "casework", "case.v1", "weging-4", _decide(USUAL["confirmed"][0])),
    Pair("assessment", "retention", "sealed.v1", "weging-1", _decide(ENDS["assessment"])),
    Pair("sources", "retention", "sealed.v1", "weging-4", _decide(ENDS["sources"])),
    Pair("casework", "retention", "sealed.v1", "approach", _decide(ENDS["casework"])),
]
IN_DRILLS = {("sources", "rights"), ("casework", "rights"), ("assessment", "retention"), ("sources", "retention")}
"""Senders and receivers that are there in another pair too."""


def staged(house: TestHouse, pair: Pair) -> Played:
    if pair.to is None:
        return Played("test", "")
    if pair.to == "weging-1":
        return further(house, brought(house, "received"), USUAL["phase-1"][0])
    return brought(house, pair.to)


def row_of(house: TestHouse, pair: Pair, number: str) -> dict[str, Any] | None:
    query = "SELECT id, receipted_at, locked_at FROM outgoing WHERE number=$1 AND event=$2"
    rows = house.sql(pair.sender, query, number, pair.event)
    return rows[0] if rows else None


def is_published(house: TestHouse, pair: Pair, number: str) -> bool:
    """Whether NATS has it; nobody else knows."""
    row = row_of(house, pair, number)
    if row is None:
        return False

    async def last() -> str | None:
        connection = await house.nats_admin()
        try:
            subject = f"meldpunt.{pair.sender}.{pair.event}.{pair.receiver}"
            message = await connection.jetstream().get_last_msg(pair.sender.upper(), subject)
        except NotFoundError:
            return None
        finally:
            await connection.close()
        return str((message.headers or {}).get("ce-id"))

    return run_async(last()) == str(row["id"])


def arrived(house: TestHouse, pair: Pair, number: str) -> bool:
    values = (number, pair.subject) if pair.receiver == "rights" else (number,)
    return bool(house.sql(pair.receiver, HELD_BY[pair.receiver], *values))


@pytest.mark.parametrize(
    "pair",
    [pytest.param(one, marks=pytest.mark.drill if (one.sender, one.receiver) in IN_DRILLS else ()) for one in PAIRS],
    ids=[f"{one.sender}-{one.receiver}" for one in PAIRS],
)
def test_a_hand_over_survives_kills_in_each_of_its_states(own_house: TestHouse, pair: Pair) -> None:
    """One signal meets all of them."""
    house = own_house
    house.all_ready()
    played = staged(house, pair)
    # Posted and not published: the bus is away, or takes nothing from the sender.
    if pair.by_bus:
        until(lambda: pair.to is None or house.sql("rights", "SELECT 1 AS x FROM asked WHERE number=$1", played.number))
        limit(house, pair.sender, takes_nothing=True)
    else:
        house.hold("nats")
    pair.act(house, played)
    until(lambda: row_of(house, pair, played.number))
    # A bus that is away has nothing, and cannot be asked.
    assert not (pair.by_bus and is_published(house, pair, played.number))
    assert house.kill(pair.sender)
    # Published, the old key locked: the receiver is away.
    house.hold(pair.receiver)
    if pair.by_bus:
        limit(house, pair.sender, takes_nothing=False)
    else:
        house.let_go("nats")
    until(lambda: is_published(house, pair, played.number))
    row = row_of(house, pair, played.number)
    assert row
    assert row["locked_at"] or pair.event in LOCKS_NOTHING, "locked before it was published"
    assert house.kill(pair.sender)
    # Received, and the receipt has not reached the sender, who is away.
    house.hold(pair.sender)
    house.let_go(pair.receiver)
    until(lambda: arrived(house, pair, played.number))
    assert house.kill(pair.receiver)
    house.let_go(pair.sender)
    house.all_ready()
    check(house, pair, played.number)


def limit(house: TestHouse, service: str, *, takes_nothing: bool) -> None:
    """The stream of `service` takes nothing more, or everything again; what others send is not touched."""

    async def change() -> None:
        connection = await house.nats_admin()
        stream = connection.jetstream()
        found = await stream.stream_info(service.upper())
        found.config.discard = DiscardPolicy.NEW if takes_nothing else DiscardPolicy.OLD
        found.config.max_msgs = max(found.state.messages, 1) if takes_nothing else -1
        await stream.update_stream(found.config)
        await connection.close()

    run_async(change())


def check(house: TestHouse, pair: Pair, number: str) -> None:
    """The signal is at the receiver, at nobody else, and has exactly the decisions that were taken."""
    until(lambda: arrived(house, pair, number), 120)
    until(lambda: (row := row_of(house, pair, number)) is None or row["receipted_at"], 120)
    if pair.receiver == "rights":
        assert len(house.sql("rights", HELD_BY["rights"], number, pair.subject)) == 1
        return
    until(lambda: [one for one in SIGNAL_KEEPERS if house.sql(one, HELD_BY[one], number)] == [pair.receiver], 120)
    for other in ("assessment", "sources", "casework"):
        if other != pair.receiver:
            until(lambda other=other: house.sql(other, "SELECT item FROM item WHERE number=$1", number) == [], 60)  # type: ignore[misc]
    if pair.receiver == "retention":
        text = house.sql("retention", "SELECT decisions FROM sealed_signal WHERE number=$1", number)[0]["decisions"]
        assert path_of(json.loads(text)) == "ended"
        return
    taken = house.client.get(pair.receiver, f"/v1/signals/{number}/decisions", "anna", purpose="weging")["decisions"]
    state = house.client.get(pair.receiver, f"/v1/signals/{number}/open-decisions", "anna")["state"]
    assert path_of(taken) == state
