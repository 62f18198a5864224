"""A request is put before who holds a signal; what he answers comes to stand in it, and a silent one blocks it (art. 10 lid 1)."""

from __future__ import annotations

from typing import Any

import pytest

from services.rights.asking import AskingHolders
from services.rights.completeness import names_of
from services.rights.going_after import GoingAfter
from services.rights.request_letters import RequestLetters
from services.rights.store import AskedSignal
from shared.clock import calendar_date
from shared.contracts.answering import (
    PersonalItem,
    PersonalUse,
    PersonAnswered,
    PersonAnsweredLetter,
    PersonElsewhere,
)
from shared.contracts.intake import Subject
from shared.database.tables import Audit, Outgoing
from shared.errors import CannotSucceed, Conflict, Forbidden, Invalid, NotBelieved
from shared.identity import Person
from shared.numbers import random_seed, signal_number
from shared.protocol.request_kinds import HOLDERS_OF_DATA
from tests.platform.conftest import DeskOf
from tests.platform.desk import ANNA, Desk
from tests.platform.requested import (
    NAME,
    ON_ITSELF,
    agreed,
    identified,
    letter,
    requested,
    searched,
    set_aside,
    told_of_rights,
)


async def put_before(desk_of: DeskOf, holder: str = "assessment") -> tuple[Desk, str, str]:
    """A request whose asker is known, and a signal about which its holder was asked."""
    desk = await desk_of("rights")
    number, signal = await requested(desk), signal_number(random_seed())
    await identified(desk, number)
    await AskingHolders(desk.engine).ask(number, ANNA, signal, holder)
    return desk, number, signal


def answer(desk: Desk, number: str, signal: str, **more: Any) -> PersonAnswered:
    today = calendar_date(desk.clock.now())
    facts: dict[str, Any] = {
        "number": signal,
        "request": number,
        "found": True,
        "looked": "Alle tekst is gelezen.",
        "state": "weging-1",
        "received_on": today,
        "answered_by": "bram",
        "subject": "S1",
        "person": Subject(name=NAME, occupation="klusser"),
        "items": (
            PersonalItem(item="report", category="report", text="Zij sjouwt tonnen."),
            PersonalItem(item="item-2", category="bijstand", text="Zij heeft geen uitkering.", closed=True),
        ),
        "uses": (PersonalUse(key="weging-1", outcome="suspicion", article="art. 12 lid 1", on=today),),
    }
    return PersonAnswered(**facts | more)


async def hears(desk: Desk, content: PersonAnswered, producer: str = "assessment") -> None:
    message = await desk.letter(PersonAnsweredLetter, content.number, content)
    await desk.hears(AskingHolders(desk.engine).answered, message, producer)


async def seen(desk: Desk, number: str) -> dict[str, Any]:
    return await desk.engine.showing.view(number, ANNA, "verzoek")


@pytest.mark.allowed("R-10.1", "R-10.2")
async def test_what_a_holder_answers_stands_in_the_request_and_is_decided_on(desk_of: DeskOf) -> None:
    desk, number, signal = await put_before(desk_of)
    (asked,) = await desk.rows(Outgoing, event="person-asked.v1")
    assert asked.addressee == "assessment"
    assert NAME not in (asked.body or b"").decode(), "who asks is sealed"
    await hears(desk, answer(desk, number, signal))
    shown = await seen(desk, number)
    assert [(one["signal"], one["state"], one["found"]) for one in shown["signals"]] == [(signal, "answered", True)]
    found = {one["what"]: one for one in shown["found"]}
    assert set(found) == {f"naam: {NAME}; beroep: klusser", "Zij sjouwt tonnen.", "Zij heeft geen uitkering."}
    assert found["Zij sjouwt tonnen."]["source"] == "een melding bij de gemeente"
    assert found["Zij heeft geen uitkering."]["source"].endswith("(niet openbaar)")
    assert {one["recipients"] for one in found.values()} == {"niemand"}
    # Answered anew, it takes the place of what was answered before.
    await AskingHolders(desk.engine).ask(number, ANNA, signal, "assessment")
    again = (PersonalItem(item="report", category="report", text="Zij sjouwt tonnen, staat er."),)
    await hears(desk, answer(desk, number, signal, items=again))
    assert "Zij sjouwt tonnen, staat er." in {one["what"] for one in (await seen(desk, number))["found"]}
    lines = {one["holder"]: one for one in (await seen(desk, number))["holders"]}
    assert [one["words"] for one in lines["assessment"]["looked"]] == ["Alle tekst is gelezen."]
    whole = {one["what"] for one in (await seen(desk, number))["found"]}
    assert whole == {f"naam: {NAME}; beroep: klusser", "Zij sjouwt tonnen, staat er."}, "what is not chosen now is gone"
    await AskingHolders(desk.engine).ask(number, ANNA, signal, "assessment")
    await hears(desk, answer(desk, number, signal, found=False, subject=None, person=None, items=(), uses=()))
    shown = await seen(desk, number)
    assert shown["found"] == []
    assert shown["signals"][0]["looked"] == ["Alle tekst is gelezen."], (
        "how was looked is kept when there is nothing, too"
    )
    await searched(desk, number)
    assert (await seen(desk, number))["state"] == "request-weighing"


@pytest.mark.allowed("R-10.1")
@pytest.mark.refused("R-10.1")
async def test_how_was_looked_goes_along_with_what_is_given_and_of_a_namesake_nothing(desk_of: DeskOf) -> None:
    """That a file proved to be about somebody else is nothing that who asks comes to know."""
    desk, number, signal = await put_before(desk_of)
    namesake, withheld = signal_number(random_seed()), signal_number(random_seed())
    nobody: dict[str, Any] = {"found": False, "subject": None, "person": None, "items": (), "uses": ()}
    for one, more in (
        (signal, {"looked": "Van A tot Z gelezen.", "person": None}),
        (withheld, {"looked": "Twee keer gelezen.", "person": None}),
        (namesake, {"looked": "Alleen de namen gelezen.", **nobody}),
    ):
        await AskingHolders(desk.engine).ask(number, ANNA, one, "assessment")
        await hears(desk, answer(desk, number, one, **more))
    await searched(desk, number)
    await told_of_rights(desk, number)
    begins = names_of(signal)
    for found in (await seen(desk, number))["found"]:
        if found["item"].startswith(begins):
            await desk.decide(number, "request-item", "given", about=(found["item"],), fields=ON_ITSELF)
        else:
            await desk.decide(number, "request-withhold", "withheld", about=(found["item"],), fields=set_aside(desk))
            await agreed(desk)
    await desk.decide(number, "request-weighed", "partly", fields={"toAsker": "Een deel."})
    name = await letter(desk, number, "answer")
    copy = await RequestLetters(desk.engine).copy(number, name, ANNA, "verzoek")
    proof = {one["service"]: one for one in copy["completeness"]}
    assert set(proof) == set(HOLDERS_OF_DATA)
    assert proof["assessment"]["words"] == ["Van A tot Z gelezen."]
    assert proof["retention"]["how"][0] == "de niet-actieve omgeving"
    said = str(copy["paragraphs"])
    assert "Van A tot Z gelezen." in said
    for other in ("Twee keer gelezen.", "Alleen de namen gelezen.", namesake, withheld, signal):
        assert other not in str(copy)
    shown = {one["signal"]: one["looked"] for one in (await seen(desk, number))["signals"]}
    assert shown[namesake] == ["Alleen de namen gelezen."], "who decides sees it"


@pytest.mark.refused("R-10.1")
async def test_a_silent_holder_blocks_the_answer_and_shows(desk_of: DeskOf) -> None:
    desk, number, signal = await put_before(desk_of)
    with pytest.raises(Invalid) as caught:
        await searched(desk, number)
    assert [one.code for one in caught.value.faults] == ["answer-silent"]
    assert signal in caught.value.faults[0].reason
    assert (await seen(desk, number))["signals"][0]["state"] == "waiting"
    nobody = answer(desk, number, signal, found=False, subject=None, person=None, items=(), uses=())
    await hears(desk, nobody)
    await searched(desk, number)
    assert (await seen(desk, number))["signals"][0]["found"] is False


@pytest.mark.refused("R-10.1", "R-10.7")
async def test_nothing_is_asked_before_it_is_known_who_asks_or_by_who_has_not_the_file(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number, signal = await requested(desk), signal_number(random_seed())
    asking = AskingHolders(desk.engine)
    with pytest.raises(Conflict):
        await asking.ask(number, ANNA, signal, "assessment")
    await identified(desk, number)
    for role in ("beheerder", "fg", "privacy-officer"):
        with pytest.raises(Forbidden):
            await asking.ask(number, Person("x", frozenset({role})), signal, "assessment")
    assert not await desk.rows(AskedSignal)
    assert not any(NAME in str(one.entry) for one in await desk.rows(Audit))


@pytest.mark.allowed("R-10.1")
async def test_a_signal_that_went_on_is_asked_about_where_it_is(desk_of: DeskOf) -> None:
    desk, number, signal = await put_before(desk_of)

    async def gone(producer: str, holder: str | None) -> str:
        told = PersonElsewhere(number=signal, request=number, holder=holder)
        await desk.hears(GoingAfter(desk.engine).elsewhere, told, producer)
        return str((await seen(desk, number))["signals"][0]["state"])

    assert await gone("assessment", "sources") == "waiting"
    assert [one.addressee for one in await desk.rows(Outgoing, event="person-asked.v1")] == ["assessment", "sources"]
    with pytest.raises(CannotSucceed):
        await gone("casework", "assessment")
    assert await gone("assessment", "casework") == "waiting"
    assert (await seen(desk, number))["signals"][0]["holder"] == "sources", "only who has it says where it went"
    assert await gone("sources", "retention") == "waiting", "retention is asked, and gives it to who reads it"
    assert [one.addressee for one in await desk.rows(Outgoing, event="sealed-asked.v1")] == ["retention"]
    await AskingHolders(desk.engine).ask(number, ANNA, signal, "casework")
    assert await gone("casework", None) == "nowhere"


@pytest.mark.refused("R-10.1", "R-10.2")
async def test_who_was_not_asked_answers_nothing(desk_of: DeskOf) -> None:
    desk, number, signal = await put_before(desk_of)
    for content, producer in (
        (answer(desk, number, signal), "casework"),
        (answer(desk, number, signal_number(random_seed())), "assessment"),
        (answer(desk, "V-00000-00000", signal), "assessment"),
    ):
        with pytest.raises(CannotSucceed):
            await hears(desk, content, producer)
    forged = AskedSignal(
        request=number,
        signal=signal_number(random_seed()),
        holder="casework",
        state="waiting",
        asked_by="anna",
        asked_at=desk.clock.now(),
    )
    async with desk.platform.database.transaction() as session:
        session.add(forged)
    with pytest.raises(NotBelieved):
        await seen(desk, number)
