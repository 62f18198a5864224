"""Which designations there are, who gives each, to whom and for how long (art. 1 onder k, art. 7, AVG 38 lid 6)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from shared.protocol.faults import Fault
from shared.protocol.model import Law
from shared.protocol.municipality import Municipality
from shared.protocol.terms import add_years

BEHEERDER, CONTROLLER = "beheerder", "controller"
FG, PRIVACY_OFFICER = "fg", "privacy-officer"
GIVERS = {BEHEERDER: "de beheerder", CONTROLLER: "de verwerkingsverantwoordelijke"}
BY_CONTROLLER = {BEHEERDER: "beheerder", FG: "functionaris gegevensbescherming"}
"""Whom the controller designates himself (art. 7 lid 1)."""
_APART = (
    "De functionaris gegevensbescherming heeft geen andere aanwijzing: wie toezicht houdt, beslist niet mee en voert niet"
    " uit (art. 38 lid 6 AVG). Ook de beheerder, de privacy officer en wie het dossier ziet, zijn verschillende mensen"
    " (art. 1 onder k, art. 7)."
)
RULES = {
    "unknown-role": "Er zijn geen andere aanwijzingen dan deze (art. 7).",
    "oneself": "Niemand wijst zichzelf aan (art. 7 lid 2).",
    "not-by-beheerder": (
        "Wie door de verwerkingsverantwoordelijke is aangewezen, wordt door de beheerder niet aangewezen en niet van die"
        " aanwijzing ontheven (art. 7 lid 1)."
    ),
    "unknown-person": (
        "Aangewezen wordt alleen wie bij de inlogvoorziening van de gemeente bekend is, en dus al eens heeft ingelogd"
        " (art. 7 lid 2)."
    ),
    "before-start": (
        "Een aanwijzing heeft een begin en een einde en noemt het besluit waarop zij rust; zij geldt zolang als daar staat,"
        " en de beheerder kan haar eerder beëindigen (art. 7 lid 2)."
    ),
    "before-today": "Een aanwijzing begint niet vóór de dag waarop zij wordt gegeven (art. 7 lid 2).",
    "too-long": (
        "Een aanwijzing eindigt binnen de termijn die hierna bij de termijnen staat; daarna wordt iemand opnieuw aangewezen,"
        " of niet (art. 7 lid 2)."
    ),
    "excluded-by-other-role": _APART,
    "acted-otherwise": (
        "Dat geldt bij één signaal ook door de tijd heen: wie daarbij onder de ene aanwijzing besliste of mede ondertekende,"
        " doet dat daarna niet onder een aanwijzing die daarmee niet samengaat (art. 1 onder k; art. 38 lid 6 AVG)."
    ),
    "proposer-gone": (
        "Een voorstel vervalt met de aanwijzing van wie het deed: een ander ondertekent het dan niet meer (art. 7 lid 2)."
    ),
}
"""What the printed protocol says of each fault, by its code."""


@dataclass(frozen=True)
class Held:
    """A designation that somebody has or will have."""

    role: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Wanted:
    """A designation that somebody wants to give, on `today`. `starts_on`, `ends_on`: the calendar dates of its moments.

    `known`: whether the person can log in. `others`: what he has or will have besides.
    """

    role: str
    user_id: str
    by: str
    starts_at: datetime
    ends_at: datetime
    today: date
    starts_on: date
    ends_on: date
    known: bool = True
    others: Collection[Held] = ()


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


def are_apart(law: Law, one: str, other: str) -> bool:
    """Whether nobody is both `one` and `other` (art. 1 onder k, art. 7, AVG 38 lid 6)."""
    pair = {one, other}
    if len(pair) == 1:
        return False
    alone = {BEHEERDER, PRIVACY_OFFICER}
    return FG in pair or pair == alone or bool(pair & alone and pair & set(law.file_roles))


def designation_fault(law: Law, wanted: Wanted) -> Fault | None:
    """Why the beheerder cannot give this designation; None when he can."""
    if wanted.role not in law.designations:
        return Fault("role", "is geen aanwijzing die dit protocol kent", "art. 7", "unknown-role")
    if wanted.user_id == wanted.by:
        return Fault("userId", "niemand wijst zichzelf aan", "art. 7 lid 2", "oneself")
    if law.designations[wanted.role] != BEHEERDER:
        reason = "wordt door de verwerkingsverantwoordelijke zelf aangewezen, niet door de beheerder"
        return Fault("role", reason, "art. 7 lid 1", "not-by-beheerder")
    if not wanted.known:
        reason = "is niemand die hier ooit heeft ingelogd"
        return Fault("userId", reason, "art. 7 lid 2", "unknown-person")
    return any_giver_fault(law, wanted)


def any_giver_fault(law: Law, wanted: Wanted) -> Fault | None:
    """Why nobody can give this designation, not even the controller; None when it can be given."""
    if wanted.ends_at <= wanted.starts_at:
        return Fault("endsAt", "moet na het begin liggen", "art. 7 lid 2", "before-start")
    if wanted.starts_on < wanted.today:
        return Fault("startsAt", "ligt in het verleden", "art. 7 lid 2", "before-today")
    if wanted.ends_on > add_years(wanted.today, law.terms.designation_years):
        reason = f"ligt verder weg dan {law.terms.designation_years} jaar"
        return Fault("endsAt", reason, "art. 7 lid 2", "too-long")
    for one in wanted.others:
        at_once = one.starts_at < wanted.ends_at and wanted.starts_at < one.ends_at
        if at_once and are_apart(law, one.role, wanted.role):
            reason = f"wie {law.called(one.role)} is, is in dezelfde tijd geen {law.called(wanted.role)}"
            return Fault("role", reason, _article(one.role, wanted.role), "excluded-by-other-role")
    return None


def ending_fault(law: Law, role: str) -> Fault | None:
    """Why the beheerder cannot end a designation as `role`; None when he can."""
    if law.designations.get(role) == BEHEERDER:
        return None
    reason = "deze aanwijzing gaf de verwerkingsverantwoordelijke, en alleen die beëindigt haar"
    return Fault("role", reason, "art. 7 lid 1", "not-by-beheerder")


def acting_fault(law: Law, role: str, acted_as: Iterable[Collection[str]]) -> Fault | None:
    """Why somebody does not act as `role` on a signal; None when he may.

    `acted_as`: for each time that he acted on it before, the designations of which that was one.
    """
    for roles in acted_as:
        if roles and all(are_apart(law, one, role) for one in roles):
            before = " of ".join(law.called(one) for one in sorted(roles))
            reason = f"wie bij dit signaal als {before} heeft beslist, doet dat hier niet als {law.called(role)}"
            return Fault("key", reason, _article(*roles, role), "acted-otherwise")
    return None


def proposal_fault(*, held_since: bool) -> Fault | None:
    """Why what was proposed as `role` is not co-signed; None when it can be. `held_since`: whether who proposed it has
    had that designation since."""
    if held_since:
        return None
    reason = "wie dit voorstelde, is daarvoor niet meer aangewezen: doe een nieuw voorstel"
    return Fault("key", reason, "art. 7 lid 2", "proposer-gone")


def _article(*roles: str) -> str:
    return "art. 38 lid 6 AVG" if FG in roles else "art. 1 onder k, art. 7"
