"""The proof of completeness of a request: what each service answered, when, in what and how was looked, with the words of who read a
file (art. 10 lid 1). Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import date
from typing import Any

from services.rights.holdings import answered, held_by
from services.rights.shelf import Moments
from shared.clock import calendar_date
from shared.engine.loaded import Loaded
from shared.protocol.facts import Taken
from shared.protocol.holdings import ANSWERS_ITSELF, is_silent
from shared.protocol.request_kinds import (
    AS_REGISTERED,
    BEZWAAR,
    HOLDER,
    HOLDERS_OF_DATA,
    LOOKED_HOW,
    LOOKED_IN,
    LOOKED_ITEM,
)
from shared.protocol.request_proof import LookedAt

BY_ITSELF = "de dienst zelf, met een bericht"
HOW_ITSELF = ("found-numbers", "nothing-readable")
HELD_IN = {"intake": "register", "export": "register", "retention": "sealed", "oversight": "register"}
"""In what each of these looks."""


def names_of(signal: str, holder: str = "") -> str:
    """With which the names of all that was answered of `signal` begin; of what is sealed by each of its readers, `holder`."""
    of = f"{signal}@{holder}" if holder else signal
    return f"found-{hashlib.sha256(of.encode()).hexdigest()[:12]}-"


def looked_name(begins: str) -> str:
    """Under which name stands how was looked."""
    return f"{begins}looked"


def looked_words(loaded: Loaded) -> dict[str, list[dict[str, Any]]]:
    """By holder how each of its signals was read, in the words of who answered."""
    found: dict[str, list[dict[str, Any]]] = {}
    for name, one in loaded.opened.of_category(LOOKED_ITEM).items():
        told = {"signal": one.fields["signal"], "found": one.fields["found"], "words": one.finding or "", "item": name}
        found.setdefault(one.about, []).append(told)
    return found


def completeness(loaded: Loaded) -> list[dict[str, Any]]:
    """A line for every service that can hold something; one that is silent stands in it as silent. Of a bezwaar nothing is looked
    for."""
    if loaded.opened.findings[AS_REGISTERED].fields["kind"] == BEZWAAR:
        return []
    said = {one.about[0]: one for one in loaded.facts().of(HOLDER) if one.about}
    words = looked_words(loaded)
    lines = []
    for holder, called in HOLDERS_OF_DATA.items():
        line: dict[str, Any] = {"holder": holder, "called": called, "answer": "silent", "where": [], "how": []}
        line |= _by_itself(loaded, holder) if holder in ANSWERS_ITSELF else {}
        if line["answer"] != "silent" or holder not in ANSWERS_ITSELF:
            line |= _by_hand(line, said.get(holder))
        lines.append(line | {"looked": words.get(holder, [])})
    return lines


def _by_itself(loaded: Loaded, service: str) -> dict[str, Any]:
    moments = loaded.mine(Moments)
    rows = [one for one in moments.services if one.service == service]
    if is_silent(answered(rows), service, [one.signal for one in moments.put_before]):
        return {}
    held = [each for one in rows for each in held_by(one)]
    last = max(one.answered_at for one in rows if one.answered_at)
    return {
        "answer": "found" if held else "nothing",
        "by": BY_ITSELF,
        "on": calendar_date(last).isoformat(),
        "where": [LOOKED_IN[HELD_IN[service]]],
        "how": [LOOKED_HOW[one] for one in HOW_ITSELF],
        "held": held,
    }


def _by_hand(line: dict[str, Any], said: Taken | None) -> dict[str, Any]:
    """What a person recorded of it; of a service that answers by itself beside that."""
    if said is None:
        return {}
    fields = said.fields
    where = [*line["where"], *(LOOKED_IN[each] for each in fields["lookedIn"])]
    how = [*line["how"], *(LOOKED_HOW[each] for each in fields["lookedHow"])]
    found = "found" if "found" in (line["answer"], said.outcome) else said.outcome
    by = f"{line['by']}; {fields['by']}" if "by" in line else fields["by"]
    on = max(line.get("on", ""), fields["lookedOn"])
    merged = {"answer": found, "by": by, "on": on}
    return merged | {"where": list(dict.fromkeys(where)), "how": list(dict.fromkeys(how))}


def looked_at(loaded: Loaded, given: Collection[str]) -> tuple[LookedAt, ...]:
    """The proof as who asks reads it. `given`: the items that he gets: of another signal no word goes along."""
    return tuple(
        LookedAt(
            line["holder"],
            line["called"],
            date.fromisoformat(line["on"]),
            (*line["where"], *line["how"]),
            tuple(dict.fromkeys(one["words"] for one in line["looked"] if one["found"] and _of(one["item"], given))),
        )
        for line in completeness(loaded)
        if line["answer"] != "silent"
    )


def _of(looked: str, given: Collection[str]) -> bool:
    begins = looked.removesuffix("looked")
    return any(one.startswith(begins) for one in given)
