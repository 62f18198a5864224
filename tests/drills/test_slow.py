"""What the drill of cuts judges of what waits, of what is slow, and of who cannot log in: it sees what is wrong."""

from __future__ import annotations

import socket
import threading
from types import SimpleNamespace
from typing import cast

import httpx
import pytest

from deploy.cluster.wires import edge_of
from deploy.drills import depths
from deploy.drills.browsing import AWAY, LOGGED_IN
from deploy.drills.cut import cuttable
from deploy.drills.delays import Delayed, answered_after
from deploy.drills.depths import NOTHING_WAITS, WITH, Depth, deepest, gone, left, on_the_way, rows
from deploy.drills.looks import Looks, Waiting, waiting
from deploy.drills.provider import judged
from shared.asking import Asks
from shared.metrics.catalogue import OLDEST_ROW, ROWS_WAITING

TOLD = f"""# TYPE {ROWS_WAITING.name} gauge
{ROWS_WAITING.name}{{queue="outgoing",service="intake"}} 12.0
{ROWS_WAITING.name}{{queue="received",service="intake"}} 0.0
{OLDEST_ROW.name}{{queue="outgoing",service="intake"}} 4.359115
{OLDEST_ROW.name}{{queue="received",service="intake"}} 1e-05
"""
EDGE = Asks("assessment", "nats")


def test_what_waits_is_read_of_the_figures() -> None:
    assert waiting(TOLD) == {("intake", "outgoing"): Waiting(12, 4.359115), ("intake", "received"): Waiting(0, 1e-05)}
    assert waiting("") == {}


def test_what_a_cut_makes_wait_is_seen_with_who_has_it_and_with_nobody_else() -> None:
    assert deepest(waiting(TOLD), EDGE) == (12, 4.359115, "intake outgoing")
    assert deepest(waiting(TOLD.replace("4.359115", "0.4")), EDGE) is None, "what gets on is always there"
    assert deepest({("rights", "outgoing"): Waiting(3, 60.0)}, EDGE) is None
    assert Depth("assessment.nats", back=1.0).faults == ["assessment.nats: what it makes wait did not show"]
    assert Depth("assessment.nats", shown=1).faults == ["assessment.nats: something waited still after it was mended"]
    assert not Depth("assessment.nats", shown=1, back=0.0).faults


def test_what_waits_still_is_named() -> None:
    found = {("intake", "outgoing"): Waiting(1, 0.2), ("oversight", "received"): Waiting(2, 9.0)}
    assert left(found) == ["oversight received"]
    assert rows(found) == ["intake outgoing: 1", "oversight received: 2"]


def test_how_long_it_takes_until_nothing_waits_and_that_it_never_does_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(depths, "PAUSE_SECONDS", 0.01)
    found = [{("intake", "outgoing"): Waiting(1, 9.0)}, {("intake", "outgoing"): Waiting(1, 0.5)}]
    looks = cast(Looks, SimpleNamespace(queues=lambda _: found.pop(0) if len(found) > 1 else found[0]))
    after = gone(looks, ["intake"], 5.0)
    assert after is not None
    assert 0.01 <= after < 5
    found.insert(0, {("intake", "outgoing"): Waiting(1, 9.0)})
    found.pop()
    assert gone(looks, ["intake"], 0.05) is None


def test_each_edge_on_the_way_of_a_report_makes_something_wait_or_is_named() -> None:
    found = on_the_way(cuttable().parts)
    assert {one.who for one in found} == set(WITH)
    assert len(found) == 3 * len(WITH) - len(NOTHING_WAITS)
    assert not {edge_of(one.who, one.whom) for one in found} & set(NOTHING_WAITS)
    assert all(NOTHING_WAITS.values())


def test_what_somebody_says_that_he_lacks_is_wrong_while_everything_is_only_slow() -> None:
    good = Delayed("nats", before=0.01, quickest=0.31, decided=3)
    assert not good.faults
    assert Delayed("nats", {"intake-1": {"nats"}}, 0.01, 0.31, 3).faults == [
        "nats, delayed: intake-1 says that it lacks nats"
    ]
    assert Delayed("nats", {}, 0.01, 0.31, 3, refused={"door 503": 2}).faults == ["nats, delayed: door 503 x2"]


@pytest.mark.parametrize(("before", "quickest", "decided"), [(0.01, 0.02, 3), (0.5, 0.5, 3), (0.01, 0.31, 0)])
def test_a_delay_that_is_none_and_work_that_stands_still_are_wrong(
    before: float, quickest: float, decided: int
) -> None:
    assert len(Delayed("nats", {}, before, quickest, decided).faults) == 1


def test_how_long_an_answer_takes_is_until_something_comes_back() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            one, _ = server.accept()
            one.recv(1)
            threading.Event().wait(0.2)
            one.close()

        thread = threading.Thread(target=serve)
        thread.start()
        assert 0.2 <= answered_after(server.getsockname()[1]) < 5
        thread.join()


@pytest.mark.parametrize(
    ("status", "text", "may_log_in", "is_well"),
    [
        (200, LOGGED_IN, True, True),
        (503, AWAY, True, False),
        (503, AWAY, False, True),
        (500, "Er ging iets mis", False, False),
        (503, "Er ging iets mis", False, False),
        (200, LOGGED_IN, False, False),
    ],
)
def test_who_cannot_log_in_has_to_be_told_so(status: int, text: str, may_log_in: bool, is_well: bool) -> None:
    assert (judged(httpx.Response(status, text=text), "cut", may_log_in=may_log_in) == []) is is_well
