"""What `open-decisions` answers: what can be decided, recorded and taken back now, and what is missing for the rest."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.engine.given import Open, Possible, Withdrawable
from shared.engine.roads import only_to, shares
from shared.engine.shares import FIELDS
from shared.engine.tables import MeetingRow
from shared.http.bodies import Strict
from shared.protocol import open_now
from shared.protocol.consequences import sets_going
from shared.protocol.fields import schema
from shared.protocol.model import Law

Named = Annotated[dict[str, str], Field(description="Codes with what people call them")]
Lacking = Annotated[tuple[str, ...], Field(description="What has to be done first, in words; empty: nothing")]


class OpenOutcome(Strict):
    """An answer. `fields`: the JSON Schema of what it asks; `corrects`: it asks a `correction` besides;
    `urgent`: who can be sent it at once; `sets_going`: in words, what it would set going today; `only_to`: the one receiver
    that it means. `shares`: somebody without the file comes to know something by it, which is read beforehand by
    `POST …/previews`."""

    key: str
    answer: str
    leads_to: str
    sets_going: tuple[str, ...] = ()
    article: str
    forwarding: tuple[str, ...]
    urgent: tuple[str, ...] = ()
    only_to: str | None = None
    shares: bool = False
    fields: dict[str, Any]
    needs: tuple[str, ...] = ()
    corrects: bool = False
    missing: Lacking = ()


class OpenDecision(Strict):
    """A decision of this state. `about`: what has to be named, in this order; `choices`: what can be named for each;
    `about_many`: any number of these; `together`: several can be decided at once, by `parts`; `log_in_anew`: only by who
    logged in just now."""

    key: str
    article: str
    question: str
    can_be_taken: bool
    missing: Lacking
    decided_by: tuple[str, ...]
    meeting: str | None
    co_signed_by: tuple[str, ...]
    about: tuple[str, ...] = ()
    about_many: bool = False
    together: bool = False
    log_in_anew: bool = False
    choices: tuple[Named, ...] = ()
    needs: tuple[str, ...] = ()
    guidance: tuple[str, ...] = ()
    taken_in: str | None = None
    outcomes: list[OpenOutcome]


class OpenRecord(Strict):
    """What can be recorded now by `POST …/items`: `fields` is the JSON Schema of its `fields`; persons who come to light
    are among those. `finding`: in words what was found; without, a source that only verifies gives `matches`.
    `composed`: it is made of items, of which `concerns` says whom and what can go along, and can be read beforehand
    by `POST …/previews`; `finding` is a short note, or absent."""

    category: str
    name: str
    about: tuple[str, ...]
    finding: bool
    composed: bool = False
    fields: dict[str, Any]
    missing: Lacking


class OpenAction(Strict):
    """Something that can be done besides deciding and recording, by a POST to `path` (below the address of
    what it is about, or from `/v1` on): its body is `given` as it stands, with
    what was filled in of `fields` (a JSON Schema) and, where a text has special data, `specialGrounds`. `decision`, `key`:
    the decision or proposal that it is about; `by`: who recorded that.

    `withdraw` takes a decision back until `until`, and only who recorded it can.
    """

    name: str
    question: str
    article: str
    path: str
    given: dict[str, Any]
    fields: dict[str, Any]
    decision: UUID | None = None
    key: str | None = None
    says: str | None = None
    by: str | None = None
    until: AwareDatetime | None = None


class EntitledTo(Strict):
    """For which tasks of his somebody can be given something, and on which bases; `urgent`: on which of these at once."""

    tasks: Named
    bases: Named
    urgent: Named


class OpenMeeting(Strict):
    """A meeting with it on the agenda. `decided`: it has decided on it before, so that another is needed; `closed`: it is over."""

    id: str
    kind: str
    held_on: date
    members: tuple[str, ...]
    present: tuple[str, ...]
    closed: bool
    decided: bool


class OpenDecisions(Strict):
    """`recipients`: who can receive something, by kind; `entitled`: by recipient, what its `task` and `basis` can be;
    `shareable`: the items that could be shared; `concerns`: of each of these the persons and objects that can go along, by S1,
    O1 …; `allowed`: in phase 4, by recipient the items that check 2A allows him; `person_fields`: what of a person can go along
    without the rest, as S1.name; `meetings`: those with it on their agenda, the last first; `in_one_go`: so many steps can
    follow one another from here, by `POST …/steps` (which ones says `GET …/steps`)"""

    version: int
    state: str
    decisions: list[OpenDecision]
    records: list[OpenRecord]
    actions: list[OpenAction]
    recipients: dict[str, Named]
    entitled: dict[str, EntitledTo]
    shareable: tuple[str, ...]
    concerns: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    allowed: dict[str, tuple[str, ...]] | None = None
    person_fields: tuple[str, ...] = FIELDS
    meetings: list[OpenMeeting] = Field(default_factory=list)
    in_one_go: int = 0


def described(found: Open) -> OpenDecisions:
    """As the interface shows it."""
    law = found.law
    return OpenDecisions(
        version=found.version,
        state=found.state,
        decisions=[described_decision(found, one) for one in found.decisions],
        records=[described_record(one) for one in found.records],
        actions=[_action(law, one) for one in found.actions],
        recipients={kind: dict(names) for kind, names in law.choices.organisations.items()} if found.decisions else {},
        entitled=_entitled(law) if found.decisions else {},
        shareable=found.shareable,
        concerns=dict(found.concerns),
        meetings=[_meeting(found, one) for one in found.meetings],
        allowed=None if found.allowed is None else {one: tuple(items) for one, items in found.allowed.items()},
    )


def _meeting(found: Open, row: MeetingRow) -> OpenMeeting:
    members = tuple(sorted(name for one in row.members for name in one.values()))
    same = {name: getattr(row, name) for name in ("id", "kind", "held_on", "closed")}
    return OpenMeeting(**same, members=members, present=tuple(row.present), decided=row.id in found.used)


def _entitled(law: Law) -> dict[str, EntitledTo]:
    chosen = law.choices
    return {
        one: EntitledTo(
            tasks=chosen.tasks_of(one), bases=chosen.bases_for(one), urgent=chosen.bases_for(one, urgent=True)
        )
        for one in chosen.receivers
    }


def described_decision(found: Open, one: open_now.Offered) -> OpenDecision:
    law, state, rule = found.law, found.state, one.rule
    return OpenDecision(
        key=rule.key,
        article=rule.article,
        question=rule.question,
        can_be_taken=one.can_be_taken,
        missing=one.missing,
        decided_by=rule.who.roles,
        meeting=rule.who.meeting,
        co_signed_by=rule.who.co_signers,
        about=rule.about,
        about_many=rule.about_many,
        together=rule.together,
        log_in_anew=rule.log_in_anew,
        choices=tuple({code: law.called(code) for code in codes} for codes in one.about),
        needs=tuple(need.says for need in rule.needs),
        guidance=rule.guidance,
        taken_in=rule.taken_in,
        outcomes=[
            OpenOutcome(
                key=answer.key,
                answer=answer.answer,
                leads_to=answer.leads_to or state,
                sets_going=sets_going(law, rule, answer, state, found.today, found.withdrawal) if found.today else (),
                article=answer.article,
                forwarding=answer.forward_to,
                urgent=answer.urgent_to,
                only_to=only_to(rule, answer),
                shares=shares(rule, answer),
                fields=schema(rule.asked(answer)),
                needs=tuple(need.says for need in answer.needs),
                corrects=answer.corrects,
                missing=one.by_outcome[answer.key],
            )
            for answer in rule.outcomes_in(state)
        ],
    )


def described_record(one: open_now.Recordable) -> OpenRecord:
    category = one.category
    return OpenRecord(
        category=category.key,
        name=category.name,
        about=one.about,
        finding=not category.verification_only,
        composed=category.composed,
        fields=schema(category.fields),
        missing=one.missing,
    )


def _action(law: Law, one: Possible) -> OpenAction:
    shown = OpenAction(
        name=one.name,
        question=one.question,
        article=one.article,
        path=one.path,
        given=dict(one.given),
        fields=one.fields,
    )
    about = one.about.decision if isinstance(one.about, Withdrawable) else one.about
    if about is None:
        return shown
    return shown.model_copy(
        update={
            "decision": about.id,
            "key": about.key,
            "says": law.answered(about.key, about.outcome),
            "by": about.recorder,
            "until": one.about.until if isinstance(one.about, Withdrawable) else None,
        }
    )
