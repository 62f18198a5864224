"""A share that cannot wait leaves with its decision, stays, and shows to who judges it afterwards."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from services.export.wording import document
from services.oversight import store
from services.oversight.use_cases import RegisterKeeping, RegisterReading
from shared.contracts.dossier import Disclosed
from shared.contracts.export import ShareContent
from shared.engine.common import following
from shared.engine.effects import CopyByLetter
from shared.errors import Conflict, Forbidden, Invalid, NotBelieved, NotFound
from shared.http.decisions import shown
from shared.identity import Person
from shared.keys.transit import Place, key_name
from shared.pages import Window
from shared.protocol.laws import Laws
from shared.protocol.model import State
from shared.protocol.municipality import POLICE
from shared.protocol.passing_on import Forwarding
from tests.platform.conftest import DeskOf
from tests.platform.desk import Desk
from tests.platform.real import Postgres

FACT = "Er is een aanslag aangekondigd voor vanavond."
URGENT = Forwarding("partner", POLICE, ("report",), task="taak-politie", basis="vitaal-belang", urgent_because=FACT)
FG, PETRA = Person("fg", frozenset({"fg"})), Person("petra", frozenset({"privacy-officer"}))


@pytest.mark.allowed("R-12.4", "R-6.4", "R-T.14")
@pytest.mark.refused("R-12.4", "R-6.4")
async def test_it_leaves_at_once_cannot_be_withdrawn_and_is_marked(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    waits, goes = await desk.arrives(State.WEGING_2A), await desk.arrives(State.WEGING_2A)
    fields = {"considered": "Alle."}
    ordinary = Forwarding("partner", POLICE, ("report",), task="taak-politie", basis="aangifte")
    await desk.decide(waits, "weging-2a", "no-task", fields=fields, forwarding=ordinary)
    named = replace(URGENT, urgent_because="Jan Wilgenroos heeft een wapen.")
    with pytest.raises(Invalid, match="forwarding"):
        await desk.decide(goes, "weging-2a", "no-task", fields=fields, forwarding=named)
    found = await desk.decide(goes, "weging-2a", "no-task", fields=fields, forwarding=URGENT)
    now = desk.clock.now()
    for event in ("disclosed.v1", "share.v1"):
        (later,), (at_once,) = await desk.post(waits, event), await desk.post(goes, event)
        assert later.next_at > now == at_once.next_at
    decision = await desk.decision(found)
    with pytest.raises(Conflict):
        await desk.decide(goes, "withdrawal", confirms=decision.id)
    told = shown(found)
    assert told.withdrawable_until is None
    assert told.forwarding
    assert (told.forwarding.urgent, told.forwarding.urgent_because) == (True, FACT)
    (line,) = await desk.post(goes, "disclosed.v1")
    said = Disclosed.model_validate_json(line.body or b"")
    assert (said.urgent, FACT in said.model_dump_json()) == (True, False)
    assert said.tasks[0].endswith("(Politiewet 2012, artikel 3; de politie)")
    assert said.bases[0].endswith("(Algemene verordening gegevensbescherming, artikel 6 lid 1 onder d; het college)")
    loaded = await desk.engine.parts.loader.load(goes)
    (copy,) = [
        one.content
        for one in following(desk.engine.policy, loaded, decision)
        if isinstance(one, CopyByLetter) and isinstance(one.content, ShareContent)
    ]
    lines = document(Laws.read("midden-delfland-2025").configured, copy, live=True)["lines"]
    assert "leven of veiligheid" in dict(lines)["Spoed"]


@pytest.mark.allowed("R-6.4")
@pytest.mark.refused("R-6.4")
async def test_the_fg_and_the_privacy_officer_see_what_went_at_once(desk_of: DeskOf) -> None:
    desk = await desk_of("oversight")
    keeping, reading = RegisterKeeping(desk.platform), RegisterReading(desk.platform)
    for number, urgent in (("S-00000-00001", True), ("S-00000-00002", False)):
        line = Disclosed(
            number=number,
            road="forwarding",
            recipient_kind="partner",
            recipient=POLICE,
            items=("report",),
            ground=str(uuid4()),
            article="art. 12 lid 4",
            by="anna",
            decided_at=desk.clock.now(),
            urgent=urgent,
        )
        await desk.hears(keeping.disclosed, line, "assessment")
    for person in (FG, PETRA):
        found = (await reading.disclosures(person, None, Window(), urgent=True))["disclosures"]
        assert [(one["number"], one["urgent"]) for one in found] == [("S-00000-00001", True)]
    assert len((await reading.disclosures(FG, None, Window()))["disclosures"]) == 2
    with pytest.raises(Forbidden):
        await reading.disclosures(PETRA, None, Window())


async def shared_at_once(desk: Desk, number: str, by: str) -> UUID:
    """A line of the register of what `by` shared at once, and the decision that it rests on; its id."""
    room, decision = desk.platform.room(), uuid4()
    desk.clock.pass_by(1)
    share = store.Disclosure(id=uuid4(), number=number, facts={}, decided_at=desk.clock.now())
    line = Disclosed(
        number=number,
        road="forwarding",
        recipient_kind="partner",
        recipient=POLICE,
        items=("report",),
        ground=str(decision),
        article="art. 12 lid 4",
        by=by,
        decided_at=desk.clock.now(),
        urgent=True,
    )
    share.facts = line.model_dump(mode="json")
    words = {"decision": str(decision), "reason": "Aan de politie.", "fields": {"forwardingUrgentBecause": FACT}}
    row, key = uuid4(), key_name(decision, room.mount)
    await room.make(key)
    place = Place(room.mount, number, f"decision-{row}", 1)
    facts = {"key": "weging-2a", "deciders": [by], "recorder": by, "decision": str(decision), "protocol": "x"}
    facts |= {"dissenters": ["tegen"], "co_signers": ["mee"]}
    decided = store.DecidedRow(
        id=row,
        producer="assessment",
        number=number,
        version=3,
        facts=facts,
        room_key=key,
        carried_by="",
        ciphertext=(await room.encrypt(key, [(place, json.dumps(words).encode())]))[0],
        taken_at=desk.clock.now(),
    )
    await desk.add(share, decided)
    return share.id


@pytest.mark.refused("R-6.4", "R-T.24")
async def test_a_row_that_nobody_here_wrote_shuts_out_no_list_and_is_on_none(
    desk_of: DeskOf, postgres: Postgres
) -> None:
    """A line of the register and a decision, each with nothing in it that a page could show."""
    desk = await desk_of("oversight")
    reading, number = RegisterReading(desk.platform), "S-00000-00003"
    share = await shared_at_once(desk, number, "anna")
    decided = (await desk.rows(store.DecidedRow))[0]
    superuser, forged = postgres.superuser("oversight"), uuid4()
    for table, columns in (
        ("disclosure", "number, decided_at, mac"),
        ("decided", "producer, number, version, room_key, carried_by, ciphertext, taken_at, mac"),
    ):
        # The latter is said to be what the share rests on.
        facts = f"""jsonb_build_object('urgent', true, 'decision', '{decided.facts["decision"]}')"""
        await superuser(
            f"INSERT INTO {table} (id, facts, {columns}) SELECT $1, {facts}, {columns} FROM {table}", forged
        )
    for found in (
        await reading.disclosures(FG, None, Window()),
        await reading.disclosures(PETRA, None, Window(), urgent=True),
        await reading.judging.waiting(PETRA, Window()),
    ):
        (noun,) = found.keys() - {"next", "notBelieved"}
        assert ([one["id"] for one in found[noun]], found["notBelieved"]) == ([str(share)], 1)
    found = await reading.decisions(number, FG, "toezicht", Window())
    assert ([one["decision"] for one in found["decisions"]], found["notBelieved"]) == ([decided.facts["decision"]], 1)
    assert [one.about["record"] for one in reading.lists.doubts.stuck().examples] == [str(forged)]
    # What is judged is the line that came here, by the decision that came here.
    assert (await reading.judging.one(share, PETRA))["fact"] == FACT
    with pytest.raises(NotBelieved):
        await reading.judging.one(forged, PETRA)
    with pytest.raises(NotBelieved):
        await reading.judging.judge(forged, PETRA, "rightly", "danger-shown", "Zo.", {})


@pytest.mark.allowed("R-6.4")
@pytest.mark.refused("R-6.4", "R-T.24")
async def test_the_privacy_officer_judges_what_went_at_once_and_nobody_his_own(desk_of: DeskOf) -> None:
    desk = await desk_of("oversight")
    reading = RegisterReading(desk.platform)
    judging = reading.judging
    number = "S-00000-00003"
    share, own = await shared_at_once(desk, number, "anna"), await shared_at_once(desk, "S-00000-00004", "petra")
    answer = ("rightly", "danger-shown", "De aanslag was aangekondigd.")
    waits = (await judging.waiting(PETRA, Window()))["shares"]
    assert [(one["id"], one["overdue"]) for one in waits] == [(str(share), False), (str(own), False)]
    assert (await judging.one(share, PETRA))["fact"] == FACT
    for refused in (FG, Person("anna", frozenset({"oov"})), Person("beheerder", frozenset({"beheerder"}))):
        with pytest.raises(Forbidden):
            await judging.judge(share, refused, *answer, {})
    for part in ("petra", "tegen", "mee"):
        with pytest.raises(Forbidden, match=r"art\. 7 lid 1"):
            await judging.judge(own, Person(part, PETRA.roles), *answer, {})
    for wrong in (("rightly", "no-danger", "x"), ("perhaps", "x", "x"), ("rightly", "danger-shown", " ")):
        with pytest.raises(Invalid):
            await judging.judge(share, PETRA, *wrong, {})
    with pytest.raises(NotFound):
        await judging.judge(uuid4(), PETRA, *answer, {})
    desk.clock.pass_by(timedelta(days=8).total_seconds())
    assert [one["overdue"] for one in (await judging.waiting(FG, Window()))["shares"]] == [True, True]
    await judging.judge(share, PETRA, *answer, {})
    with pytest.raises(Conflict):
        await judging.judge(share, PETRA, *answer, {})
    assert [one["id"] for one in (await judging.waiting(PETRA, Window()))["shares"]] == [str(own)]
    seen = {one["id"]: one for one in (await reading.disclosures(FG, None, Window()))["disclosures"]}
    judged = seen[str(share)]["judgement"]
    assert [judged[one] for one in ("outcome", "because", "judgedBy")] == ["rightly", "danger-shown", "petra"]
    assert (seen[str(share)]["overdue"], seen[str(own)]["overdue"], seen[str(own)]["judgement"]) == (False, True, None)
    by_key = {one["key"]: one for one in (await reading.decisions(number, FG, "toezicht", Window()))["decisions"]}
    assert (by_key["urgent-judged"]["reason"], by_key["urgent-judged"]["deciders"]) == (answer[2], ["petra"])
    forged = store.Judgement(
        disclosure=own, number=number, outcome="rightly", because="danger-shown", judged_by="x", mac="x"
    )
    forged.judged_at = desk.clock.now()
    async with desk.platform.database.transaction() as session:
        session.add(forged)
    with pytest.raises(NotBelieved):
        await judging.one(own, PETRA)
    with pytest.raises(NotBelieved):
        await judging.judge(own, Person("olga", PETRA.roles), *answer, {})
    (waits_on,) = (await judging.waiting(PETRA, Window()))["shares"]
    assert (waits_on["id"], waits_on["notBelieved"]) == (str(own), True), "a row ends no waiting"
    seen = {one["id"]: one for one in (await reading.disclosures(FG, None, Window()))["disclosures"]}
    assert [seen[str(own)][one] for one in ("judgement", "notBelieved", "overdue")] == [None, True, True]
    assert seen[str(share)]["judgement"] == judged
    # What is no more is judged no longer, and waits for nobody.
    third = await shared_at_once(desk, "S-00000-00005", "anna")
    gone = store.Whereabout(
        number="S-00000-00005",
        version=4,
        holder="retention",
        state=State.DESTROYED,
        since=desk.clock.now(),
        next_holders=[],
        earlier=[],
    )
    await desk.add(gone)
    assert [one["id"] for one in (await judging.waiting(PETRA, Window()))["shares"]] == [str(own)]
    with pytest.raises(Conflict, match="vernietigd"):
        await judging.judge(third, PETRA, *answer, {})
