"""What is known of one dossier, read at once: everything that is judged and shown comes from this value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from itertools import product
from typing import Any, TypeVar
from uuid import UUID

from sqlmodel import SQLModel

from shared.clock import calendar_date
from shared.contracts.dossier import CodedDecision
from shared.contracts.intake import Subject
from shared.engine.documents import Content, Finding, Words
from shared.engine.head import Head
from shared.engine.records import HANDLING, INFORMED_BY, WAS_INFORMED, coded, day_of
from shared.engine.tables import DecisionRow, Dossier, ItemRow, MeetingRow, NoticeRow, TaskRow
from shared.numbers import is_request
from shared.processing import Concerns, is_signal
from shared.protocol import facts as known
from shared.protocol.activities import WHO_ASKS
from shared.protocol.carrying_out import CARRIED_OUT, OnRecord, to_carry_out
from shared.protocol.conditions.orders import IN_QUARANTINE, JUDGED
from shared.protocol.conditions.rectifying import DAY_OF, PUT_RIGHT, SET_RIGHT
from shared.protocol.facts import Facts
from shared.protocol.meetings import takes_part
from shared.protocol.model import Law, Outcome, State
from shared.protocol.rectifying import Standing, split, standing
from shared.protocol.restricting import RESTRICTING, restricted, restrictions

_Own = TypeVar("_Own")


@dataclass(frozen=True)
class Loaded:
    """A dossier at one version. `law` is that of the version under which it began; `decisions` by version.

    `content` is None where the room was not opened, or where there is none. `own`: what only this service knows of it
    (its shelf says which type).
    """

    dossier: Dossier
    law: Law
    today: date
    items: tuple[ItemRow, ...] = ()
    decisions: tuple[DecisionRow, ...] = ()
    tasks: tuple[TaskRow, ...] = ()
    """All that were ever asked."""
    meetings: tuple[MeetingRow, ...] = ()
    notices: tuple[NoticeRow, ...] = ()
    content: Content | None = field(default=None, repr=False)
    others: tuple[str, ...] = ()
    """What can be decided about besides subjects, objects and items, e.g. the signals of a list."""
    own: object = field(default=None)
    own_rows: tuple[SQLModel, ...] = ()
    now: datetime | None = None
    """When it was loaded."""

    @property
    def head(self) -> Head:
        """What was checked, and what a new head is made of."""
        return Head(self.dossier, self.items, self.decisions, self.tasks, self.notices, self.own_rows)

    @property
    def next_turn(self) -> int | None:
        """The turn that a change of it is; None where there is no head."""
        return self.dossier.turn + 1 if self.dossier.mac else None

    @property
    def concerns(self) -> tuple[Concerns, ...]:
        """Whom a processing of it concerns, for the processing log: each person by his S, of a list its signals, of a request who
        asks."""
        row = self.dossier
        if row.subject:
            told = any(one.key == INFORMED_BY for one in self.taken)
            return (Concerns(row.signal, (row.subject,), frozenset({row.subject} if told else ())),)
        if is_signal(row.signal):
            informed = frozenset(one.subject for one in self.notices if one.state == WAS_INFORMED)
            return (Concerns(row.signal, tuple(f"S{n}" for n in range(1, row.people + 1)), informed),)
        if is_request(row.number):
            return (Concerns(row.number, alone=WHO_ASKS),)
        return tuple(Concerns(one) for one in self.others)

    @property
    def number(self) -> str:
        return self.dossier.number

    @property
    def state(self) -> State:
        return State(self.dossier.state)

    @property
    def opened(self) -> Content:
        """The content; raises TypeError when the room was not opened."""
        if self.content is None:
            raise TypeError("the room of this dossier was not opened")
        return self.content

    def mine(self, kind: type[_Own]) -> _Own:
        """`own` as the type that the service's shelf gives it."""
        if not isinstance(self.own, kind):
            raise TypeError(f"the shelf does not load {kind.__name__}")
        return self.own

    @property
    def taken(self) -> tuple[DecisionRow, ...]:
        """The decisions that count, in their order."""
        return tuple(one for one in self.decisions if one.status == "taken" and one.key not in HANDLING)

    def task(self, identifier: UUID) -> TaskRow | None:
        """One that waits for an answer; None for an unknown id."""
        return next((one for one in self.tasks if one.id == identifier and one.closed_at is None), None)

    def decision(self, identifier: UUID | None) -> DecisionRow | None:
        """One that was taken here; None for an unknown id."""
        return next((one for one in self.decisions if one.id == identifier), None)

    def outcome_of(self, decision: DecisionRow) -> Outcome | None:
        """How the law knows the outcome of `decision`; None for what is no decision of the law."""
        rule = self.law.decision(decision.key)
        return rule.outcome(decision.outcome, State(decision.state_before)) if rule else None

    def words_of(self, decision: DecisionRow) -> Words | None:
        """Its reason and fields; None when the room is closed, or for one of an earlier holder."""
        return self.content.words.get(str(decision.id)) if self.content else None

    def fields_of(self, decision: DecisionRow) -> Mapping[str, Any]:
        """What was filled in: all of it from the room, or where there is none the codes and dates."""
        words = self.words_of(decision)
        return words.fields if words else decision.coded or {}

    def after(
        self, decision: DecisionRow, words: Mapping[str, Words], made: Mapping[str, Finding] | None = None
    ) -> Loaded:
        """As it is when `decision` has been taken with these words, and the items that it made."""
        others = tuple(one for one in self.decisions if one.id != decision.id)
        content = self.content
        if content:
            findings = {**content.findings, **(made or {})}
            content = replace(content, words={**content.words, **words}, findings=findings)
        return replace(self, decisions=(*others, decision), content=content)

    def coded(self) -> tuple[CodedDecision, ...]:
        """Every decision so far by its codes, those of earlier holders first."""
        earlier = tuple(CodedDecision.model_validate(one) for one in self.dossier.earlier)
        return (*earlier, *(coded(one, self._day_in(one)) for one in self.decisions))

    def _day_in(self, row: DecisionRow) -> date | None:
        """The day that was filled in of who was told that something is not right, or confirmed it."""
        given = self.fields_of(row).get(DAY_OF.get(row.outcome, "")) if row.key == SET_RIGHT else None
        return date.fromisoformat(str(given)) if given else None

    def acted(self) -> dict[str, tuple[str, ...]]:
        """Who took a decision on it himself, here or with an earlier holder: under which designations."""
        found: dict[str, set[str]] = {}
        for one in self.coded():
            for user_id in {one.recorder, *(() if one.meeting else one.deciders)}:
                found.setdefault(user_id, set()).add(one.role)
        return {user_id: tuple(sorted(roles)) for user_id, roles in sorted(found.items())}

    def acted_as(self, user_id: str) -> list[frozenset[str]]:
        """For each decision on it that somebody took or co-signed, here or with an earlier holder: the designations of
        which one was his."""
        found: list[frozenset[str]] = []
        for one in self.coded():
            if user_id == one.recorder or (user_id in one.deciders and not one.meeting):
                found.append(frozenset((one.role,)))
            elif user_id in (*one.deciders, *one.dissenters):
                found.append(frozenset(takes_part(self.law)))
            rule = self.law.decision(one.key)
            if user_id in one.co_signers and rule:
                found.append(frozenset(rule.who.co_signers))
        return found

    def decided(self, row: DecisionRow) -> Iterator[known.Taken]:
        """What was decided, about each thing: of what was decided together every cell."""
        on = calendar_date(row.taken_at)
        if not row.parts:
            yield known.Taken(
                row.key, row.outcome, tuple(row.about), self.fields_of(row), on, row.taken_at, row.recorder
            )
        words = self.words_of(row)
        for place, part in enumerate(row.parts or ()):
            fields = words.parts[place].fields if words else {}
            for about in product(*part["about"]):
                yield known.Taken(row.key, part["outcome"], about, fields, on, row.taken_at, row.recorder)

    @cached_property
    def standing(self) -> Standing:
        """What was put right, here or by an earlier holder: what no longer counts."""
        earlier = (
            known.Taken(one["key"], one["outcome"], tuple(one.get("about") or ()))
            for one in self.dossier.earlier
            if one["status"] == "taken"
        )
        own = (known.Taken(one.key, one.outcome, tuple(one.about)) for one in self.taken)
        return standing((*earlier, *own))

    @cached_property
    def restricted(self) -> Mapping[str, str]:
        """The persons and items that are only kept, each with the request (shared/protocol/restricting.py); without content the
        items only that the record names. What rights said last counts, whichever was heard last."""
        earlier = (CodedDecision.model_validate(one) for one in self.dossier.earlier if one["key"] == RESTRICTING)
        said = [*earlier, *(coded(one) for one in self.decisions if one.key == RESTRICTING)]
        holding = restrictions((one.outcome, one.about) for one in sorted(said, key=lambda one: one.taken_at))
        return restricted(holding, self._concerns() if self.content else {}, self.standing.person) if holding else {}

    @cached_property
    def bears_on_requests(self) -> tuple[OnRecord, ...]:
        """What was recorded of restrictions, and decided to be carried out, here or with an earlier holder."""
        which = (RESTRICTING, CARRIED_OUT)
        before = (one for one in self.dossier.earlier if one["key"] in which and one["status"] == "taken")
        own = (one for one in self.decisions if one.key in which and one.status == "taken")
        return (
            *(OnRecord(one["key"], one["outcome"], tuple(one["about"]), one["version"]) for one in before),
            *(OnRecord(one.key, one.outcome, tuple(one.about), one.version) for one in own),
        )

    def _concerns(self) -> dict[str, set[str]]:
        """By item the persons whom it is about, as they are known now."""
        content, person = self.opened, self.standing.person
        persons = set(content.subjects)
        found = {
            name: {
                person(code)
                for code in (one.about, *one.persons, *(one.fields.get("subjects") or ()))
                if code in persons
            }
            for name, one in content.findings.items()
        }
        return found | ({"report": {person(code) for code in content.reported}} if "report" in content.raw else {})

    def _right_before(self) -> tuple[known.Taken, ...]:
        """What earlier holders decided by which something was put right, and whom they told."""
        which = (*PUT_RIGHT, SET_RIGHT)
        taken = (CodedDecision.model_validate(one) for one in self.dossier.earlier if one["key"] in which)
        return tuple(
            known.Taken(one.key, one.outcome, one.about, day_of(one), calendar_date(one.taken_at), one.taken_at)
            for one in taken
            if one.status == "taken"
        )

    @property
    def concerned(self) -> dict[str, Subject]:
        """The persons whom it is about: nobody twice, and nobody who proved not to be concerned."""
        found = self.opened.subjects
        return {one: found[one] for one in self.standing.concerned(found)}

    @property
    def used_meetings(self) -> frozenset[str]:
        """The meetings that took a decision on it, here or with an earlier holder."""
        before = (one.get("meeting") for one in self.dossier.earlier if one["key"] not in HANDLING)
        return frozenset(one for one in (*before, *(each.meeting for each in self.taken)) if one)

    def facts(self) -> Facts:
        """What the protocol may know: codes, dates and S1, O1; no name leaves the content."""
        used = self.used_meetings
        content = self.content or Content()
        report = [known.Item("report", "report")] if "report" in content.raw else []
        recorded = [
            known.Item(name, one.category, one.about, one.fields, one.recorded_on, one.corrects or "")
            for name, one in content.findings.items()
        ]
        judged = {one.about[0] for one in self.taken if one.key == JUDGED}
        apart = [one for one in recorded if one.category == IN_QUARANTINE]
        counted = [*report, *(one for one in recorded if one.category != IN_QUARANTINE)]
        items, superseded = split(counted, self.standing)
        return Facts(
            today=self.today,
            number=self.number,
            decisions=tuple(each for one in self.taken for each in self.decided(one)),
            items=items,
            superseded=superseded,
            quarantined=tuple(one for one in apart if one.name not in judged),
            subjects=self.standing.concerned(content.subjects),
            left_out=tuple(sorted(self.standing.left_out)),
            objects=tuple(content.objects),
            meetings={
                one.id: known.Meeting(
                    one.kind, one.held_on, tuple(one.present), tuple(one.agenda), one.id in used, one.closed
                )
                for one in self.meetings
            },
            notices={one.subject: known.Notice(one.state, one.review_on, one.weighed_at) for one in self.notices},
            others=self.others,
            closed_to=tuple(self.dossier.closed_to),
            right_before=self._right_before(),
            same=self.standing.same,
            restricted=self.restricted,
            granted=to_carry_out(self.bears_on_requests),
            before=frozenset(one["key"] for one in self.dossier.earlier if one["status"] == "taken"),
        )
