"""What the RIEC signs is taken over as it is, and looks otherwise than what somebody enters by hand (R-T.20, R-21.6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from deploy.riec_counterpart.keys import OwnKeys
from services.casework.outside import OUTSIDE
from services.casework.policy import CaseworkPolicy
from services.casework.store import CaseShelf, SaidRow
from services.casework.use_cases import Hearing
from shared.bus.inbox import Incoming
from shared.clock import calendar_date
from shared.contracts.dossier import Disclosed
from shared.contracts.export import OutsideTold, ShareLetter
from shared.engine.tables import DecisionRow, Dossier
from shared.errors import CannotSucceed, Conflict, Invalid, NotBelieved
from shared.identity import Person
from shared.protocol.model import State
from shared.protocol.phase_4_approach import RIEC_CRITERIA
from shared.receivers import read_receivers
from tests.platform.conftest import BaoOf, DatabaseOf
from tests.platform.desk import ANNA, VERSION, Desk
from tests.platform.real import Postgres

BRAM = Person("bram", frozenset({"vervanger"}), has_just_proved=True)
CRITERIA = dict.fromkeys(RIEC_CRITERIA, "Uit eigen waarneming.")
DIGEST = "0" * 64


@dataclass
class AtTheRiec:
    """A case whose intake was handed in, and the RIEC that has it."""

    desk: Desk
    riec: OwnKeys
    hearing: Hearing
    number: str = ""
    share: str = ""

    async def says(self, kind: str, **more: Any) -> UUID:
        statement = self.riec.says(self.share, DIGEST, kind, **more)
        await self.hears(statement)
        (row,) = await self.desk.rows(SaidRow, number=self.number, statement=statement)
        return UUID(str(row.id))

    async def hears(self, statement: str, number: str | None = None) -> None:
        message = OutsideTold(number=number or self.number, statement=statement)
        await self.desk.hears(self.hearing.told, message, "export")

    async def answers(self, outcome: str, statement: UUID | None = None, **more: str) -> Any:
        fields = {"decidedOn": self.today, "explanation": "Zoals besproken.", **more}
        fields |= {"statement": str(statement)} if statement else {}
        return await self.desk.decide(self.number, "riec-answer", outcome, fields=fields)

    async def gives(self, outcome: str, statement: UUID, about: tuple[str, ...]) -> Any:
        fields = {"statement": str(statement), "necessity": "Het vult de intake aan."}
        made = await self.desk.decide(self.number, "riec-supplement", outcome, about=about, fields=fields)
        return await self.desk.decide(
            self.number, "riec-supplement", "agree", BRAM, confirms=(await self.desk.decision(made)).id
        )

    async def shown(self) -> dict[str, Any]:
        loaded = await self.desk.engine.parts.loader.load(self.number)
        return self.desk.engine.policy.show(loaded)

    async def faults(self, act: Callable[[], Any]) -> set[str]:
        with pytest.raises(Invalid) as caught:
            await act()
        return {one.code for one in caught.value.faults}

    @property
    def today(self) -> str:
        return calendar_date(self.desk.clock.now()).isoformat()


@pytest.fixture
async def at_the_riec(database_of: DatabaseOf, bao_of: BaoOf, tmp_path: Path) -> AtTheRiec:
    riec = OwnKeys.of(tmp_path / "riec")
    file = tmp_path / "ontvangers.toml"
    file.write_text(riec.public_halves())
    database, bao, access = await database_of("casework"), bao_of("casework"), bao_of("access")
    desk = Desk("casework", CaseworkPolicy(), database, bao, access, tmp_path, CaseShelf())
    receivers = read_receivers(file, desk.platform.settings.laws.configured)
    desk.engine.policy._receivers = receivers  # type: ignore[attr-defined]
    desk.designated |= {("bram", "vervanger")}
    await desk.ready()
    found = AtTheRiec(desk, riec, Hearing(desk.engine, receivers))
    found.number, found.share = await handed_in(desk)
    return found


async def handed_in(desk: Desk) -> tuple[str, str]:
    """A case whose intake was handed in: its number, and the number of the share."""
    number = await desk.arrives(State.RIEC_INTAKE)
    await desk.add(chosen(desk, number))
    await desk.believe(number)
    await desk.decide(number, "check-2a", "may", about=("report", "riec"), fields={"task": "intake-georganiseerd"})
    made = await intake(desk, number)
    await desk.decide(number, "riec-intake", "agree", BRAM, confirms=(await desk.decision(made)).id)
    (share,) = await shares_of(desk, number)
    return number, share


async def intake(desk: Desk, number: str) -> Any:
    """That an intake is handed in, as it is proposed."""
    fields = {"criteria": CRITERIA, "handedInOn": calendar_date(desk.clock.now()).isoformat()}
    return await desk.decide(number, "riec-intake", "handed-in", fields=fields)


async def shares_of(desk: Desk, number: str) -> set[str]:
    return {str(one.id) for one in await desk.post(number, ShareLetter.event)}


def chosen(desk: Desk, number: str) -> DecisionRow:
    """That the LOT chose for the RIEC, as casework would have it."""
    now = desk.clock.now()
    return DecisionRow(
        id=uuid4(),
        number=number,
        version=1,
        key="approach",
        outcome="riec-intake",
        article="art. 21",
        status="taken",
        state_before=State.APPROACH,
        state_after=State.RIEC_INTAKE,
        ends=False,
        deciders=["anna"],
        dissenters=[],
        co_signers=[],
        recorder="anna",
        role="oov",
        about=[],
        taken_at=now,
        effective_at=now,
        protocol=VERSION,
        sends=[],
        next_at=now,
    )


@pytest.mark.allowed("R-T.20", "R-21.6", "R-21.5")
@pytest.mark.refused("R-T.20")
async def test_a_signed_refusal_is_taken_over_and_leads_to_the_reweighing(at_the_riec: AtTheRiec) -> None:
    desk, number = at_the_riec.desk, at_the_riec.number
    await at_the_riec.says("received")
    assert await desk.open_tasks(number) == [], "that it has it asks nothing of anybody"
    said = await at_the_riec.says("answered", outcome="refused", decided_on=at_the_riec.today)
    mine = {one.role: one for one in await desk.open_tasks(number)}
    assert {(one.kind, one.item) for one in mine.values()} == {(OUTSIDE, str(said))}
    assert set(mine) == {"oov", "vervanger"}
    _, task = await desk.engine.tasks.one(mine["oov"].id, ANNA, "besluit")
    assert (task["said"]["by"], task["said"]["outcome"], task["said"]["decided_on"]) == (
        "riec",
        "refused",
        at_the_riec.today,
    )
    # What was signed is not entered otherwise, or as if it had been heard by telephone.
    for outcome, statement, code in (
        ("accepted", said, "not-what-was-signed"),
        ("not-accepted", None, "signed-answer-waits"),
        ("not-accepted", uuid4(), "signed-answer-waits"),
    ):
        assert await at_the_riec.faults(partial(at_the_riec.answers, outcome, statement)) == {code}
    taken = await desk.decision(await at_the_riec.answers("not-accepted", said))
    assert taken.state_after == State.REWEIGHING
    assert await desk.open_tasks(number) == []
    shown = await at_the_riec.shown()
    assert shown["riecAnswer"] == "signed"
    assert {(one["kind"], one.get("outcome")) for one in shown["outside"]} == {
        ("received", None),
        ("answered", "refused"),
    }


@pytest.mark.allowed("R-T.20", "R-21.4")
async def test_an_answer_that_came_otherwise_is_entered_and_looks_it(at_the_riec: AtTheRiec) -> None:
    unknown = partial(at_the_riec.answers, "accepted", uuid4())
    assert await at_the_riec.faults(unknown) == {"no-such-answer"}
    await at_the_riec.answers("accepted-with-local-part")
    shown = await at_the_riec.shown()
    assert (shown["riecAnswer"], shown["riecCase"]) == ("entered", True)


@pytest.mark.allowed("R-T.20", "R-21.4", "R-24.2")
@pytest.mark.refused("R-T.20")
async def test_what_is_signed_after_an_answer_was_entered_counts_and_both_stay(at_the_riec: AtTheRiec) -> None:
    """By hand: taken up elsewhere, and so monitored here. What the RIEC signs later lands in the same case."""
    desk, number = at_the_riec.desk, at_the_riec.number
    review = (calendar_date(desk.clock.now()) + timedelta(days=30)).isoformat()
    entered = await desk.decision(await at_the_riec.answers("accepted-elsewhere", reviewOn=review))
    assert entered.state_after == State.RIEC_MONITORING
    assert (await at_the_riec.shown())["riecReviewOn"] == review
    (row,) = await desk.rows(Dossier, number=number)
    assert str(row.due_on) == review, "the work list says so too"
    asked = await at_the_riec.says("asked", questions=[{"about": "report", "asks": "current"}])
    close = partial(desk.decide, number, "close", "closed", fields={"result": "Niets meer te volgen."})
    assert "riec-heard-out" in await at_the_riec.faults(close)
    await at_the_riec.gives("nothing", asked, ())
    # Nothing is entered twice; what was signed is named, and nothing ends without it.
    assert await at_the_riec.faults(partial(at_the_riec.answers, "not-accepted")) == {"riec-asked"}
    said = await at_the_riec.says("answered", outcome="refused", decided_on=at_the_riec.today)
    assert {one.item for one in await desk.open_tasks(number)} == {str(said)}
    assert "riec-heard-out" in await at_the_riec.faults(close)
    assert await at_the_riec.faults(partial(at_the_riec.answers, "not-accepted")) == {"signed-answer-waits"}
    taken = await desk.decision(await at_the_riec.answers("not-accepted", said))
    assert taken.state_after == State.REWEIGHING
    shown = await at_the_riec.shown()
    assert (shown["riecAnswer"], shown["riecCase"], shown["riecReviewOn"]) == ("signed", False, None)
    assert {one["digest"] for one in shown["outside"]} == {DIGEST}
    outcomes = [one.outcome for one in await desk.rows(DecisionRow, number=number, key="riec-answer")]
    assert sorted(outcomes) == ["accepted-elsewhere", "not-accepted"]
    again = partial(at_the_riec.answers, "not-accepted", said)
    assert await at_the_riec.faults(again) == {"riec-asked"}


@pytest.mark.allowed("R-T.20")
@pytest.mark.parametrize(
    ("signed", "fits", "differs"),
    [("accepted-with-local-part", "accepted-with-local-part", "accepted"), ("accepted", "accepted", "not-accepted")],
)
async def test_accepted_with_a_local_part_or_without(
    at_the_riec: AtTheRiec, signed: str, fits: str, differs: str
) -> None:
    said = await at_the_riec.says("answered", outcome=signed, decided_on=at_the_riec.today)
    assert await at_the_riec.faults(partial(at_the_riec.answers, differs, said)) == {"not-what-was-signed"}
    taken = await at_the_riec.desk.decision(await at_the_riec.answers(fits, said))
    assert taken.state_after == State.PLAN
    assert (await at_the_riec.shown())["riecCase"]


@pytest.mark.refused("R-T.20")
async def test_nobody_speaks_for_the_riec(at_the_riec: AtTheRiec, postgres: Postgres, tmp_path: Path) -> None:
    """Not somebody else's key, not export about another signal, not twice, and not a row."""
    desk, number, share = at_the_riec.desk, at_the_riec.number, at_the_riec.share
    said = {"outcome": "accepted", "decided_on": at_the_riec.today}
    stranger = OwnKeys.of(tmp_path / "stranger").says(share, DIGEST, "answered", **said)
    right = at_the_riec.riec.says(share, DIGEST, "answered", **said)
    other, _ = await handed_in(desk)
    elsewhere = at_the_riec.riec.says(str(uuid4()), DIGEST, "answered", **said)
    for statement, of in ((stranger, number), (right, other), (elsewhere, number), ("", number)):
        with pytest.raises(CannotSucceed):
            await at_the_riec.hears(statement, of)
    with pytest.raises(CannotSucceed):
        await at_the_riec.hearing.told(
            Incoming(uuid4(), "sources", signed=True), OutsideTold(number=number, statement=right)
        )
    assert (await at_the_riec.shown())["outside"] == []
    for _ in range(2):
        await at_the_riec.hears(right)
    assert len((await at_the_riec.shown())["outside"]) == 1
    assert len(await desk.open_tasks(number)) == 2
    # Who writes rows adds no answer, and takes none away.
    for change in (
        f"INSERT INTO said SELECT gen_random_uuid(), number, statement, heard_at FROM said WHERE number = '{number}'",
        f"DELETE FROM said WHERE number = '{number}'",
    ):
        await postgres.superuser("casework")(change)
        with pytest.raises(NotBelieved):
            await at_the_riec.shown()


@pytest.mark.allowed("R-T.20", "R-20.1", "R-T.14")
@pytest.mark.refused("R-T.20", "R-20.1")
async def test_a_question_is_answered_with_one_more_share(at_the_riec: AtTheRiec) -> None:
    desk, number = at_the_riec.desk, at_the_riec.number
    asked = await at_the_riec.says("asked", questions=[{"about": "report", "asks": "more"}])
    assert {one.item for one in await desk.open_tasks(number)} == {str(asked)}
    shown = (await at_the_riec.shown())["outside"][0]
    assert shown["questions"] == [{"about": "report", "asks": "more"}]
    recorded = await desk.record(number, "bag", "O1", "Bestemming: industrie.")
    item = recorded.item
    unasked = partial(at_the_riec.gives, "given", uuid4(), ("report",))
    assert await at_the_riec.faults(unasked) == {"no-such-question"}
    assert await at_the_riec.faults(partial(at_the_riec.gives, "given", asked, (item,))) == {"riec-may-have-these"}
    await desk.decide(number, "check-2a", "may", about=(item, "riec"), fields={"task": "intake-georganiseerd"})
    await at_the_riec.gives("given", asked, (item,))
    # One line in the register, of this item alone, and one share that the RIEC fetches as it did the first.
    lines = [Disclosed.model_validate_json(one.body or b"") for one in await desk.post(number, Disclosed.event)]
    assert [(one.recipient, one.items) for one in lines] == [("riec", ("report",)), ("riec", (item,))]
    assert len(await desk.post(number, ShareLetter.event)) == 2
    assert await desk.open_tasks(number) == []
    again = partial(at_the_riec.gives, "nothing", asked, ())
    assert await at_the_riec.faults(again) == {"no-such-question"}
    # It asks about what it got then, too; and may get nothing.
    (at_the_riec.share,) = await shares_of(desk, number) - {at_the_riec.share}
    more = await at_the_riec.says("asked", questions=[{"about": item, "asks": "current"}])
    await at_the_riec.gives("nothing", more, ())
    assert len(await desk.post(number, ShareLetter.event)) == 2
    # And it answers the intake with whichever share it has at hand: that is taken over as any.
    said = await at_the_riec.says("answered", outcome="refused", decided_on=at_the_riec.today)
    assert await at_the_riec.faults(partial(at_the_riec.answers, "not-accepted")) == {"signed-answer-waits"}
    answered = await desk.decision(await at_the_riec.answers("not-accepted", said))
    assert answered.state_after == State.REWEIGHING
    assert await desk.open_tasks(number) == []


@pytest.mark.allowed("R-T.20", "R-21.6")
@pytest.mark.refused("R-T.20", "R-21.6")
async def test_a_signed_answer_is_not_lost_by_another_intake(at_the_riec: AtTheRiec) -> None:
    """Not by one that is proposed while it waits, nor by one that waited for its second signature when it came."""
    desk, number = at_the_riec.desk, at_the_riec.number
    await at_the_riec.answers("accepted")
    again = partial(intake, desk, number)
    proposed = await desk.decision(await again())
    said = await at_the_riec.says("answered", outcome="refused", decided_on=at_the_riec.today)
    with pytest.raises(Conflict, match="ondertekende antwoord"):
        await desk.decide(number, "riec-intake", "agree", BRAM, confirms=proposed.id)
    await desk.decide(number, "riec-intake", "withdraw", confirms=proposed.id)
    assert await at_the_riec.faults(again) == {"riec-answer-taken-over"}
    taken = await desk.decision(await at_the_riec.answers("not-accepted", said))
    assert taken.state_after == State.REWEIGHING
