"""Who holds a dossier tells by what it is found: when it comes, and whenever persons or objects change; nothing of it in clear."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from services.assessment.bodies import ExistenceCheckIn
from services.assessment.use_cases import Existence
from shared.contracts.dossier import Findable
from shared.contracts.intake import Subject
from shared.database.tables import Audit, Outgoing
from shared.engine.findable import Findables
from shared.engine.tables import ToldRow
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.finding.things import Thing, kept
from shared.identity import Person
from shared.keys.lookup import Lookup
from shared.keys.signing import read_claims
from shared.privileges import LOOKUP, LOOKUP_KEY
from shared.protocol.model import State
from tests.platform.conftest import DeskOf
from tests.platform.desk import ANNA, Desk
from tests.platform.real import Bao
from tests.platform.test_head import ends, settled

JAN = Thing(name="Jan Wilgenroos", address="Dorpsstraat 1")
ASKED = {"about": ("S1",), "reason": "Hetzelfde adres komt vaker voor."}


async def told(desk: Desk) -> list[Findable]:
    """What is told now, after all that waits was done; the messages of it are taken out of the post."""
    telling = Findables(desk.platform, desk.engine.parts.loader)
    for row in await telling.queue.claim():
        await telling.tell(row)
    messages = await desk.rows(Outgoing, event=Findable.event)
    found = [Findable.model_validate_json(one.body) for one in messages]
    async with desk.platform.database.transaction() as session:
        for one in (await session.scalars(select(Outgoing).where(col(Outgoing.event) == Findable.event))).all():
            await session.delete(one)
    return found


async def hashes(desk: Desk, *things: Thing) -> set[str]:
    return set((await Lookup(desk.platform.bao).newest(kept(things))).hashes)


@pytest.mark.parametrize(
    ("service", "state"), [("assessment", State.PHASE_2), ("sources", State.SOURCE_LIST), ("casework", State.CHECK_2A)]
)
async def test_a_dossier_that_comes_is_told_of(desk_of: DeskOf, service: str, state: State) -> None:
    desk = await desk_of(service)
    number = await desk.arrives(state)
    (message,) = await told(desk)
    assert message.number == number
    assert set(message.hashes) == await hashes(desk, JAN)
    assert b"Wilgenroos" not in message.model_dump_json().encode()
    assert await told(desk) == []


async def test_what_ends_before_it_was_told_of_is_told_of_with_its_end(desk_of: DeskOf) -> None:
    """Nobody can afterwards: what waits to be told finds the room locked."""
    desk = await desk_of("assessment")
    number = await desk.arrives(State.WEGING_2A)
    await ends(desk, number)
    await settled(desk)
    assert len(await desk.post(number, "sealed.v1")) == 1
    (message,) = await told(desk)
    assert message.number == number
    assert set(message.hashes) == await hashes(desk, JAN)


async def test_who_comes_to_light_is_told_of_and_who_is_not_concerned_no_more(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await desk.arrives(State.PHASE_2, subjects=(Subject(name="Jan Wilgenroos"), Subject(name="Piet Bos")))
    (first,) = await told(desk)
    assert set(first.hashes) == await hashes(desk, Thing(name="Jan Wilgenroos"), Thing(name="Piet Bos"))
    await desk.record(number, "bag", "O1", "Een woning.")
    assert await told(desk) == [], "nobody was added"
    await desk.record(number, "bag", "O1", "Gevestigd: bedrijf met KvK 12345678.")
    (second,) = await told(desk)
    assert set(second.hashes) == set(first.hashes) | await hashes(desk, Thing(company="12345678"))
    shown = await desk.decide(number, "not-concerned", "taken-out", about=("S2",), fields={"known": "Een naamgenoot."})
    (third,) = await told(desk)
    assert set(third.hashes).isdisjoint(await hashes(desk, Thing(name="Piet Bos")))
    assert third.turn > second.turn > first.turn
    await desk.decide(number, "withdrawal", confirms=(await desk.decision(shown)).id)
    (fourth,) = await told(desk)
    assert fourth.hashes == second.hashes


async def test_with_a_new_version_of_the_key_everything_is_told_anew(desk_of: DeskOf, openbao: Bao) -> None:
    desk = await desk_of("assessment")
    numbers = {await desk.arrives(State.PHASE_2) for _ in range(3)}
    before = await told(desk)
    telling = Findables(desk.platform, desk.engine.parts.loader)
    await telling.look()
    assert await told(desk) == []
    openbao.administrator.write(f"{LOOKUP}/keys/{LOOKUP_KEY}/rotate")
    await telling.look()
    after = await told(desk)
    assert {one.number for one in after} == numbers
    assert {one.key_version for one in after} == {before[0].key_version + 1}
    assert {one for each in after for one in each.hashes}.isdisjoint(one for each in before for one in each.hashes)


async def test_a_dossier_that_was_never_told_of_is_found_by_looking(desk_of: DeskOf) -> None:
    desk = await desk_of("casework")
    number = await desk.arrives(State.CHECK_2A)
    async with desk.platform.database.transaction() as session:
        for one in (await session.scalars(select(ToldRow))).all():
            await session.delete(one)
    assert await told(desk) == []
    await Findables(desk.platform, desk.engine.parts.loader).look()
    assert [one.number for one in await told(desk)] == [number]


async def test_who_keeps_duties_tells_nothing(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    assert Findables(desk.platform, desk.engine.parts.loader).queue not in desk.engine.queues
    assert "findable" not in {one.name for one in desk.engine.queues}


# --- asking ------------------------------------------------------------------------------------------


async def asks(desk: Desk, number: str, person: Person = ANNA, **given: Any) -> Any:
    return await Existence(desk.engine).ask(number, person, ExistenceCheckIn.model_validate({**ASKED, **given}))


@pytest.mark.allowed("R-5.9", "R-5.10")
async def test_who_weighs_a_signal_gets_a_warrant_and_the_reason_is_sealed(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await desk.arrives(State.PHASE_2)
    found = await asks(desk, number, about=("S1",), typed={"companyNumber": "KvK 12345678"})
    assert found.asked == {"S1": ("address", "name", "name-initials"), "typed": ("company-number",)}
    claims = read_claims(found.warrant)
    assert (claims["person"], claims["about"], claims["ground"]) == ("anna", number, "signal")
    assert "12345678" not in json.dumps(claims)
    (letter,) = await desk.post(number, "decided.v1")
    assert letter.body is not None
    assert b'"existence-check"' in letter.body
    assert b"Hetzelfde adres" not in letter.body
    lines = [one.entry for one in await desk.rows(Audit) if one.entry["action"] == "existence asked"]
    assert [one["reason"] for one in lines] == ["address 1, company-number 1, name 1, name-initials 1"]
    assert "Wilgenroos" not in json.dumps(lines)


@pytest.mark.refused("R-5.9", "R-5.10", "R-9.10")
async def test_without_a_reason_for_nothing_or_for_too_much_there_is_none(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await desk.arrives(State.PHASE_2, subjects=tuple(Subject(name=f"Jan Bos{one}") for one in "abcdef"))
    for given, code in (
        ({"reason": " "}, "check-no-reason"),
        ({"about": ("S9",)}, "check-nothing"),
        ({"about": ()}, "check-nothing"),
        ({"about": ("O1",)}, "check-nothing"),
        ({"about": (), "typed": {"name": "Wilgenroos"}}, "check-nothing"),
        ({"about": tuple(f"S{one}" for one in range(1, 7))}, "check-nothing"),
    ):
        with pytest.raises(Invalid) as refused:
            await asks(desk, number, **given)
        assert {one.code for one in refused.value.faults} == {code}
    assert await desk.post(number, "decided.v1") == []


@pytest.mark.refused("R-5.9")
async def test_who_has_not_this_signal_in_hand_gets_none(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await desk.arrives(State.PHASE_2)
    with pytest.raises(Forbidden):
        await asks(desk, number, Person("lot", frozenset({"lot-member"})))
    with pytest.raises(NotFound):
        await asks(desk, "S-00000-00009")
    ended = await desk.arrives(State.ENDED)
    with pytest.raises((Conflict, Invalid)):
        await asks(desk, ended)
    await desk.decide(number, "closing", "closed", reason="Het gaat over mijzelf.", about=("anna",))
    with pytest.raises(NotFound):
        await asks(desk, number)
