"""A request of the person concerned: registered, known who asks, looked for, weighed, answered (art. 10; story 8)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.rights.request_letters import RequestLetters
from services.rights.requests import Requests
from shared.clock import calendar_date
from shared.engine.show import Showing
from shared.engine.tables import DecisionRow, Dossier
from shared.errors import Conflict, Forbidden, Invalid
from shared.pages import Window
from shared.protocol.request_kinds import HOLDERS_OF_DATA
from tests.platform.conftest import DeskOf
from tests.platform.desk import ANNA, WINDOW, Desk
from tests.platform.requested import (
    ADDRESS,
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


async def shown(desk: Desk, number: str) -> dict[str, Any]:
    return await desk.engine.showing.view(number, ANNA, "weigh")


def days(desk: Desk, ahead: int) -> str:
    return (calendar_date(desk.clock.now()) + timedelta(days=ahead)).isoformat()


async def weighed(desk: Desk, number: str, outcome: str) -> None:
    await desk.decide(number, "request-weighed", outcome, fields={"toAsker": "Zo hebben wij besloten."})


# --- the register ------------------------------------------------------------------------------------------


@pytest.mark.allowed("R-3.1", "R-10.5", "R-10.6", "R-10.8")
async def test_it_counts_from_the_first_department_and_shows_both_clocks(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number = await requested(desk, ago=15, by=BEHEERDER, department="sociale-zaken")
    (row,) = (await Requests(desk.engine).all(BEHEERDER, Window()))["requests"]
    assert (row["number"], row["dueOn"], row["reminder"], row["late"]) == (number, days(desk, 13), 14, False)
    assert row["legalOn"] >= row["dueOn"]
    assert NAME not in str(row)
    assert ADDRESS not in str(row)
    dossier = await shown(desk, number)
    assert dossier["person"]["name"] == NAME
    assert dossier["request"]["department"] == "sociale-zaken"
    assert dossier["clocks"]["legalOn"] == row["legalOn"]


@pytest.mark.allowed("R-10.5")
async def test_what_is_late_is_seen_by_the_beheerder_and_the_fg(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    late, _ = await requested(desk, ago=40), await requested(desk, ago=28)
    for person in (BEHEERDER, FG):
        found = (await Requests(desk.engine).overdue(person, Window()))["requests"]
        assert [(one["number"], one["late"]) for one in found] == [(late, True)]


@pytest.mark.refused("R-3.1", "R-10.5", "R-10.8")
async def test_who_watches_changes_nothing_and_who_does_not_sees_nothing(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number, register = await requested(desk), Requests(desk.engine)
    assert (await register.all(FG, Window()))["requests"]
    for person in (FG, OFFICER):
        with pytest.raises(Forbidden):
            await requested(desk, by=person)
    for person in (FG, BEHEERDER, OFFICER):
        with pytest.raises(Forbidden):
            await desk.decide(number, "request-identity", "asked-more", person)
        with pytest.raises(Forbidden):
            await desk.engine.showing.view(number, person, "weigh")
        with pytest.raises(Forbidden):
            await RequestLetters(desk.engine).make(number, person, "receipt", 1)
    for role in ("lot-member", "bronhouder-benefits", "department-wonen", "privacy-officer"):
        stranger = type(ANNA)("esra", frozenset({role}))
        with pytest.raises(Forbidden):
            await register.all(stranger, Window())
        for asked in (number, "V-00000-00000"):
            # The same whether it exists or not.
            with pytest.raises(Forbidden):
                await desk.engine.showing.view(asked, stranger, "weigh")
    with pytest.raises(Forbidden):
        await register.overdue(ANNA, Window())
    assert not await desk.rows(DecisionRow, number=number)


async def test_the_fg_sees_which_decisions_were_taken_and_no_word_of_them(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number = await requested(desk)
    await identified(desk, number)
    showing: Showing = desk.engine.showing
    (one,) = await showing.decisions(number, FG, "weigh")
    assert (one.decision.key, one.words) == ("request-identity", None)


async def test_requests_stand_in_no_list_of_duties(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    await requested(desk, ago=60)
    assert not (await desk.engine.showing.work_list(ANNA, Window(), begins="D-")).rows


@pytest.mark.refused("R-10.7")
async def test_a_citizen_service_number_is_not_kept(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    with pytest.raises(Invalid) as wrong:
        await requested(desk, asks="Mijn nummer is 123456782.")
    assert [one.code for one in wrong.value.faults] == ["bsn"]


# --- looking for it ----------------------------------------------------------------------------------------


@pytest.mark.refused("R-10.7", "R-10.2")
async def test_nothing_is_looked_for_before_it_is_known_who_asks(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number = await requested(desk)
    with pytest.raises(Conflict):
        await recorded(desk, number)
    with pytest.raises(Conflict):
        await searched(desk, number)


@pytest.mark.allowed("R-10.2")
@pytest.mark.refused("R-10.2")
async def test_a_service_that_is_silent_holds_it_up_and_shows(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number = await requested(desk)
    await identified(desk, number)
    await searched(desk, number, without=("retention",), done=False)
    lines = {one["holder"]: one for one in (await shown(desk, number))["holders"]}
    assert set(lines) == set(HOLDERS_OF_DATA)
    assert (lines["retention"]["answer"], lines["retention"]["how"]) == ("silent", [])
    assert lines["retention"]["called"] == HOLDERS_OF_DATA["retention"]
    assert lines["casework"]["by"] == "A. de Boer"
    assert lines["casework"]["how"] == ["met de versleutelde zoeksleutels", "de vrije tekst is doorgezien"]
    with pytest.raises(Invalid) as wrong:
        await desk.decide(number, "request-search-done", "complete", fields={"completeness": "Alle."})
    assert "de niet-actieve omgeving" in wrong.value.faults[0].reason


async def test_what_a_service_has_is_recorded_before_it_says_so(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number = await requested(desk)
    await identified(desk, number)
    await recorded(desk, number, "sources")
    # It says that it has nothing.
    found = {"by": "A.", "lookedOn": days(desk, 0), "lookedIn": ["active"], "lookedHow": ["free-text"]}
    with pytest.raises(Invalid):
        await desk.decide(number, "request-holder", "nothing", fields=found, about=("sources",))
    await searched(desk, number)
    assert [one["answer"] for one in (await shown(desk, number))["holders"] if one["holder"] == "sources"] == ["found"]


@pytest.mark.refused("R-10.1")
async def test_what_is_written_down_for_him_names_nobody(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number = await requested(desk)
    await identified(desk, number)
    fields = {"what": f"Over {NAME}.", "source": "x", "use": "x", "recipients": "x", "keptFor": "x"}
    with pytest.raises(Invalid) as wrong:
        await desk.decide(number, "request-record", "found", fields=fields, about=("assessment",))
    assert {one.code for one in wrong.value.faults} == {"names-somebody"}


# --- deciding and answering --------------------------------------------------------------------------------


@pytest.mark.allowed("R-10.1", "R-10.12", "R-10.9")
async def test_a_part_is_given_and_the_rest_is_withheld_with_the_privacy_officer(desk_of: DeskOf) -> None:
    """Story 8."""
    desk = await desk_of("rights")
    number = await requested(desk, ago=3)
    await told_of_rights(desk, number)
    await identified(desk, number)
    given, withheld = await recorded(desk, number), await recorded(desk, number, "casework")
    await searched(desk, number)
    await desk.decide(number, "request-item", "given", fields=ON_ITSELF, about=(given,))
    await desk.decide(number, "request-withhold", "withheld", fields=set_aside(desk, "b"), about=(withheld,))
    (task,) = (await desk.engine.tasks.list(OFFICER, Window())).rows
    _, asked = await desk.engine.tasks.one(task.id, OFFICER, "weigh")
    assert [one["name"] for one in asked["concerns"]] == [NAME]
    assert list(asked["items"]) == [withheld]
    assert "een schuur" in asked["items"][withheld]
    with pytest.raises(Invalid):
        # It does not count before she agrees.
        await weighed(desk, number, "partly")
    await agreed(desk)
    with pytest.raises(Invalid):
        await weighed(desk, number, "granted")
    await weighed(desk, number, "partly")
    with pytest.raises(Invalid):
        # Something was withheld: that has its day.
        await answered(desk, number)
    name = await answered(desk, number, "sent-again-later")
    assert (await desk.row(Dossier, number)).state == "request-again"
    copy = await RequestLetters(desk.engine).copy(number, name, ANNA, "weigh")
    assert [one["source"] for one in copy["items"]] == ["een melding bij de gemeente"]
    assert copy["addressee"] == [NAME, ADDRESS]
    text = str(copy["paragraphs"])
    assert all(one in text for one in ("strafbare feiten (b)", "artikel 10 lid 7", "zes weken", "Autoriteit", number))
    assert "onderzoek loopt" not in text, "why it is necessary is for the file"
    (row,) = (await Requests(desk.engine).all(ANNA, Window()))["requests"]
    assert row["objectUntil"] >= days(desk, 42)
    assert (row["reviewOn"], row["answeredOn"]) == (days(desk, 60), days(desk, 0))
    assert row["dueOn"] == row["reviewOn"]


@pytest.mark.refused("R-10.12")
async def test_what_the_privacy_officer_does_not_agree_to_is_not_withheld(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number = await requested(desk)
    await identified(desk, number)
    item = await recorded(desk, number)
    await searched(desk, number)
    await desk.decide(number, "request-withhold", "withheld", fields=set_aside(desk), about=(item,))
    await agreed(desk, "disagree")
    (one,) = (await shown(desk, number))["found"]
    assert one["decided"] is None


@pytest.mark.allowed("R-10.14")
async def test_who_is_nowhere_gets_his_answer_by_the_same_way(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number = await requested(desk)
    await told_of_rights(desk, number)
    await identified(desk, number)
    await searched(desk, number)
    await weighed(desk, number, "nothing")
    copy = await RequestLetters(desk.engine).copy(number, await answered(desk, number), ANNA, "weigh")
    assert "niets over u gevonden" in str(copy["paragraphs"])


@pytest.mark.refused("R-10.14")
async def test_nothing_found_is_said_of_nobody_of_whom_something_is(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number = await requested(desk)
    await identified(desk, number)
    item = await recorded(desk, number)
    await searched(desk, number)
    with pytest.raises(Invalid):
        await weighed(desk, number, "nothing")
    await desk.decide(number, "request-item", "given", fields=ON_ITSELF, about=(item,))
    with pytest.raises(Invalid):
        await weighed(desk, number, "nothing")


@pytest.mark.allowed("R-10.3", "R-10.4")
async def test_a_correction_is_granted_for_a_part_and_meanwhile_only_kept(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number = await requested(desk, kind="rectification", asks="Mijn adres klopt niet.")
    assert (await shown(desk, number))["restricted"] is True
    await told_of_rights(desk, number)
    await identified(desk, number)
    item = await recorded(desk, number)
    await searched(desk, number)
    said = {"done": "Het adres is verbeterd.", "refusedOn": "accurate", "toAsker": "De datum klopt."}
    await desk.decide(number, "request-item", "partly", fields=ON_ITSELF | said, about=(item,))
    await weighed(desk, number, "partly")
    copy = await RequestLetters(desk.engine).copy(number, await answered(desk, number), ANNA, "weigh")
    assert {"Wat wij doen", "Wat wij niet doen"} <= {heading for heading, _ in copy["paragraphs"]}
    assert (await shown(desk, number))["restricted"] is True, "what was granted is only kept until it is lifted"


@pytest.mark.refused("R-10.3")
async def test_a_refusal_has_its_ground(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number = await requested(desk, kind="objection", asks="Ik werk daar.")
    assert (await shown(desk, number))["restricted"] is True
    await identified(desk, number)
    item = await recorded(desk, number)
    await searched(desk, number)
    with pytest.raises(Invalid) as wrong:
        await desk.decide(number, "request-item", "refused", fields=ON_ITSELF, about=(item,))
    assert {one.field for one in wrong.value.faults} == {"fields.refusedOn", "fields.toAsker"}


# --- the term ----------------------------------------------------------------------------------------------


@pytest.mark.allowed("R-10.6")
async def test_a_term_is_longer_once_the_letter_has_gone(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number = await requested(desk, ago=20)
    due = (await desk.row(Dossier, number)).due_on
    extended = {"months": "2", "because": "complex", "toAsker": "Er is veel te zoeken."}
    await desk.decide(number, "request-extend", "extended", fields=extended)
    assert (await desk.row(Dossier, number)).due_on == due
    name = await letter(desk, number, "extension")
    sent = await desk.decide(
        number, "request-extension-sent", "sent", fields={"letter": name, "extensionSentOn": days(desk, 0)}
    )
    assert (await desk.row(Dossier, number)).due_on > due + timedelta(days=55)
    assert (await shown(desk, number))["clocks"]["extended"] is True
    # Taken back, it is as it was.
    await desk.decide(number, "withdrawal", confirms=(await desk.decision(sent)).id)
    assert (await desk.row(Dossier, number)).due_on == due
    assert (await shown(desk, number))["clocks"]["extended"] is False


@pytest.mark.refused("R-10.6")
async def test_a_letter_about_it_that_goes_too_late_extends_nothing(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number = await requested(desk, ago=27)
    extended = {"months": "1", "because": "many", "toAsker": "Er zijn er veel."}
    await desk.decide(number, "request-extend", "extended", fields=extended)
    with pytest.raises(Invalid):
        await desk.decide(number, "request-extend", "extended", fields=extended)
    name = await letter(desk, number, "extension")
    desk.clock.pass_by(3 * 24 * 3600)
    with pytest.raises(Invalid) as wrong:
        await desk.decide(
            number, "request-extension-sent", "sent", fields={"letter": name, "extensionSentOn": days(desk, 0)}
        )
    assert [one.code for one in wrong.value.faults] == ["extension-sent-in-time"]


async def asked_who_he_is(desk: Desk, number: str) -> None:
    fields = {"what": "Kom met uw identiteitsbewijs naar de balie.", "moreAskedOn": days(desk, 0)}
    await desk.decide(number, "request-identity", "asked-more", fields=fields)


@pytest.mark.allowed("R-10.7")
async def test_the_days_in_which_he_was_asked_who_he_is_do_not_count(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number = await requested(desk)
    due = (await desk.row(Dossier, number)).due_on
    await asked_who_he_is(desk, number)
    desk.clock.pass_by(5 * 24 * 3600)
    await identified(desk, number, completeOn=days(desk, 0))
    assert (await desk.row(Dossier, number)).due_on == due + timedelta(days=5)


@pytest.mark.allowed("R-10.7", "R-10.5")
@pytest.mark.refused("R-10.5")
async def test_nothing_is_late_while_it_waits_for_who_asks(desk_of: DeskOf) -> None:
    """Longer than the protocol's days: nobody is reminded, and its day is known again when he has shown who he is."""
    desk = await desk_of("rights")
    register, number = Requests(desk.engine), await requested(desk)
    due = (await desk.row(Dossier, number)).due_on
    await asked_who_he_is(desk, number)
    desk.clock.pass_by(40 * 24 * 3600)
    await desk.hears_access()
    (row,) = (await register.all(ANNA, Window()))["requests"]
    assert (row.get("dueOn"), row["late"], row["reminder"]) == (None, False, None)
    assert (await register.overdue(FG, Window()))["requests"] == []
    await identified(desk, number, completeOn=days(desk, 0))
    (row,) = (await register.all(ANNA, Window()))["requests"]
    assert (row["dueOn"], row["late"], row["reminder"]) == ((due + timedelta(days=40)).isoformat(), False, None)
    desk.clock.pass_by(14 * 24 * 3600)
    await desk.hears_access()
    (row,) = (await register.all(ANNA, Window()))["requests"]
    assert row["reminder"] == 14, "the days that do not count put it off as well"


@pytest.mark.refused("R-10.5", "R-10.7")
async def test_a_term_that_is_over_stands_still_for_nobody(desk_of: DeskOf) -> None:
    """Asking who he is after its day hides no lateness, and lets nobody extend what is over."""
    desk = await desk_of("rights")
    register, number = Requests(desk.engine), await requested(desk, ago=50)
    due = (await desk.row(Dossier, number)).due_on
    await asked_who_he_is(desk, number)
    (row,) = (await register.overdue(FG, Window()))["requests"]
    assert (row["dueOn"], row["late"]) == (due.isoformat(), True)
    extended = {"months": "1", "because": "many", "toAsker": "Er zijn er veel."}
    with pytest.raises(Invalid) as wrong:
        await desk.decide(number, "request-extend", "extended", fields=extended)
    assert [one.code for one in wrong.value.faults] == ["extended-in-time"]
    await identified(desk, number, completeOn=days(desk, 0))
    assert (await desk.row(Dossier, number)).due_on == due


@pytest.mark.allowed("R-10.7", "R-10.9")
@pytest.mark.refused("R-10.7")
async def test_who_never_shows_who_he_is_was_waited_for_until_that_was_decided(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number = await requested(desk)
    due = (await desk.row(Dossier, number)).due_on
    await asked_who_he_is(desk, number)
    receipt = await letter(desk, number, "receipt")
    told = str((await RequestLetters(desk.engine).copy(number, receipt, ANNA, "weigh"))["paragraphs"])
    assert ("nadat u hebt laten zien wie u bent" in told, "uiterlijk op" in told) == (True, False)
    extended = {"months": "1", "because": "many", "toAsker": "Er zijn er veel."}
    with pytest.raises(Invalid, match="staat stil"):
        await desk.decide(number, "request-extend", "extended", fields=extended)
    await told_of_rights(desk, number)
    desk.clock.pass_by(60 * 24 * 3600)
    await desk.hears_access()
    await desk.decide(number, "request-not-handled", "not-identified", fields={"toAsker": "U kwam niet."})
    assert (await desk.row(Dossier, number)).due_on == due + timedelta(days=60), "its letter is not late at once"


# --- what is not handled -----------------------------------------------------------------------------------


@pytest.mark.allowed("R-10.9")
@pytest.mark.parametrize(
    ("outcome", "capacity", "says"),
    [
        ("deceased", "deceased", "nabestaanden"),
        ("unfounded", "self", "kennelijk ongegrond"),
        ("repeated", "self", "buitensporig"),
    ],
)
async def test_what_is_not_handled_has_its_answer(desk_of: DeskOf, outcome: str, capacity: str, says: str) -> None:
    desk = await desk_of("rights")
    asker: dict[str, Any] = {"askerName": "Ton Zonneveld", "askerAddress": "Zandhoek 3"} if capacity != "self" else {}
    number = await requested(desk, capacity=capacity, **asker)
    await told_of_rights(desk, number)
    await desk.decide(number, "request-not-handled", outcome, fields={"toAsker": "Dit is waarom."})
    copy = await RequestLetters(desk.engine).copy(number, await answered(desk, number), ANNA, "weigh")
    text = str(copy["paragraphs"])
    assert all(one in text for one in (says, "Dit is waarom.", "zes weken", "Autoriteit"))
    assert copy["addressee"][0] == (asker.get("askerName") or NAME)


@pytest.mark.refused("R-10.9", "R-10.11")
async def test_no_answer_is_made_without_a_decision_or_sent_without_the_information(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number = await requested(desk)
    with pytest.raises(Conflict):
        await letter(desk, number, "answer")
    with pytest.raises(Conflict):
        await letter(desk, number, "extension")
    with pytest.raises(Invalid) as wrong:
        await desk.decide(number, "request-not-handled", "unfounded", fields={}, reason=" ")
    assert {one.field for one in wrong.value.faults} == {"reason", "fields.toAsker"}
    await desk.decide(number, "request-not-handled", "unfounded", fields={"toAsker": "Dit is waarom."})
    with pytest.raises(Invalid) as untold:
        await answered(desk, number)
    assert "told-of-rights" in {one.code for one in untold.value.faults}


@pytest.mark.allowed("R-10.11")
async def test_the_receipt_has_the_sheet_and_that_it_went_is_recorded(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number = await requested(desk)
    await told_of_rights(desk, number)
    (made,) = (await shown(desk, number))["letters"]
    copy = await RequestLetters(desk.engine).copy(number, made["letter"], ANNA, "weigh")
    text = str(copy["paragraphs"])
    assert all(one in text for one in ("Welke rechten u hebt", "28 dagen", "Autoriteit Persoonsgegevens", number))
    pdf = await RequestLetters(desk.engine).pdf(number, made["letter"], ANNA, "weigh")
    assert pdf.startswith(b"%PDF-")
    with pytest.raises(Invalid):
        await told_of_rights(desk, number)


# --- bezwaar -----------------------------------------------------------------------------------------------


async def refusal(desk: Desk) -> str:
    """A request that was not handled, and answered."""
    number = await requested(desk)
    await told_of_rights(desk, number)
    await desk.decide(number, "request-not-handled", "unfounded", fields={"toAsker": "Dit is waarom."})
    await answered(desk, number)
    desk.clock.pass_by(WINDOW + 1)
    return number


@pytest.mark.allowed("R-10.10")
async def test_a_bezwaar_has_its_own_terms_and_its_own_answer(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    against = await refusal(desk)
    (first,) = (await Requests(desk.engine).all(ANNA, Window(), done=True))["requests"]
    number = await requested(desk, kind="bezwaar", against=against, asks="Het was niet ongegrond.")
    row: Dossier = await desk.row(Dossier, number)
    assert row.due_on is not None
    assert row.due_on.isoformat() > first["objectUntil"]
    six_weeks = row.due_on
    receipt = str(
        (await RequestLetters(desk.engine).copy(number, await letter(desk, number, "receipt"), ANNA, "weigh"))[
            "paragraphs"
        ]
    )
    assert ("7:10" in receipt, "6 weken na de laatste dag" in receipt, "Binnen 28 dagen" in receipt) == (
        True,
        True,
        False,
    )
    await told_of_rights(desk, number)
    await identified(desk, number, "established-objector")
    await desk.decide(number, "request-adjourn", "adjourned", fields={"adjournedOn": days(desk, 0)})
    assert (await desk.row(Dossier, number)).due_on == six_weeks + timedelta(weeks=6)
    again = await letter(desk, number, "receipt")
    told = str((await RequestLetters(desk.engine).copy(number, again, ANNA, "weigh"))["paragraphs"])
    assert ("12 weken na de laatste dag" in told, "met onze verdaging" in told) == (True, True), (
        "made once more, it says so"
    )
    with pytest.raises(Invalid):
        await desk.decide(number, "request-bezwaar", "late", fields={"heard": "heard", "toAsker": "Te laat."})
    await desk.decide(number, "request-bezwaar", "founded", fields={"heard": "heard", "toAsker": "U had gelijk."})
    copy = await RequestLetters(desk.engine).copy(number, await answered(desk, number), ANNA, "weigh")
    assert "beroep instellen bij de rechtbank" in str(copy["paragraphs"])


@pytest.mark.refused("R-10.10")
async def test_a_bezwaar_is_against_an_answer_that_was_given_here(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    waiting = await requested(desk)
    for against in (waiting, "V-00000-00000", "D-00000-00000", "zomaar"):
        with pytest.raises(Invalid) as wrong:
            await requested(desk, kind="bezwaar", against=against)
        assert [one.field for one in wrong.value.faults] == ["fields.against"]
    with pytest.raises(Invalid):
        await identified(desk, waiting, "established-objector")
