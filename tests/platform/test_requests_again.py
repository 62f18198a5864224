"""What was withheld of a request is looked at again on its day, and can be given after all (R-10.12; art. 41 lid 2 UAVG)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from services.rights.request_letters import RequestLetters
from services.rights.requests import Requests
from services.rights.store import RequestRow
from shared.clock import calendar_date
from shared.engine.tables import Dossier
from shared.errors import Conflict, Forbidden, Invalid, NotBelieved
from shared.pages import Window
from tests.platform.conftest import DeskOf
from tests.platform.desk import ANNA, WINDOW, Desk
from tests.platform.requested import (
    BEHEERDER,
    FG,
    NAME,
    OFFICER,
    ON_ITSELF,
    agreed,
    answered,
    identified,
    letter,
    recorded,
    requested,
    searched,
    set_aside,
    told_of_rights,
)

DAY = 24 * 3600
CHANGED = {"what": "De zaak is afgerond."}
TOLD = {"toAsker": "Zo hebben wij besloten."}


def days(desk: Desk, ahead: int) -> str:
    return (calendar_date(desk.clock.now()) + timedelta(days=ahead)).isoformat()


async def partly_given(desk: Desk) -> tuple[str, str, str]:
    """A request of which one thing was given and another withheld: its number, and both things."""
    number = await requested(desk)
    await told_of_rights(desk, number)
    await identified(desk, number)
    given, kept = await recorded(desk, number), await recorded(desk, number, "casework")
    await searched(desk, number)
    await desk.decide(number, "request-item", "given", fields=ON_ITSELF, about=(given,))
    await desk.decide(number, "request-withhold", "withheld", fields=set_aside(desk, "b"), about=(kept,))
    await agreed(desk)
    await desk.decide(number, "request-weighed", "partly", fields=TOLD)
    await answered(desk, number, "sent-again-later")
    desk.clock.pass_by(WINDOW + 1)
    return number, given, kept


async def said_neither(desk: Desk, *, found: bool) -> tuple[str, str | None]:
    """A request that was answered without saying whether there is something; what there is."""
    number = await requested(desk)
    await told_of_rights(desk, number)
    await identified(desk, number)
    item = await recorded(desk, number) if found else None
    await searched(desk, number)
    await desk.decide(number, "request-neutral", "neutral", fields=set_aside(desk))
    await agreed(desk)
    await answered(desk, number, "sent-again-later")
    desk.clock.pass_by(WINDOW + 1)
    return number, item


async def waiting(desk: Desk, number: str) -> dict[str, Any]:
    listed = (await Requests(desk.engine).all(ANNA, Window()))["requests"]
    found: dict[str, Any] = next(one for one in listed if one["number"] == number)
    return found


async def late(desk: Desk, by: Any = FG) -> list[str]:
    return [one["number"] for one in (await Requests(desk.engine).overdue(by, Window()))["requests"]]


# --- its day -----------------------------------------------------------------------------------------------


@pytest.mark.allowed("R-10.12")
async def test_it_waits_for_who_has_the_file_and_is_late_after_its_day(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number, _, _ = await partly_given(desk)
    row = await waiting(desk, number)
    assert (row["state"], row["dueOn"], row["late"], row["reminder"]) == ("request-again", days(desk, 60), False, None)
    assert [one.number for one in (await desk.engine.showing.work_list(ANNA, Window(), begins="V-")).rows] == [number]
    desk.clock.pass_by(60 * DAY)
    assert not await late(desk), "on the day itself there is time"
    desk.clock.pass_by(DAY)
    assert await late(desk) == await late(desk, BEHEERDER) == [number]
    assert NAME not in str(await Requests(desk.engine).overdue(BEHEERDER, Window()))


@pytest.mark.allowed("R-10.12")
async def test_it_stays_withheld_by_two_persons_until_a_next_day(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number, _, kept = await partly_given(desk)
    desk.clock.pass_by(61 * DAY)
    await desk.decide(number, "request-withhold", "withheld", fields=set_aside(desk, "e"), about=(kept,))
    assert await late(desk) == [number], "it does not count before the privacy officer agrees"
    await agreed(desk)
    assert not await late(desk)
    row = await waiting(desk, number)
    assert (row["state"], row["dueOn"], row["reviewOn"]) == ("request-again", days(desk, 60), days(desk, 60))


@pytest.mark.refused("R-10.12")
async def test_it_does_not_stay_so_by_itself_or_without_grounds(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number, given, kept = await partly_given(desk)
    desk.clock.pass_by(61 * DAY)
    refused: list[dict[str, Any]] = [
        {"grounds": []},
        {"necessity": " "},
        {"proportionality": None},
        {"reviewOn": days(desk, 0)},
        {"reviewOn": days(desk, 400)},
    ]
    for wrong in refused:
        fields = {name: one for name, one in (set_aside(desk) | wrong).items() if one is not None}
        with pytest.raises(Invalid):
            await desk.decide(number, "request-withhold", "withheld", fields=fields, about=(kept,))
    # What he was given is not taken from him, and what is said is not unsaid.
    with pytest.raises(Invalid):
        await desk.decide(number, "request-withhold", "withheld", fields=set_aside(desk), about=(given,))
    with pytest.raises(Invalid):
        await desk.decide(number, "request-neutral", "neutral", fields=set_aside(desk))
    for person in (FG, BEHEERDER, OFFICER):
        with pytest.raises(Forbidden):
            await desk.decide(number, "request-withhold", "withheld", person, fields=set_aside(desk), about=(kept,))
        with pytest.raises(Forbidden):
            await desk.decide(number, "request-withhold-lapsed", "lapsed", person, fields=CHANGED, about=(kept,))
    await desk.decide(number, "request-withhold", "withheld", fields=set_aside(desk), about=(kept,))
    await agreed(desk, "disagree")
    assert await late(desk) == [number]
    assert (await waiting(desk, number))["state"] == "request-again"


# --- given after all ---------------------------------------------------------------------------------------


@pytest.mark.allowed("R-10.12", "R-10.9")
async def test_what_is_no_longer_withheld_is_given_in_a_supplementary_answer(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number, given, kept = await partly_given(desk)
    first = (await desk.row(RequestRow, number)).answered_on
    desk.clock.pass_by(30 * DAY)
    await desk.decide(number, "request-withhold-lapsed", "lapsed", fields=CHANGED, about=(kept,))
    row = await waiting(desk, number)
    assert (row["state"], row["dueOn"], row["reviewOn"], row["keptUntil"]) == (
        "request-weighing",
        days(desk, 0),
        None,
        None,
    )
    with pytest.raises(Invalid):
        # It is decided on first, and what he has is not decided on again.
        await desk.decide(number, "request-weighed", "granted", fields=TOLD)
    with pytest.raises(Invalid):
        await desk.decide(number, "request-item", "not-his", fields=ON_ITSELF, about=(given,))
    with pytest.raises(Invalid):
        await desk.decide(
            number, "request-withdrawn", "withdrawn", fields={"withdrawnOn": days(desk, 0), "how": "desk"}
        )
    await desk.decide(number, "request-item", "given", fields=ON_ITSELF, about=(kept,))
    await desk.decide(number, "request-weighed", "granted", fields=TOLD)
    with pytest.raises(Conflict):
        await letter(desk, number, "answer")
    name = await answered(desk, number, kind="supplement")
    copy = await RequestLetters(desk.engine).copy(number, name, ANNA, "weigh")
    assert copy["title"] == "Aanvullend antwoord op uw verzoek"
    assert len(copy["items"]) == 1, "what he had already is not given twice"
    said = str(copy["paragraphs"])
    assert all(one in said for one in ("Wij hebben opnieuw gekeken", "zes weken", "Wij wijzen uw verzoek toe"))
    assert "De zaak is afgerond" not in said
    done = await desk.row(RequestRow, number)
    assert (await desk.row(Dossier, number)).state == "request-done"
    assert done.review_on is None
    assert (done.answered_on - first).days == 30, "there is a term for a bezwaar against it"
    assert done.ends_on is not None


@pytest.mark.allowed("R-10.12")
async def test_a_ground_that_lapsed_can_be_taken_back_and_then_its_day_stands(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number, _, kept = await partly_given(desk)
    before = await waiting(desk, number)
    taken = await desk.decide(number, "request-withhold-lapsed", "lapsed", fields=CHANGED, about=(kept,))
    await desk.decide(number, "withdrawal", confirms=(await desk.decision(taken)).id)
    after = await waiting(desk, number)
    assert {name: after[name] for name in ("state", "dueOn", "reviewOn", "keptUntil")} == {
        name: before[name] for name in ("state", "dueOn", "reviewOn", "keptUntil")
    }


@pytest.mark.refused("R-10.12")
async def test_no_more_is_told_before_something_was_looked_at_again(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number, given, _ = await partly_given(desk)
    for kind in ("supplement", "answer"):
        with pytest.raises(Conflict):
            await letter(desk, number, kind)
    with pytest.raises(Invalid):
        await desk.decide(number, "request-withhold-lapsed", "lapsed", fields=CHANGED, about=(given,))
    with pytest.raises(Conflict):
        await desk.decide(number, "request-item", "given", fields=ON_ITSELF, about=(given,))


# --- what says neither -------------------------------------------------------------------------------------


@pytest.mark.allowed("R-10.12", "R-10.13")
async def test_what_says_neither_stays_so_alike_for_everybody(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    numbers = [(await said_neither(desk, found=found))[0] for found in (True, False)]
    for number in numbers:
        await desk.decide(number, "request-neutral", "neutral", fields=set_aside(desk, "e"))
        await agreed(desk)
    rows = [await waiting(desk, number) for number in numbers]
    apart = ("number", "workingName", "version")
    assert len({str({name: one for name, one in row.items() if name not in apart}) for row in rows}) == 1
    desk.clock.pass_by(61 * DAY)
    assert sorted(await late(desk)) == sorted(numbers)


@pytest.mark.allowed("R-10.13")
async def test_when_there_is_no_reason_any_more_everybody_hears_what_there_is(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number, item = await said_neither(desk, found=True)
    await desk.decide(number, "request-neutral-lapsed", "lapsed", fields=CHANGED)
    with pytest.raises(Invalid):
        await desk.decide(number, "request-weighed", "nothing", fields=TOLD)
    await desk.decide(number, "request-item", "given", fields=ON_ITSELF, about=(str(item),))
    await desk.decide(number, "request-weighed", "granted", fields=TOLD)
    copy = await RequestLetters(desk.engine).copy(
        number, await answered(desk, number, kind="supplement"), ANNA, "weigh"
    )
    assert len(copy["items"]) == 1
    nobody, _ = await said_neither(desk, found=False)
    await desk.decide(nobody, "request-neutral-lapsed", "lapsed", fields=CHANGED)
    await desk.decide(nobody, "request-weighed", "nothing", fields=TOLD)
    copy = await RequestLetters(desk.engine).copy(
        nobody, await answered(desk, nobody, kind="supplement"), ANNA, "weigh"
    )
    assert "niets over u gevonden" in str(copy["paragraphs"])


@pytest.mark.refused("R-10.13")
async def test_who_is_withheld_everything_again_reads_what_who_is_told_neither_reads(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    copies = []
    for found in (True, False):
        number, item = await said_neither(desk, found=found)
        await desk.decide(number, "request-neutral-lapsed", "lapsed", fields=CHANGED)
        if item:
            await desk.decide(number, "request-withhold", "withheld", fields=set_aside(desk), about=(item,))
            await agreed(desk)
            await desk.decide(number, "request-weighed", "refused", fields={"toAsker": "Er loopt een zaak."})
        else:
            await desk.decide(number, "request-neutral", "neutral", fields=set_aside(desk))
            await agreed(desk)
        name = await answered(desk, number, "sent-again-later", "supplement")
        copy = await RequestLetters(desk.engine).copy(number, name, ANNA, "weigh")
        copies.append(str(copy).replace(number, "V"))
        assert (await waiting(desk, number))["state"] == "request-again"
    assert copies[0] == copies[1]


@pytest.mark.refused("R-10.12")
async def test_a_day_that_somebody_put_off_in_the_database_is_not_believed(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number, _, kept = await partly_given(desk)
    async with desk.platform.database.transaction() as session:
        await session.execute(
            text("UPDATE request SET review_on = review_on + 3000 WHERE number = :number"), {"number": number}
        )
    with pytest.raises(NotBelieved):
        await desk.decide(number, "request-withhold-lapsed", "lapsed", fields=CHANGED, about=(kept,))
