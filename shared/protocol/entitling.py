"""Who may be given something, for which task of his and on which basis: read from a municipality's file (art. 6, 12 lid 3).

Both are chosen from a list, with law, article and organ; each says for whom it is. What does not fit a receiver is refused
with what would be possible (conditions/entitled.py).
"""

from __future__ import annotations

from shared.protocol.municipality import Entitled, Municipality
from shared.protocol.reading import Table

KIND_BY_WORD = {"onderdelen": "department", "partners": "partner", "gemeenten": "municipality"}
"""The parts of the file whose organisations receive, and what kind each is."""
NO_TASK = "geen-taak"
"""That a receiver has no task for which something is needed: only with a refusal."""


def tasks(table: Table) -> dict[str, Entitled]:
    """Statutory tasks of who receives something (art. 6 lid 1)."""
    return {key: _entitled(table, key, table.table(key)) for key in table.keys}


def bases(table: Table) -> dict[str, Entitled]:
    """On which basis the municipality gives it (art. 6 lid 1 AVG)."""
    return {key: _entitled(table, key, table.table(key), urgent=True) for key in table.keys}


def _entitled(table: Table, key: str, one: Table, *, urgent: bool = False) -> Entitled:
    table.is_code(key, key)
    if key == NO_TASK:
        table.wrong(key, "betekent in het protocol zelf dat er geen taak is (art. 20)")
    receivers = tuple(KIND_BY_WORD.get(name, name) for name in one.texts("voor"))
    made = Entitled(
        one.name("naam"),
        one.name("wet"),
        one.name("artikel"),
        one.name("orgaan"),
        receivers,
        urgent=one.flag("spoed") if urgent else False,
    )
    one.finish()
    return made


def every_receiver(file: Table, made: Municipality) -> None:
    """Note who is named and is nobody, and who could be given nothing for lack of a task or a basis."""
    for place, entitled in (("taken", made.tasks), ("grondslagen", made.bases)):
        for key, one in entitled.items():
            for name in one.receivers:
                if name not in made.receivers and name not in KIND_BY_WORD.values():
                    known = "onderdelen, partners, gemeenten of een code daaronder"
                    file.at(place).at(key).wrong("voor", f"{name} is geen ontvanger: {known}")
    for receiver in made.receivers:
        if not made.tasks_of(receiver):
            file.wrong("taken", f"er is geen taak waarvoor {receiver} iets kan krijgen (art. 6 lid 1)")
        if not made.bases_for(receiver):
            file.wrong("grondslagen", f"er is geen grondslag waarop {receiver} iets kan krijgen (art. 6 lid 1)")
