"""Who decided on a signal as one does not co-sign on it as another; a proposal falls with who made it (R-T.24, R-7.4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.retention.tables import SealedSignal
from services.rights.store import Asked
from services.rights.use_cases import Concerned
from shared.clock import calendar_date
from shared.contracts.intake import Subject
from shared.engine.documents import REPORT, Report, encrypted
from shared.engine.effects import Tell
from shared.engine.given import Given
from shared.engine.head import vouch_for
from shared.engine.tables import Dossier, MeetingRow
from shared.errors import Conflict, Forbidden
from shared.identity import Person
from shared.keys.transit import key_name
from shared.numbers import duty_number, random_seed, signal_number
from shared.protocol.judge import Attempt
from shared.protocol.model import State
from shared.protocol.phase_2 import CRITERIA
from tests.platform.conftest import DeskOf
from tests.platform.designated import AccessSays, designation
from tests.platform.desk import ANNA, VERSION, Desk
from tests.platform.test_engine_elsewhere import sealed
from tests.platform.test_heads_elsewhere import purpose

BRAM = Person("bram", frozenset({"vervanger"}))
PETRA = Person("petra", frozenset({"privacy-officer"}))
ANNA_LATER = Person("anna", frozenset({"privacy-officer"}))
BEHEERDER = Person("beheerder", frozenset({"beheerder"}))


async def duty(desk: Desk) -> str:
    """Somebody is to be informed."""
    number, signal, room = duty_number(), signal_number(random_seed()), desk.platform.room()
    key = key_name(uuid4(), room.mount)
    await room.make(key)
    (item,) = await encrypted(room, key, [(number, REPORT, Report(subjects=(Subject(name="Jan Wilgenroos"),)))])
    today, begun = calendar_date(desk.clock.now()), purpose(desk)
    duty = await Concerned(desk.engine)._duty(number, signal, "S1", key, VERSION, today, item, begun=begun)
    await desk.add(duty, item)
    return number


async def proposed(desk: Desk, number: str, person: Person = BRAM) -> UUID:
    fields = {"how": "Met een brief."}
    found = await desk.decide(number, "duty", "inform", person, fields=fields)
    return (await desk.decision(found)).id


async def confirm(desk: Desk, number: str, proposal: UUID, person: Person) -> None:
    """As the answer to a task does: under the designation that was asked for."""
    only = (next(iter(person.roles)),)
    given = Given(Attempt("duty", "agree", "Akkoord.", {}), await desk.version(number), proposal)
    await desk.engine.deciding.decide(number, person, given, only=only)


@pytest.mark.allowed("R-T.24")
@pytest.mark.refused("R-T.24")
async def test_who_decided_on_it_before_does_not_co_sign_as_privacy_officer(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    desk.designated = {("anna", "privacy-officer"), ("petra", "privacy-officer"), ("bram", "vervanger")}
    await desk.hears_access()
    number = await duty(desk)
    on = (calendar_date(desk.clock.now()) + timedelta(days=7)).isoformat()
    await desk.decide(number, "contact", "on", ANNA, fields={"contactOn": on, "why": "Een huisbezoek."})
    proposal = await proposed(desk, number)
    with pytest.raises(Forbidden, match=r"als OOV.er heeft beslist, doet dat hier niet als privacy officer"):
        await confirm(desk, number, proposal, ANNA_LATER)
    await confirm(desk, number, proposal, PETRA)
    row = await desk.row(Dossier, number)
    assert row.state == State.DUTY_TO_SEND


@pytest.mark.refused("R-T.24")
async def test_nor_who_decided_on_the_signal_with_another_service(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    desk.designated = {("anna", "privacy-officer"), ("bram", "vervanger")}
    await desk.hears_access()
    number = await duty(desk)
    signal = (await desk.row(Dossier, number)).signal
    await desk.add(Asked(number=signal, subjects=1, asked_at=desk.clock.now(), acted={"anna": ["oov"]}))
    proposal = await proposed(desk, number)
    with pytest.raises(Forbidden, match="privacy officer"):
        await confirm(desk, number, proposal, ANNA_LATER)


@pytest.mark.allowed("R-T.24")
async def test_assessment_says_who_decided_when_it_asks_about_informing(desk_of: DeskOf) -> None:
    """Who was in the meeting decided with it, and not under a designation of his own."""
    desk = await desk_of("assessment")
    number = await desk.arrives(State.PHASE_2)
    now = desk.clock.now()
    there = ["bram", "farid", "gijs"]
    await desk.add(
        MeetingRow(
            id="M-lot",
            version=1,
            kind="LOT",
            held_on=calendar_date(now),
            chair="anna",
            members=[{"userId": one} for one in there],
            present=there,
            agenda=[number],
        )
    )
    fields = {"criteria": dict.fromkeys(CRITERIA, "Ja.")}
    found = await desk.decide(number, "weging-3", "heavy-enough", fields=fields, meeting="M-lot")
    loaded = await desk.engine.parts.loader.load(number)
    (told,) = [
        one for one in desk.engine.parts.policy.follows(loaded, await desk.decision(found)) if isinstance(one, Tell)
    ]
    message: Any = told.message
    assert message.acted == {"anna": ("oov",)}


@pytest.mark.refused("R-T.24")
async def test_who_decided_with_an_earlier_holder_does_not_agree_to_a_hold_as_beheerder(desk_of: DeskOf) -> None:
    desk = await desk_of("retention")
    number = await sealed(desk)
    earlier = {
        "decision": "d-1",
        "version": 1,
        "key": "weging-1",
        "outcome": "suspicion",
        "article": "art. 12",
        "status": "taken",
        "state": "weging-2a",
        "deciders": ["beheerder"],
        "recorder": "beheerder",
        "role": "oov",
        "taken_at": desk.clock.now().isoformat(),
        "protocol": "midden-delfland-2025",
    }
    async with desk.platform.database.transaction() as session:
        row = await session.get_one(SealedSignal, number)
        row.decisions = [earlier]
        await vouch_for(desk.platform.mac, row)
    hold = await held(desk, number)
    with pytest.raises(Forbidden, match="als beheerder"):
        await desk.decide(number, "hold", "agree", BEHEERDER, confirms=hold)
    await desk.decide(number, "hold", "agree", Person("another", frozenset({"beheerder"})), confirms=hold)


async def held(desk: Desk, number: str) -> UUID:
    ends_on = (calendar_date(desk.clock.now()) + timedelta(days=100)).isoformat()
    fields = {"ground": "bezwaar", "endsOn": ends_on, "needed": "de melding zelf"}
    found = await desk.decide(number, "hold", "held", about=("report",), fields=fields)
    return (await desk.decision(found)).id


@pytest.mark.allowed("R-7.4")
@pytest.mark.refused("R-7.4")
async def test_a_proposal_falls_with_the_designation_of_who_made_it(desk_of: DeskOf) -> None:
    """Also when he is designated again: what he proposed before is not what he stands for now."""
    desk = await desk_of("retention")
    number = await sealed(desk)
    first, began = await held(desk, number), desk.clock.now()
    desk.clock.pass_by(60)
    desk.designated.clear()
    await desk.hears_access()
    with pytest.raises(Conflict, match="niet meer aangewezen"):
        await desk.decide(number, "hold", "agree", BEHEERDER, confirms=first)
    access: AccessSays = desk._access
    desk.clock.pass_by(1)
    await access.to(desk.platform, designation("anna", "oov", desk.clock.now()))
    with pytest.raises(Conflict, match="niet meer aangewezen"):
        await desk.decide(number, "hold", "agree", BEHEERDER, confirms=first)
    second = await held(desk, number)
    # Another designation of his is not that one.
    desk.clock.pass_by(1)
    await access.to(desk.platform, designation("anna", "vervanger", began))
    with pytest.raises(Conflict, match="niet meer aangewezen"):
        await desk.decide(number, "hold", "agree", BEHEERDER, confirms=second)
    desk.clock.pass_by(1)
    await access.to(desk.platform, designation("anna", "oov", began))
    await desk.decide(number, "hold", "agree", BEHEERDER, confirms=second)
