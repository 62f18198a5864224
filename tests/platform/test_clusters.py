"""Several reports about one activity are decided on together, and each stays a signal of its own (R-D.13, R-D.14)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest

from shared.contracts.assessment import ResearchContent, ResearchLetter
from shared.database.tables import Audit
from shared.engine.arrive import arrived
from shared.engine.cluster import GivenMember
from shared.engine.given import Given, Shown
from shared.engine.goes_on import going_on
from shared.engine.store import delete_rows
from shared.engine.tables import DecisionRow, Dossier, FrozenRow
from shared.errors import CannotSucceed, Conflict, Forbidden, Invalid, NotFound
from shared.http.decisions import shown
from shared.identity import Person
from shared.protocol.judge import Attempt
from shared.protocol.model import State
from shared.protocol.passing_on import Forwarding
from tests.house import NOBODY, TASK
from tests.platform.conftest import DeskOf
from tests.platform.desk import ANNA, Desk
from tests.platform.real import Postgres
from tests.platform.test_standing_back import BRAM

WHY = "Drie meldingen over één schuur."
OURS = Attempt("weging-2a", "task", "Er is een bevoegdheid.", TASK)
NOT_OURS = Attempt(
    "weging-2a",
    "no-task",
    "Dit gaat over iets anders.",
    {"considered": "De Opiumwet."},
    Forwarding(None, None, (), NOBODY["noneBecause"]),
)


async def barn(desk: Desk, count: int = 3) -> list[str]:
    """So many signals about one barn, received on days of their own, in the order of their numbers."""
    found = []
    for _ in range(count):
        found.append(await desk.arrives(State.WEGING_2A))
        desk.clock.pass_by(timedelta(days=1).total_seconds())
    await desk.hears_access()
    return sorted(found)


async def named(desk: Desk, numbers: list[str], own: Mapping[str, Attempt] | None = None) -> list[GivenMember]:
    versions = [(await desk.row(Dossier, one)).version for one in numbers]
    return [GivenMember(one, version, (own or {}).get(one)) for one, version in zip(numbers, versions, strict=True)]


async def joined(desk: Desk, numbers: list[str], person: Person = ANNA) -> str:
    return (await desk.engine.clusters.join(person, await named(desk, numbers), WHY, {})).number


async def decided(
    desk: Desk,
    cluster: str,
    numbers: list[str],
    own: Mapping[str, Attempt] | None = None,
    attempt: Attempt = OURS,
    person: Person = ANNA,
) -> dict[str, Shown]:
    return await desk.engine.clusters.decide(person, cluster, attempt, await named(desk, numbers, own))


async def bears(desk: Desk, numbers: list[str]) -> list[tuple[str, str | None]]:
    rows = [await desk.row(Dossier, one) for one in numbers]
    return [(one.state, one.cluster) for one in rows]


@pytest.mark.allowed("R-D.13")
@pytest.mark.allowed("R-D.14")
async def test_one_decision_is_written_on_every_member_and_different_on_one(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    numbers = await barn(desk)
    before = [await desk.row(Dossier, one) for one in numbers]
    cluster = await joined(desk, numbers)
    view = await desk.engine.showing.view(numbers[0], ANNA, "weging")
    assert view["cluster"] == {"number": cluster, "members": numbers}
    costs = desk.counted()
    found = await decided(desk, cluster, numbers, {numbers[2]: NOT_OURS})
    assert costs.transactions == 1, "of all of them"
    rows = [(await desk.rows(DecisionRow, number=one, key="weging-2a"))[0] for one in numbers]
    assert [(one.outcome, one.cluster) for one in rows] == [("task", cluster), ("task", cluster), ("no-task", None)]
    assert [one.id for one in rows] == [
        one.decision.id for one in found.values() if isinstance(one.decision, DecisionRow)
    ]
    assert await bears(desk, numbers) == [
        (State.WEGING_2B, cluster),
        (State.WEGING_2B, cluster),
        (State.ENDED, None),
    ], "what went another way left by itself"
    with pytest.raises(Invalid) as refused:
        await joined(desk, [numbers[0], numbers[2]])
    assert ("members.1", "conflict") in [(one.field, one.code) for one in refused.value.faults], "it is on its way"
    loaded = [await desk.engine.parts.loader.load(one) for one in numbers]
    reasons = [loaded[n].words_of(rows[n]) for n in range(3)]
    assert [one.reason for one in reasons if one] == [OURS.reason, OURS.reason, NOT_OURS.reason]
    after = [await desk.row(Dossier, one) for one in numbers]
    same = ("received_on", "arrived_at", "due_on", "people", "room_key", "closed_to", "earlier")
    for name in same:
        assert [getattr(one, name) for one in after] == [getattr(one, name) for one in before], name
    for one in numbers:
        assert len(await desk.post(one, "decided.v1")) == 2, "supervision hears of each: joined, and decided"
        lines = [line.entry["action"] for line in await desk.rows(Audit) if line.entry.get("record") == one]
        assert {"cluster joined", "decision taken: weging-2a"} <= set(lines)


@pytest.mark.refused("R-D.14")
async def test_what_one_member_refuses_is_written_on_none(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    numbers = await barn(desk, 2)
    cluster = await joined(desk, numbers)
    wrong = Attempt("weging-2a", "task", "Toch niet.", {})
    with pytest.raises(Invalid) as refused:
        await decided(desk, cluster, numbers, {numbers[1]: wrong})
    assert [one.field for one in refused.value.faults] == ["members.1.own.fields.powers"]
    with pytest.raises(Invalid) as refused:
        await decided(desk, cluster, numbers, attempt=Attempt("weging-2a", "task", " ", TASK))
    assert [one.field for one in refused.value.faults] == ["members.0.reason", "members.1.reason"]
    with pytest.raises(Conflict):
        await decided(desk, cluster, numbers, attempt=Attempt("weging-2b", "inside", "Hier.", {"area": "O1"}))
    with pytest.raises(Forbidden):
        await decided(desk, cluster, numbers, person=Person("farid", frozenset({"lot-member"})))
    with pytest.raises(Invalid) as refused:
        await decided(desk, cluster, numbers[:1])
    assert [one.code for one in refused.value.faults] == ["not-all"]
    # Somebody else is first at the second: the first is not written either, when he was so after it was judged too.
    people = frozenset({"oov"})
    changes = []
    for one in await named(desk, numbers):
        loaded = await desk.engine.parts.loader.for_change(one.number, one.expected_version, by=ANNA)
        given = Given(OURS, one.expected_version)
        allowed = desk.engine.deciding.allowed(loaded, ANNA, people, given)
        changes.append(desk.engine.deciding.change(loaded, ANNA, given, allowed, cluster)[0])
    seen = await named(desk, numbers)
    await desk.decide(numbers[1], "weging-2a", "task", BRAM, fields=TASK)
    with pytest.raises(Invalid) as refused:
        await desk.engine.clusters.decide(ANNA, cluster, OURS, seen)
    assert [(one.field, one.code) for one in refused.value.faults] == [("members.1", "conflict")]
    with pytest.raises(Conflict):
        await desk.engine.clusters.writer.write(*changes)
    assert await bears(desk, numbers) == [(State.WEGING_2A, cluster), (State.WEGING_2B, None)]
    assert await desk.rows(DecisionRow, number=numbers[0], key="weging-2a") == []


@pytest.mark.allowed("R-D.13")
async def test_a_split_restores_what_was_and_a_later_report_comes_to_it(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    numbers = await barn(desk, 4)
    cluster = await joined(desk, numbers[:3])
    assert await joined(desk, numbers) == cluster, "the fourth comes to it"
    found = await desk.engine.clusters.split(ANNA, cluster, await named(desk, numbers[:1]), "Een andere schuur.", {})
    assert list(found.members) == numbers[:1]
    assert await bears(desk, numbers) == [(State.WEGING_2A, None), *[(State.WEGING_2A, cluster)] * 3]
    record = (await desk.rows(DecisionRow, number=numbers[0], outcome="split"))[0]
    loaded = await desk.engine.parts.loader.load(numbers[0])
    assert (record.about, loaded.words_of(record)) == ([cluster], loaded.opened.words[str(record.id)])
    assert loaded.taken == (), "the law has nothing to do with it"
    await desk.decide(numbers[0], "weging-2a", "task", fields=TASK)
    await decided(desk, cluster, numbers[1:])
    assert await bears(desk, numbers) == [(State.WEGING_2B, None), *[(State.WEGING_2B, cluster)] * 3]
    # Each is withdrawn by itself, and so leaves.
    (last,) = await desk.rows(DecisionRow, number=numbers[1], key="weging-2a")
    await desk.decide(numbers[1], "withdrawal", reason="Verkeerd aangeklikt.", confirms=last.id)
    assert await bears(desk, numbers[1:3]) == [(State.WEGING_2A, None), (State.WEGING_2B, cluster)]


@pytest.mark.refused("R-D.13")
async def test_who_is_shut_out_of_one_neither_joins_nor_decides_nor_learns_its_number(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    numbers = await barn(desk)
    await desk.designates(BRAM)
    await desk.decide(numbers[2], "closing", "closed", reason="Zijn eigen pand.", about=("bram",))
    absent = GivenMember("S-7K3MQ-9XD4T", 1)
    for third in (absent, (await named(desk, numbers[2:]))[0]):
        with pytest.raises(Invalid) as refused:
            await desk.engine.clusters.join(BRAM, [*await named(desk, numbers[:2]), third], WHY, {})
        assert [(one.field, one.code) for one in refused.value.faults] == [("members.2", "not-here")]
    cluster = await joined(desk, numbers)
    assert (await desk.engine.showing.view(numbers[0], BRAM, "weging"))["cluster"]["members"] == numbers[:2]
    for which in (numbers, numbers[:2]):
        with pytest.raises(Invalid) as refused:
            await decided(desk, cluster, which, person=BRAM)
        assert {one.code for one in refused.value.faults} <= {"not-here", "not-all"}
    found, opened = await desk.engine.clusters.open_decisions(cluster, BRAM)
    assert (list(found.members), opened.decisions) == (numbers[:2], ())
    with pytest.raises(NotFound):
        await desk.engine.clusters.open_decisions("C-7K3MQ-9XD4T", ANNA)
    for _, says in await said(desk, numbers[0]):
        assert not any(one in says for one in numbers[1:]), "no record of one names another"


async def said(desk: Desk, number: str) -> list[tuple[str, str]]:
    return [(one.decision.key, repr(one)) for one in await desk.engine.showing.decisions(number, BRAM, "weging")]


@pytest.mark.allowed("R-D.14")
async def test_what_is_open_for_a_cluster_is_what_is_open_for_all(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    numbers = await barn(desk, 2)
    cluster = await joined(desk, numbers)
    found, opened = await desk.engine.clusters.open_decisions(cluster, ANNA)
    alone = await desk.engine.showing.open_decisions(numbers[0], ANNA)
    assert found.members == {one: (await desk.row(Dossier, one)).version for one in numbers}
    assert [one.rule.key for one in opened.decisions] == [one.rule.key for one in alone.decisions]
    assert "weging-2a" in [one.rule.key for one in opened.decisions if one.can_be_taken]


@pytest.mark.refused("R-D.13")
async def test_a_row_makes_nobody_a_member_and_leaves_nobody_out(desk_of: DeskOf, postgres: Postgres) -> None:
    desk = await desk_of("assessment")
    numbers = await barn(desk, 4)
    superuser = postgres.superuser("assessment")
    cluster = await joined(desk, numbers[:2])
    # Another dossier is slipped in: no decision applies to it, named or not.
    await superuser("UPDATE dossier SET cluster=$2 WHERE number=$1", numbers[2], cluster)
    for which, code in ((numbers[:2], "not-all"), (numbers[:3], "frozen")):
        with pytest.raises(Invalid) as refused:
            await decided(desk, cluster, which)
        assert [one.code for one in refused.value.faults] == [code]
    assert (await desk.engine.showing.view(numbers[0], ANNA, "weging"))["cluster"]["members"] == numbers[:2]
    assert [one.number for one in await desk.rows(FrozenRow)] == [numbers[2]]
    await superuser("UPDATE dossier SET cluster=NULL WHERE number=$1", numbers[2])
    # A record of joining that nobody made.
    (record,) = await desk.rows(DecisionRow, number=numbers[0], outcome="joined")
    await superuser(
        "INSERT INTO decision SELECT * FROM jsonb_populate_recordset(NULL::decision, (SELECT jsonb_build_array("
        "to_jsonb(d) || jsonb_build_object('number', $2::text, 'id', gen_random_uuid())) FROM decision d WHERE id=$1))",
        record.id,
        numbers[3],
    )
    with pytest.raises(Invalid) as refused:
        await decided(desk, cluster, [*numbers[:2], numbers[3]])
    assert {one.code for one in refused.value.faults} == {"frozen"}
    # One that is in it is taken out.
    await superuser("UPDATE dossier SET cluster=NULL WHERE number=$1", numbers[1])
    with pytest.raises(Invalid) as refused:
        await decided(desk, cluster, numbers[:2])
    assert [(one.field, one.code) for one in refused.value.faults] == [("members.1", "frozen")]
    await superuser("UPDATE dossier SET cluster=$2 WHERE number=$1", numbers[1], cluster)
    await decided(desk, cluster, numbers[:2])
    assert await bears(desk, numbers[:3]) == [*[(State.WEGING_2B, cluster)] * 2, (State.WEGING_2A, None)]


@pytest.mark.allowed("R-D.13")
async def test_each_ends_by_itself_and_leaves_the_others_whole(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    numbers = await barn(desk)
    cluster = await joined(desk, numbers)
    async with desk.platform.database.transaction() as session:
        await delete_rows(session, numbers[:1])
    await decided(desk, cluster, numbers[1:])
    assert await bears(desk, numbers[1:]) == [(State.WEGING_2B, cluster)] * 2
    assert (await desk.engine.showing.view(numbers[1], ANNA, "weging"))["cluster"]["members"] == numbers[1:]


@pytest.mark.allowed("R-D.13")
@pytest.mark.refused("R-D.13")
async def test_those_that_go_on_together_are_together_with_the_next_holder(desk_of: DeskOf) -> None:
    before, desk = await desk_of("assessment"), await desk_of("sources")
    numbers = await barn(before, 2)
    cluster = await joined(before, numbers)
    await decided(before, cluster, numbers)
    handle = arrived(desk.platform, ResearchContent, State.SOURCE_LIST)
    for number in numbers:
        content = going_on(ResearchContent, await before.engine.parts.loader.load(number), {})
        await desk.hears(handle, await desk.letter(ResearchLetter, number, content), "assessment")
    assert await bears(desk, numbers) == [(State.SOURCE_LIST, cluster)] * 2
    listed = Attempt("source-list", "listed", "Voor beide.", {"sources": ["horeca-permits"]})
    await decided(desk, cluster, numbers, attempt=listed)
    known = [shown(one) for one in await desk.engine.showing.decisions(numbers[0], ANNA, "weging")]
    assert [(one.key, one.cluster) for one in known] == [
        ("clustering", None),
        ("weging-2a", cluster),
        ("source-list", cluster),
    ]
    assert await bears(desk, numbers) == [(State.CHECK_1, cluster)] * 2
    forged = content.model_copy(update={"cluster": "C-7K3MQ-9XD4T"})
    with pytest.raises(CannotSucceed, match="its own record does not name"):
        await desk.hears(handle, await desk.letter(ResearchLetter, number, forged), "assessment")
