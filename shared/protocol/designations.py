"""Which designations there are, who gives each, to whom and for how long (art. 1 onder k, art. 7)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from shared.protocol.faults import Fault
from shared.protocol.model import Law
from shared.protocol.municipality import Municipality

BEHEERDER, CONTROLLER = "beheerder", "controller"
GIVERS = {BEHEERDER: "de beheerder", CONTROLLER: "de verwerkingsverantwoordelijke"}
BY_CONTROLLER = {"beheerder": "beheerder", "fg": "functionaris gegevensbescherming"}
"""Whom the controller designates himself (art. 7 lid 1)."""
EXCLUDES = {"privacy-officer": "fg", "fg": "privacy-officer"}
RULES = {
    "unknown-role": "Er zijn geen andere aanwijzingen dan deze (art. 7).",
    "oneself": "Niemand wijst zichzelf aan (art. 7 lid 2).",
    "not-by-beheerder": (
        "Wie door de verwerkingsverantwoordelijke is aangewezen, wordt door de beheerder niet aangewezen en niet van die"
        " aanwijzing ontheven (art. 7 lid 1)."
    ),
    "before-start": (
        "Een aanwijzing heeft een begin en een einde en noemt het besluit waarop zij rust; zij geldt zolang als daar staat,"
        " en de beheerder kan haar eerder beëindigen (art. 7 lid 2)."
    ),
    "excluded-by-other-role": (
        "Eén persoon is niet tegelijk privacy officer en functionaris gegevensbescherming (art. 1 onder k)."
    ),
}
"""What the printed protocol says of each fault, by its code."""


@dataclass(frozen=True)
class Wanted:
    """A designation that somebody wants to give. `held`: the roles that the person has at present."""

    role: str
    user_id: str
    by: str
    starts_at: datetime
    ends_at: datetime
    held: Collection[str] = ()


def by_beheerder(chosen: Municipality) -> dict[str, str]:
    """Whom the beheerder designates, by code: who sees the file, who is asked for a task, and those of every source and
    department (art. 7 lid 2)."""
    return {
        **chosen.file_roles,
        "lot-member": "lid van het LOT",
        "privacy-officer": "privacy officer",
        **{f"bronhouder-{one.key}": f"bronhouder ({one.name})" for one in chosen.sources if one.closed},
        **{f"department-{key}": f"uitvoerend onderdeel ({name})" for key, name in chosen.departments.items()},
    }


def designation_fault(law: Law, wanted: Wanted) -> Fault | None:
    """Why the beheerder cannot give this designation; None when he can."""
    if wanted.role not in law.designations:
        return Fault("role", "is geen aanwijzing die dit protocol kent", "art. 7", "unknown-role")
    if wanted.user_id == wanted.by:
        return Fault("userId", "niemand wijst zichzelf aan", "art. 7 lid 2", "oneself")
    if law.designations[wanted.role] != BEHEERDER:
        reason = "wordt door de verwerkingsverantwoordelijke zelf aangewezen, niet door de beheerder"
        return Fault("role", reason, "art. 7 lid 1", "not-by-beheerder")
    if wanted.ends_at <= wanted.starts_at:
        return Fault("endsAt", "moet na het begin liggen", "art. 7 lid 2", "before-start")
    if EXCLUDES.get(wanted.role) in wanted.held:
        reason = "één persoon is niet zowel privacy officer als functionaris gegevensbescherming"
        return Fault("role", reason, "art. 1 onder k", "excluded-by-other-role")
    return None


def ending_fault(law: Law, role: str) -> Fault | None:
    """Why the beheerder cannot end a designation as `role`; None when he can."""
    if law.designations.get(role) == BEHEERDER:
        return None
    reason = "deze aanwijzing gaf de verwerkingsverantwoordelijke, en alleen die beëindigt haar"
    return Fault("role", reason, "art. 7 lid 1", "not-by-beheerder")
