"""A code means one thing in the whole file: a refusal, a task or the register shows the one name that belongs to it."""

from __future__ import annotations

from collections.abc import Mapping

from shared.protocol.municipality import Municipality
from shared.protocol.reading import Table

ROLES = ("beheerder", "fg", "privacy-officer", "lot-member", "colleague")
"""Roles of the protocol itself; none of them sees a file (art. 7)."""
BEGINNINGS = ("bronhouder", "department", "lot")
"""How the roles begin that follow from a source, a department or the LOT."""
RECORDS = (
    *("report", "indication", "paper", "question", "intervention", "monitoring", "decision", "child", "none"),
    "reporter-clue",
)
"""What is recorded of the handling itself (Bijlage 1), and the word for no source."""
INSIDE = ("dossier", "bronnen", "indicatoren", "bevoegdheden", "taken", "grondslagen", "overleggen", "onderdelen")
"""The parts of the file whose codes are no organisation from outside."""


def one_meaning(file: Table, made: Municipality) -> None:
    """Note every code that the protocol uses already, or that stands for two things in `file`."""
    places: dict[str, Mapping[str, str]] = {
        "dossier": made.file_roles,
        "bronnen": {one.key: one.name for one in made.sources},
        "indicatoren": {code: name for group in made.indicators for code, name in group.named.items()},
        "bevoegdheden": {key: one.name for key, one in made.powers.items()},
        "taken": {key: one.name for key, one in made.tasks.items()},
        "grondslagen": {key: one.name for key, one in made.bases.items()},
        "overleggen": {kind: kind for kind in made.meetings},
        "onderdelen": made.departments,
        "partners": made.partners,
        "gemeenten": made.municipalities,
    }
    seen: dict[str, tuple[str, str]] = {}
    for place, names in places.items():
        for code, name in names.items():
            _of_the_protocol(file.at(place), code)
            if code in seen:
                file.at(place).wrong(code, f"staat ook onder {seen[code][0]}: een code betekent één ding")
            seen.setdefault(code, (place, name))
    for kind, guests in made.meetings.items():
        here = file.at("overleggen").at(kind)
        for code, name in guests.items():
            _of_the_protocol(here, code)
            place, called = seen.setdefault(code, (f"overleggen.{kind}", name))
            # Who comes from outside may be a partner or a municipality too, and is then called the same.
            if place in INSIDE:
                here.wrong(code, f"staat ook onder {place}, en komt dus niet van buiten (art. 1 onder o)")
            elif called != name:
                here.wrong(code, f"heet onder {place} anders: {called}")


def _of_the_protocol(here: Table, code: str) -> None:
    if code in ROLES or code.partition("-")[0] in BEGINNINGS:
        here.wrong(code, "is in het protocol zelf een rol, zonder dossier (art. 7)")
    elif code in RECORDS:
        here.wrong(code, "hoort in het protocol zelf bij de behandeling (Bijlage 1)")
