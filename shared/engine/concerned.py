"""Whom and what a receiver comes to know with the items that he gets."""

from __future__ import annotations

from collections.abc import Collection

from shared.contracts.intake import ReportedObject, Subject
from shared.engine.documents import REPORT, Content
from shared.engine.loaded import Loaded
from shared.protocol.conditions import approach


def persons_of(loaded: Loaded, items: Collection[str], *, even_restricted: bool = False) -> dict[str, Subject]:
    """Whom who gets `items` comes to know, by S1, S2 …: those of the report go with the report, another with what was
    found about him. Nobody twice, and nobody who proved not to be concerned, or is restricted."""
    content = loaded.opened
    named = {loaded.standing.person(one) for one in _about(content, items)}
    named |= set(content.reported) if REPORT in items else set()
    left_out = () if even_restricted else loaded.restricted
    return {key: one for key, one in loaded.concerned.items() if key in named and key not in left_out}


def objects_of(loaded: Loaded, items: Collection[str]) -> dict[str, ReportedObject]:
    """Of which buildings, businesses and so on who gets `items` comes to know, by O1, O2 …"""
    content = loaded.opened
    about = _about(content, items)
    return {key: one for key, one in content.objects.items() if key in about or REPORT in items}


def _about(content: Content, items: Collection[str]) -> set[str]:
    """What the findings among `items` are about, and whom they brought to light. Who reads a record of the handling, such as an
    order, knows by that only the code."""
    findings = (content.findings[name] for name in items if name != REPORT)
    found = [one for one in findings if one.category not in approach.PROCESS_CATEGORIES]
    return {one.about for one in found} | {person for one in found for person in one.persons}
