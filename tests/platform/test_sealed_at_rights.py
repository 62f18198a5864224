"""What is sealed, at rights: put before each who reads it, for a request that runs, and answered by all of them (R-10.1, R-10.2)."""

from __future__ import annotations

import pytest

from services.rights.asking import AskingHolders
from services.rights.going_after import GoingAfter
from services.rights.sealed import AskingReaders
from services.rights.store import SealedReaderRow
from shared.clock import calendar_date
from shared.contracts.answering import PersonalItem, PersonElsewhere
from shared.contracts.sealed import RequestOver, SealedAsked, SealedPut
from shared.database.tables import Outgoing
from shared.errors import CannotSucceed, Invalid, NotBelieved
from shared.keys.lookup import Lookup
from shared.numbers import random_seed, signal_number
from tests.platform.conftest import DeskOf
from tests.platform.desk import ANNA, Desk
from tests.platform.requested import NAME, searched
from tests.platform.test_holders_asked import answer, hears, put_before, seen


async def sealed(desk: Desk, number: str, signal: str, *at: str) -> SealedAsked:
    """The signal proves to be sealed, and retention says who reads it; what it was asked."""
    told = PersonElsewhere(number=signal, request=number, holder="retention")
    await desk.hears(GoingAfter(desk.engine).elsewhere, told, "assessment")
    row = sorted(await desk.rows(Outgoing, event="sealed-asked.v1"), key=lambda one: one.created_at)[-1]
    question = SealedAsked.model_validate_json(row.body or b"")
    put = SealedPut(signal=signal, request=number, asked_at=question.asked_at, at=at)
    await desk.hears(AskingReaders(desk.engine).put, put, "retention")
    return question


@pytest.mark.allowed("R-10.1", "R-10.2")
@pytest.mark.refused("R-10.1")
async def test_what_is_sealed_is_put_before_each_who_reads_it_and_waits_for_all(desk_of: DeskOf) -> None:
    desk, number, signal = await put_before(desk_of)
    question = await sealed(desk, number, signal, "assessment", "sources")
    hashes = await Lookup(desk.platform.bao).each(["x"])
    assert question.hashes
    assert all(len(one) == len(hashes["x"][0]) for one in question.hashes)
    assert NAME not in question.model_dump_json(), "who asks is told to neither"
    with pytest.raises(Invalid) as caught:
        await searched(desk, number)
    assert "answer-silent" in {one.code for one in caught.value.faults}
    of_it = {"state": "sealed", "items": (PersonalItem(item="report", category="report", text="Zij sjouwt."),)}
    await hears(desk, answer(desk, number, signal, **of_it))
    shown = (await seen(desk, number))["signals"][0]
    assert (shown["holder"], shown["state"]) == ("retention", "waiting")
    assert {one["reader"]: one["state"] for one in shown["readers"]} == {"assessment": "answered", "sources": "waiting"}
    closed = (PersonalItem(item="item-3", category="benefits", text="Zij heeft een uitkering.", closed=True),)
    await hears(desk, answer(desk, number, signal, state="sealed", items=closed, person=None), "sources")
    view = await seen(desk, number)
    assert (view["signals"][0]["state"], view["signals"][0]["found"]) == ("answered", True)
    assert {one["what"] for one in view["found"]} == {
        f"naam: {NAME}; beroep: klusser",
        "Zij sjouwt.",
        "Zij heeft een uitkering.",
    }
    assert {one["holder"] for one in view["found"]} == {"retention"}, "where it lies, whoever reads it"
    await searched(desk, number)
    assert (await seen(desk, number))["state"] == "request-weighing"


@pytest.mark.refused("R-10.1", "R-10.2")
async def test_who_reads_nothing_of_it_answers_nothing_and_what_is_not_given_shows(desk_of: DeskOf) -> None:
    desk, number, signal = await put_before(desk_of)
    question = await sealed(desk, number, signal, "assessment")
    for content, producer in (
        (answer(desk, number, signal, state="sealed"), "casework"),
        (answer(desk, number, signal), "retention"),
    ):
        with pytest.raises(CannotSucceed):
            await hears(desk, content, producer)
    # Who had it before it was sealed may have answered before he heard that: it is let go.
    await hears(desk, answer(desk, number, signal), "assessment")
    assert (await seen(desk, number))["found"] == []
    put = SealedPut(signal=signal, request=number, asked_at=question.asked_at, at=("export",))
    for producer, told in (
        ("sources", put),
        ("retention", put),
        ("retention", put.model_copy(update={"request": "V-00000-00000"})),
    ):
        with pytest.raises(CannotSucceed):
            await desk.hears(AskingReaders(desk.engine).put, told, producer)
    # Put before it anew, an answer to the first question is none.
    desk.clock.pass_by(60)
    await AskingHolders(desk.engine).ask(number, ANNA, signal, "assessment")
    await sealed(desk, number, signal)
    late = put.model_copy(update={"at": ("assessment",)})
    await desk.hears(AskingReaders(desk.engine).put, late, "retention")
    await hears(desk, answer(desk, number, signal, state="sealed"))
    view = await seen(desk, number)
    assert (view["signals"][0]["state"], view["signals"][0]["readers"], view["found"]) == ("sealed", [], [])
    forged = SealedReaderRow(
        request=number,
        signal=signal,
        reader="casework",
        state="waiting",
        asked_at=desk.clock.now(),
        until=desk.clock.now(),
    )
    async with desk.platform.database.transaction() as session:
        session.add(forged)
    with pytest.raises(NotBelieved):
        await seen(desk, number)


@pytest.mark.refused("R-10.1", "R-10.2")
async def test_for_a_request_that_is_over_nothing_is_asked_and_what_was_given_goes(desk_of: DeskOf) -> None:
    desk, number, signal = await put_before(desk_of)
    await sealed(desk, number, signal, "assessment")
    other = signal_number(random_seed())
    await AskingHolders(desk.engine).ask(number, ANNA, other, "assessment")
    asked = len(await desk.rows(Outgoing, event="sealed-asked.v1"))
    today = calendar_date(desk.clock.now()).isoformat()
    await desk.decide(number, "request-withdrawn", "withdrawn", fields={"withdrawnOn": today, "how": "paper"})
    rows = await desk.rows(Outgoing, event="request-over.v1")
    assert sorted(one.addressee for one in rows) == ["assessment", "casework", "sources"]
    assert RequestOver.model_validate_json(rows[0].body or b"").signals == (signal,)
    told = PersonElsewhere(number=other, request=number, holder="retention")
    await desk.hears(GoingAfter(desk.engine).elsewhere, told, "assessment")
    assert len(await desk.rows(Outgoing, event="sealed-asked.v1")) == asked
    await hears(desk, answer(desk, number, signal, state="sealed"))
    assert (await seen(desk, number))["found"] == []
