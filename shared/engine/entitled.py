"""What check 2A allows whom, and for which task and on which basis, as people read it: name, law, article, organ (art. 6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from shared.engine.effects import Disclose
from shared.engine.loaded import Loaded
from shared.protocol.conditions import approach


def tasks_of(loaded: Loaded, one: Disclose) -> tuple[str, ...]:
    """Those that were chosen in check 2A for its items, and the one of this share itself."""
    chosen = [str(cell.get("task")) for cell in _cells(loaded, one)]
    return _in_words(loaded.law.choices.named_tasks, (*chosen, one.task))


def bases_of(loaded: Loaded, one: Disclose) -> tuple[str, ...]:
    """The one of this share itself, those of check 2A, and the one on which a partner takes part in the approach."""
    chosen = [str(cell.get("basis")) for cell in _cells(loaded, one)]
    last = loaded.facts().last("approach", "reweighing")
    named = last.fields.get("basis") if last else None
    partner = named.get(one.recipient, "") if isinstance(named, Mapping) else ""
    return _in_words(loaded.law.choices.named_bases, (one.basis, *chosen, partner))


def allowed_in_2a(loaded: Loaded) -> dict[str, list[str]]:
    """The items that check 2A allows, by recipient."""
    allowed: dict[str, list[str]] = {}
    for item, recipient in sorted(approach.cells(loaded.facts(), "check-2a", "may")):
        allowed.setdefault(recipient, []).append(item)
    return allowed


def _cells(loaded: Loaded, one: Disclose) -> list[Mapping[str, object]]:
    """What was filled in when check 2A allowed its items to its receiver."""
    facts = loaded.facts()
    allowed = approach.cells(facts, "check-2a", "may")
    mine = {(item, one.recipient) for item in one.items} & allowed
    return [cell.fields for cell in facts.of("check-2a") if cell.about in mine]


def _in_words(named: Mapping[str, str], codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(named[code] for code in codes if code in named))
