"""What `open-decisions` answers: what can be decided, recorded and taken back now, and what is missing for the rest."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.engine.given import Open, Withdrawable
from shared.engine.roads import only_to, shares
from shared.engine.shares import FIELDS
from shared.http.bodies import Strict
from shared.protocol import open_now
from shared.protocol.fields import schema
from shared.protocol.model import Law, State

Named = Annotated[dict[str, str], Field(description="Codes with what people call them")]
Lacking = Annotated[tuple[str, ...], Field(description="What has to be done first, in words; empty: nothing")]


class OpenOutcome(Strict):
    """An answer. `fields`: the JSON Schema of what it asks; `corrects`: it asks a `correction` besides;
    `urgent`: who can be sent it at once; `only_to`: the one receiver that it means. `shares`: somebody without the file comes
    to know something by it, which is read beforehand by `POST …/previews`."""

    key: str
    answer: str
    leads_to: str
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
    `about_many`: any number of these; `together`: several can be decided at once, by `parts`."""

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
    """Something that can be done besides deciding: `withdraw` takes `decision` back, by `POST …/withdrawals`, until
    `until`, by who recorded it."""

    name: Literal["withdraw"]
    decision: UUID
    key: str
    says: str
    by: str
    until: AwareDatetime


class EntitledTo(Strict):
    """For which tasks of his somebody can be given something, and on which bases; `urgent`: on which of these at once."""

    tasks: Named
    bases: Named
    urgent: Named


class OpenDecisions(Strict):
    """`recipients`: who can receive something, by kind; `entitled`: by recipient, what its `task` and `basis` can be;
    `shareable`: the items that could be shared; `concerns`: of each of these the persons and objects that can go along, by S1,
    O1 …; `allowed`: in phase 4, by recipient the items that check 2A allows him; `person_fields`: what of a person can go along
    without the rest, as S1.name"""

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


def described(found: Open) -> OpenDecisions:
    """As the interface shows it."""
    law = found.law
    return OpenDecisions(
        version=found.version,
        state=found.state,
        decisions=[_decision(law, one, found.state) for one in found.decisions],
        records=[_record(one) for one in found.records],
        actions=[_withdraw(one) for one in found.withdrawable],
        recipients={kind: dict(names) for kind, names in law.choices.organisations.items()} if found.decisions else {},
        entitled=_entitled(law) if found.decisions else {},
        shareable=found.shareable,
        concerns=dict(found.concerns),
        allowed=None if found.allowed is None else {one: tuple(items) for one, items in found.allowed.items()},
    )


def _entitled(law: Law) -> dict[str, EntitledTo]:
    chosen = law.choices
    return {
        one: EntitledTo(
            tasks=chosen.tasks_of(one), bases=chosen.bases_for(one), urgent=chosen.bases_for(one, urgent=True)
        )
        for one in chosen.receivers
    }


def _decision(law: Law, one: open_now.Offered, state: State) -> OpenDecision:
    rule = one.rule
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
        choices=tuple({code: law.called(code) for code in codes} for codes in one.about),
        needs=tuple(need.says for need in rule.needs),
        guidance=rule.guidance,
        taken_in=rule.taken_in,
        outcomes=[
            OpenOutcome(
                key=answer.key,
                answer=answer.answer,
                leads_to=answer.leads_to or state,
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


def _record(one: open_now.Recordable) -> OpenRecord:
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


def _withdraw(one: Withdrawable) -> OpenAction:
    row = one.decision
    return OpenAction(name="withdraw", decision=row.id, key=row.key, says=one.says, by=row.recorder, until=one.until)
