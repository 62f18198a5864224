"""What a receiver outside the file will read: the items that were chosen, and the persons and objects of those."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeVar

from shared.clock import calendar_date
from shared.contracts.export import ShareContent, SharedItem, ShareLetter
from shared.contracts.intake import ReportedObject, Subject
from shared.engine.documents import REPORT, Content
from shared.engine.effects import CopyByLetter, Disclose
from shared.engine.entitled import bases_of, tasks_of
from shared.engine.loaded import Loaded
from shared.engine.plans import planned_in, without_persons
from shared.engine.tables import DecisionRow
from shared.protocol.conditions import approach

EXPORT, RIEC_INTAKE = "export", "riec-intake"
Described = TypeVar("Described")


def sent(loaded: Loaded, decision: DecisionRow, one: Disclose) -> CopyByLetter:
    """A copy of exactly what `one` discloses, for the service where its receiver finds it."""
    return CopyByLetter(EXPORT, ShareLetter(number=loaded.dossier.signal, letters=()), share_of(loaded, decision, one))


def share_of(loaded: Loaded, decision: DecisionRow, one: Disclose) -> ShareContent:
    """What the receiver of `one` will read."""
    content, plan = loaded.opened, planned_in(loaded, decision)
    items = [name for name in one.items if plan is None or name not in {each.item for each in plan.actions}]
    persons = persons_of(loaded, items)
    return ShareContent(
        number=loaded.dossier.signal,
        protocol=loaded.dossier.protocol,
        recipient_kind=one.recipient_kind,
        recipient=one.recipient,
        decision=decision.key,
        outcome=decision.outcome,
        article=decision.article,
        decided_on=calendar_date(decision.taken_at),
        passes_duty=one.passes_duty,
        tasks=tasks_of(loaded, one),
        bases=bases_of(loaded, one),
        urgent=one.urgent,
        items=tuple(_item(content, name) for name in items),
        answers=_criteria(loaded, decision),
        left_out=len(set(approach.shareable(loaded.facts())) - set(one.items)),
        subjects=persons,
        objects=objects_of(loaded, items),
        plan=plan and without_persons(plan, (*persons, *content.objects)),
    )


def _criteria(loaded: Loaded, decision: DecisionRow) -> dict[str, str | None]:
    """Of an intake: what was answered to each criterion."""
    given = loaded.fields_of(decision).get("criteria") if decision.key == RIEC_INTAKE else None
    return {key: one if isinstance(one, str) else None for key, one in (given or {}).items()}


def _item(content: Content, name: str) -> SharedItem:
    if name == REPORT:
        return SharedItem(item=REPORT, category=REPORT, about=REPORT, text=content.report.text)
    found = content.findings[name]
    return SharedItem(item=name, category=found.category, about=found.about, text=found.finding, matches=found.matches)


def persons_of(loaded: Loaded, items: Collection[str]) -> dict[str, Subject]:
    """Whom who gets `items` comes to know, by S1, S2 …: those of the report go with the report, another with what was
    found about him. Nobody twice, and nobody who proved not to be concerned."""
    content = loaded.opened
    named = {loaded.standing.person(one) for one in _about(content, items)}
    named |= set(content.reported) if REPORT in items else set()
    return {key: one for key, one in loaded.concerned.items() if key in named}


def objects_of(loaded: Loaded, items: Collection[str]) -> dict[str, ReportedObject]:
    """Of which buildings, businesses and so on who gets `items` comes to know, by O1, O2 …"""
    content = loaded.opened
    about = _about(content, items)
    return {key: one for key, one in content.objects.items() if key in about or REPORT in items}


def _about(content: Content, items: Collection[str]) -> set[str]:
    """What the findings among `items` are about, and whom they brought to light."""
    found = [content.findings[name] for name in items if name != REPORT]
    return {one.about for one in found} | {person for one in found for person in one.persons}
