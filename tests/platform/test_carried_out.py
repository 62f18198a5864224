"""What was granted on a request waits at who has the file until it was carried out, and rights hears it by codes (AVG 16, 17, 19)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from shared.clock import calendar_date
from shared.contracts.acts import CarriedOut
from shared.database.tables import Audit, Outgoing
from shared.engine.documents import REPORT
from shared.engine.erasing import ERASED
from shared.engine.tables import DecisionRow, Dossier, DraftRow, ItemRow
from shared.errors import Invalid, NotBelieved
from shared.protocol.carrying_out import CARRIED_OUT
from shared.protocol.conditions.rectifying import to_be_told
from shared.protocol.correcting import Correction
from shared.protocol.model import State
from shared.protocol.restricting import RESTRICTING
from tests.platform.conftest import DeskOf
from tests.platform.desk import ANNA, LATEST, WINDOW, Desk
from tests.platform.real import Postgres
from tests.platform.test_head import ends, settled
from tests.platform.test_restricting import REQUEST, TEXT, TWO, answers, found, here, restrict, said

WRONG = {"wrong": "Nagezien in het register."}
SAID = {"whatWasDone": "Nagelopen en rechtgezet."}


async def grant(desk: Desk, number: str, kind: str = "rectification", *items: str, **more: Any) -> None:
    await restrict(desk, number, whole=False, items=items or ("item-30",), granted=kind, **more)


async def told(desk: Desk) -> list[CarriedOut]:
    rows = await desk.rows(Outgoing, event="carried-out.v1")
    assert {one.addressee for one in rows} <= {"rights"}
    assert not any(b"Paardenbloem" in (one.body or b"") for one in rows), "codes, and nobody's name"
    return [CarriedOut.model_validate_json(one.body or b"") for one in rows]


async def offered(desk: Desk, number: str) -> tuple[tuple[tuple[str, ...], ...], tuple[str, ...]] | None:
    """What it can be about, and what is missing before it is filled in; None where nothing is said of it."""
    opened = await desk.engine.showing.open_decisions(number, ANNA)
    found = [each for each in opened.decisions if each.rule.key == CARRIED_OUT]
    return (found[0].about, found[0].missing) if found else None


async def waits_for(desk: Desk, number: str) -> tuple[tuple[str, ...], ...]:
    """The requests on which something waits to be carried out."""
    found = await offered(desk, number)
    return found[0] if found else ()


async def refused(desk: Desk, number: str, **more: str) -> list[str]:
    with pytest.raises(Invalid) as wrong:
        await desk.decide(number, CARRIED_OUT, "done", about=(REQUEST,), fields=SAID | more)
    return [one.code for one in wrong.value.faults]


@pytest.mark.allowed("R-10.3", "R-9.7")
@pytest.mark.refused("R-10.3")
async def test_it_waits_in_the_file_until_it_was_put_right_and_rights_hears_it(desk_of: DeskOf) -> None:
    desk, number = await here(desk_of, "assessment", State.WEGING_1)
    assert await offered(desk, number) is None, "a signal about which nobody asked says nothing of requests"
    before = await desk.row(Dossier, number)
    await grant(desk, number, "rectification", "item-30", "item-40")
    after = await desk.row(Dossier, number)
    assert (after.version, after.last_act_on) == (before.version, before.last_act_on), "it is no act in the case"
    shown = await offered(desk, number)
    assert shown
    about, (missing,) = shown
    assert about == ((REQUEST,),)
    assert "item-30, item-40" in missing, "the page says what is left to do"
    assert await refused(desk, number) == ["granted-is-put-right"]
    right = Correction("Hij adverteert met boten.")
    await desk.decide(number, "rectify", "corrected", about=("item-30",), fields=WRONG, correction=right)
    assert await refused(desk, number) == ["granted-is-put-right"]
    await desk.decide(number, "rectify", "withdrawn", about=("item-40",), fields=WRONG)
    done = await desk.decide(number, CARRIED_OUT, "done", about=(REQUEST,), fields=SAID)
    (row,) = await desk.rows(Outgoing, event="carried-out.v1")
    assert row.next_at == (await desk.decision(done)).effective_at, "it goes when it can no longer be taken back"
    (one,) = await told(desk)
    assert (one.number, one.request, one.kind, one.told) == (number, REQUEST, "rectification", ())
    assert [(each.thing, each.done) for each in one.done] == [("item-30", "corrected"), ("item-40", "withdrawn")]
    assert await offered(desk, number) is None, "it waits no more"
    assert (await desk.engine.parts.loader.load(number)).restricted, "and is only kept until rights lifts that"
    await desk.decide(number, "withdrawal", confirms=(await desk.decision(done)).id)
    assert await told(desk) == []
    assert await waits_for(desk, number) == ((REQUEST,),)


@pytest.mark.allowed("R-10.3")
@pytest.mark.refused("R-10.3")
@pytest.mark.parametrize(("service", "state"), [("sources", State.WEGING_4), ("casework", State.CHECK_2A)])
async def test_everybody_who_had_it_is_told_first_in_whichever_phase(
    desk_of: DeskOf, service: str, state: State
) -> None:
    desk = await desk_of(service)
    asked = found(desk, "S2", "Is er een vergunning?").model_copy(
        update={"category": "question", "fields": {"source": "benefits", "answerBy": LATEST}}
    )
    items = {"item-30": found(desk, "S2", "Piet Paardenbloem adverteert met schuren."), "item-50": asked}
    number = await desk.arrives(state, subjects=TWO, findings=items, text=TEXT)
    await restrict(desk, number, items=("item-30",), granted="erasure")
    assert await refused(desk, number) == ["granted-is-put-right"], "who he is was granted too"
    await desk.decide(number, "not-concerned", "taken-out", about=("S2",), fields={"known": "Een naamgenoot."})
    assert await refused(desk, number) == ["who-had-it-was-told"]
    today = calendar_date(desk.clock.now())
    await desk.decide(number, "set-right", "told", about=("S2", "benefits"), fields={"toldOn": today.isoformat()})
    await desk.decide(number, CARRIED_OUT, "done", about=(REQUEST,), fields=SAID)
    (one,) = await told(desk)
    assert [(each.thing, each.done) for each in one.done] == [("person", "taken-out"), ("item-30", "taken-out")]
    assert [(each.receiver, each.on, each.confirmed) for each in one.told] == [("benefits", today, None)]
    # He confirms it when it was said already: it is said again, and the later one holds.
    desk.clock.pass_by(WINDOW + 1)
    fields = {"confirmedOn": today.isoformat(), "how": "Per beveiligde mail."}
    await desk.decide(number, "set-right", "confirmed", about=("S2", "benefits"), fields=fields)
    with pytest.raises(Invalid):
        await desk.decide(number, "set-right", "confirmed", about=("S2", "benefits"), fields=fields)
    again = max(await told(desk), key=lambda one: one.known_at or one.at)
    assert (again.at, again.done) == (one.at, one.done)
    assert [(each.receiver, each.on, each.confirmed) for each in again.told] == [("benefits", today, today)]
    view = await desk.engine.showing.view(number, ANNA, "weging")
    assert view["receivers"] == [
        {
            "thing": "S2",
            "receiver": "benefits",
            "how": "confirmed",
            "told": today.isoformat(),
            "confirmed": today.isoformat(),
        }
    ]


@pytest.mark.allowed("R-10.3", "R-6.7")
async def test_what_an_earlier_holder_carried_out_and_told_is_known_to_the_next(desk_of: DeskOf) -> None:
    """What is confirmed afterwards rights hears from who has the file then."""
    first = await desk_of("sources")
    asked = found(first, "S2", "Is er een vergunning?").model_copy(
        update={"category": "question", "fields": {"source": "benefits", "answerBy": LATEST}}
    )
    number = await first.arrives(State.WEGING_4, subjects=TWO, findings={"item-50": asked}, text=TEXT)
    await restrict(first, number, granted="rectification")
    await first.decide(number, "not-concerned", "taken-out", about=("S2",), fields={"known": "Een naamgenoot."})
    today = calendar_date(first.clock.now()).isoformat()
    await first.decide(number, "set-right", "told", about=("S2", "benefits"), fields={"toldOn": today})
    await first.decide(number, CARRIED_OUT, "done", about=(REQUEST,), fields=SAID)
    coded = [one.model_dump(mode="json") for one in (await first.engine.parts.loader.load(number)).coded()]
    desk = await desk_of("casework")
    number = await desk.arrives(State.CHECK_2A, subjects=TWO, findings={"item-50": asked}, text=TEXT)
    async with desk.platform.database.transaction() as session:
        (await session.get_one(Dossier, number)).earlier = coded
    await desk.believe(number)
    facts = (await desk.engine.parts.loader.load(number)).facts()
    assert (dict(facts.granted), to_be_told(facts)) == ({}, ())
    fields = {"confirmedOn": today, "how": "Gebeld."}
    await desk.decide(number, "set-right", "confirmed", about=("S2", "benefits"), fields=fields)
    (one,) = await told(desk)
    assert (one.request, [each.receiver for each in one.told if each.confirmed]) == (REQUEST, ["benefits"])


@pytest.mark.refused("R-10.3")
async def test_more_that_is_granted_waits_again_and_the_same_is_said_again(desk_of: DeskOf) -> None:
    desk, number = await here(desk_of, "assessment", State.WEGING_1)
    await grant(desk, number)
    await desk.decide(number, "rectify", "withdrawn", about=("item-30",), fields=WRONG)
    await desk.decide(number, CARRIED_OUT, "done", about=(REQUEST,), fields=SAID)
    await grant(desk, number)
    assert len(await told(desk)) == 1, "what can be taken back is not said again"
    desk.clock.pass_by(WINDOW + 1)
    await grant(desk, number)
    assert len(await told(desk)) == 2, "rights asks anew who has it now"
    late = said(desk, number, whole=False, items=("item-30",), granted="erasure", at=desk.clock.now())
    desk.clock.pass_by(60)
    await grant(desk, number, "rectification", "item-30", "item-40")
    assert await waits_for(desk, number) == ((REQUEST,),)
    await desk.hears(desk.engine.restricting.heard, late, "rights")
    assert (await desk.engine.parts.loader.load(number)).facts().granted[REQUEST].kind == "rectification"
    assert len(await told(desk)) == 2
    await restrict(desk, number, restricted=False)
    assert await offered(desk, number) is None, "what was lifted waits for nobody"


@pytest.mark.refused("R-10.3")
@pytest.mark.parametrize("forged", ["carried out", "granted"])
async def test_a_row_that_somebody_inserts_carries_nothing_out(desk_of: DeskOf, forged: str) -> None:
    desk, number = await here(desk_of, "assessment", State.WEGING_1)
    await grant(desk, number)
    (record,) = await desk.rows(DecisionRow, number=number, key=RESTRICTING)
    own = {"key": CARRIED_OUT, "outcome": "done", "about": [REQUEST], "version": record.version + 1}
    other = {"outcome": "restricted-in-part"}
    row = DecisionRow(**{**record.model_dump(), "id": uuid4(), **(own if forged == "carried out" else other)})
    async with desk.platform.database.transaction() as session:
        session.add(row)
    with pytest.raises(NotBelieved):
        await desk.engine.parts.loader.load(number)
    assert await told(desk) == []


@pytest.mark.allowed("R-10.3")
@pytest.mark.refused("R-10.3")
async def test_what_is_erased_is_gone_and_what_was_decided_stays(desk_of: DeskOf) -> None:
    desk, number = await here(desk_of, "assessment", State.WEGING_1)
    right = Correction("Piet Paardenbloem adverteert met boten.")
    made = await desk.decide(number, "rectify", "corrected", about=("item-30",), fields=WRONG, correction=right)
    new = (await desk.decision(made)).about[1]
    await grant(desk, number, "erasure", "item-30", REPORT)
    quoting = {"wrong": "Hij adverteert met niets."}
    put = await desk.decide(number, "rectify", "withdrawn", about=(new,), fields=quoting)
    assert await refused(desk, number) == ["granted-is-put-right"], "the report is his as long as he is concerned"
    await desk.decide(number, "not-concerned", "taken-out", about=("S2",), fields={"known": "Een naamgenoot."})
    drafts = desk.engine.drafts
    await (await drafts.of_dossier(number, ANNA, "rectify")).keep({"wrong": ["Piet Paardenbloem zegt van niet."]})
    before = {one.item: one.ciphertext for one in await desk.rows(ItemRow, number=number)}
    done = await desk.decide(number, CARRIED_OUT, "done", about=(REQUEST,), fields=SAID)
    await settled(desk, 0)
    loaded = await desk.engine.parts.loader.load(number)
    assert loaded.opened.findings[new].finding == right.finding, "as long as it can be taken back nothing is erased"
    await settled(desk)
    assert (await desk.decision(done)).settled_at
    loaded = await desk.engine.parts.loader.load(number)
    for name in ("item-30", new):
        assert loaded.opened.findings[name].finding == ERASED
    put_right = [str((await desk.decision(one)).id) for one in (made, put)]
    for words in map(loaded.opened.words.__getitem__, put_right):
        assert (words.reason, words.fields) == (ERASED, {"wrong": ERASED})
    rows = await desk.rows(ItemRow, number=number)
    changed = {one.item for one in rows if one.ciphertext != before.get(one.item) and one.item in before}
    assert changed == {"item-30", new, *(f"decision-{one}" for one in put_right)}
    assert not any(b"Paardenbloem" in text for name, text in loaded.opened.raw.items() if name in changed)
    assert await desk.rows(DraftRow, number=number) == [], "what was typed about it and not sent"
    assert [one.outcome for one in loaded.taken if one.key == "rectify"] == ["corrected", "withdrawn"]
    assert loaded.opened.findings["item-20"].finding == "Jan Wilgenroos heeft foto's van de schuur."
    assert loaded.opened.report.text == TEXT, "the report is what was reported; he is in nothing that is made of it"
    (line,) = [one.entry for one in await desk.rows(Audit) if one.entry["action"] == "words erased"]
    assert (line["record"], line["turn"]) == (number, loaded.dossier.turn)
    # And the file goes on.
    await desk.engine.showing.view(number, ANNA, "verder")
    await desk.decide(number, "rectify", "withdrawn", about=("item-20",), fields=WRONG)


@pytest.mark.refused("R-10.3")
async def test_what_was_erased_cannot_be_put_back_beside_the_service(desk_of: DeskOf, postgres: Postgres) -> None:
    desk, number = await here(desk_of, "assessment", State.WEGING_1)
    await grant(desk, number, "erasure")
    await desk.decide(number, "rectify", "withdrawn", about=("item-30",), fields=WRONG)
    (was,) = await desk.rows(ItemRow, number=number, item="item-30")
    await desk.decide(number, CARRIED_OUT, "done", about=(REQUEST,), fields=SAID)
    await settled(desk)
    await postgres.superuser("assessment")(
        f"UPDATE item SET ciphertext = '{was.ciphertext}', version = {was.version} WHERE item = 'item-30'"
    )
    with pytest.raises(NotBelieved):
        await desk.engine.parts.loader.load(number)


@pytest.mark.refused("R-10.3")
async def test_a_correction_erases_nothing(desk_of: DeskOf) -> None:
    desk, number = await here(desk_of, "assessment", State.WEGING_1)
    await grant(desk, number)
    await desk.decide(number, "rectify", "withdrawn", about=("item-30",), fields=WRONG)
    await desk.decide(number, CARRIED_OUT, "done", about=(REQUEST,), fields=SAID)
    await settled(desk)
    loaded = await desk.engine.parts.loader.load(number)
    assert "Paardenbloem" in (loaded.opened.findings["item-30"].finding or "")


@pytest.mark.allowed("R-10.3")
async def test_who_hands_it_on_says_where_it_waits(desk_of: DeskOf) -> None:
    desk, number = await here(desk_of, "assessment", State.WEGING_2A)
    await grant(desk, number)
    await ends(desk, number)
    await settled(desk)
    (row,) = await desk.post(number, "sealed.v1")
    async with desk.platform.database.transaction() as session:
        await desk.engine.settlement.handed_over(session, await session.get_one(Outgoing, row.id))
    assert [(one.done, one.holder) for one in await answers(desk)] == [
        (True, None),
        (False, "retention"),
    ]
