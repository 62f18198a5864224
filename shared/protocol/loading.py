"""From a municipality's file to its choices, or to everything that is wrong with the file, in words.

The rules that no municipality can set aside are judged here: each names its article.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from shared.protocol.codes import one_meaning
from shared.protocol.entitling import bases, every_receiver, tasks
from shared.protocol.library import indicators
from shared.protocol.live import NOTICE
from shared.protocol.municipality import (
    ORGANS,
    POLICE,
    Municipality,
    Power,
    SecurityPolicy,
    Source,
    TakingIntoUse,
    Terms,
    Who,
)
from shared.protocol.processing import processing
from shared.protocol.reading import KIND_OF_MEETING, Table
from shared.protocol.syntax import Unreadable, read_toml

MEETING_DECIDES = {"weging-3": "art. 15 lid 1", "approach": "art. 21 lid 1", "reweighing": "art. 21 lid 2 onder b"}
"""What a meeting decides and not one person."""
PERSON_DECIDES = (
    *("purpose", "no-signal", "weging-1", "weging-2a", "weging-2b", "informing", "source-list", "check-1"),
    *("check-1-done", "answer", "hit-check-done", "check-1b", "weging-4", "check-2a", "check-2a-done"),
    *("riec-intake", "riec-answer", "adopt-plan", "check-2b", "check-2b-done", "execution", "close", "hold"),
    *("duty", "review", "ground-lapsed", "contact", "notice-sent"),
)
"""Of the rest the protocol itself says who decides."""
CO_SIGNERS = ("privacy-officer", "beheerder")
"""Who can co-sign besides those who see the file."""
LEAST_QUORUM = 2
LEAST_COUNT = 3
"""A figure of one or two says who they are (art. 9 lid 3)."""
MOST_YEARS = 30
MOST_DESIGNATION_YEARS = 2
"""So long somebody is designated at most, before it is looked at anew whether he still should be (art. 7 lid 2)."""


class Unacceptable(Exception):
    """A municipality's file is not accepted; `problems` are sentences, all of them."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


def read(file: Path) -> Municipality:
    """The choices in `file`; raises Unacceptable with every problem, each with the file's name."""
    try:
        return municipality(read_toml(file))
    except Unreadable as problem:
        raise Unacceptable([f"{file}: {problem}"]) from None
    except Unacceptable as problem:
        raise Unacceptable([f"{file}: {one}" for one in problem.problems]) from None


def municipality(values: Mapping[str, Any]) -> Municipality:
    """The choices in `values`; raises Unacceptable with everything that is wrong."""
    problems: list[str] = []
    file = Table(values, problems)
    file_roles = file.named("dossier")
    if not file_roles:
        file.wrong("dossier", "niemand ziet het dossier (art. 7 lid 2)")
    meetings = _meetings(file.table("overleggen"))
    made = Municipality(
        version=file.code("versie"),
        name=file.name("gemeente"),
        title=file.name("titel"),
        in_force_from=file.day("in_werking"),
        selection_list=file.name("selectielijst", empty=True) or None,
        file_roles=file_roles,
        who=_who(file, set(file_roles), meetings),
        sources=_sources(file.table("bronnen")),
        indicators=indicators(file.tables("indicatoren"), file),
        powers=_powers(file.table("bevoegdheden")),
        tasks=tasks(file.table("taken")),
        bases=bases(file.table("grondslagen")),
        departments=file.named("onderdelen"),
        partners=file.named("partners"),
        municipalities=file.named("gemeenten"),
        meetings=meetings,
        attendance_by=file.one_of("aanwezigheid", {"voorzitter": "chair", "lid": "self"}),
        terms=_terms(file.table("termijnen")),
        notice=_notice(file.table("kennisgeving")),
        taking_into_use=_taking_into_use(file.table("ingebruikneming")),
        processing=processing(file.table("verwerkingen")),
        reminders=_reminders(file.table("rechten")),
        security_policy=_security_policy(file.table("beveiligingsbeleid")),
        **_figures(file.table("cijfers")),
    )
    _needed(file, made)
    every_receiver(file, made)
    one_meaning(file, made)
    file.finish()
    if problems:
        raise Unacceptable(problems)
    return made


def _figures(table: Table) -> dict[str, Any]:
    """How figures are told, and whether counts are kept (art. 9 lid 3); who keeps them says under which licence."""
    licence = table.text("licentie", empty=True) if "licentie" in table.keys else ""
    kept = table.flag("bewaren")
    if licence and not re.fullmatch(r"https?://[^\s/]+\S*", licence):
        table.wrong("licentie", "moet een adres zijn")
    elif kept and not licence:
        table.wrong("licentie", "moet zijn ingevuld als er aantallen worden bewaard")
    smallest = table.number("kleinste_aantal", LEAST_COUNT, 100)
    table.finish()
    return {"smallest_count": smallest, "counts_kept": kept, "licence": licence}


def _terms(table: Table) -> Terms:
    terms = Terms(
        not_a_case_years=table.number("geen_casus_jaren", 1, MOST_YEARS),
        ended_in_phase_4_years=table.number("beeindigd_in_fase_4_jaren", 1, MOST_YEARS),
        case_active_years=table.number("casus_actief_jaren", 1, MOST_YEARS),
        case_kept_years=table.number("casus_niet_actief_jaren", 1, MOST_YEARS),
        approval_days=table.number("goedkeuren_dagen", 1, 365),
        ultimate_days=table.number("uiterlijk_vernietigen_dagen", 1, 365),
        # AVG article 14 lid 3: at the latest within a month.
        notice_months=table.number("informeren_maanden", 1, 1),
        review_months=table.number("uitstel_maanden", 1, 12),
        designation_years=table.number("aanwijzing_jaren", 1, MOST_DESIGNATION_YEARS),
        finding_days=table.number("bevinding_dagen", 1, 90),
        urgent_days=table.number("spoed_beoordelen_dagen", 1, 30),
        # Shorter than the month of AVG article 12 lid 3, whatever month it is.
        request_days=table.number("verzoek_dagen", 1, 28),
        request_kept_years=table.number("verzoek_bewaren_jaren", 1, MOST_YEARS),
        breach_kept_years=table.number("datalek_bewaren_jaren", 1, MOST_YEARS),
        no_breach_kept_years=table.number("geen_datalek_bewaren_jaren", 1, MOST_YEARS),
        trail_kept_years=table.number("auditspoor_bewaren_jaren", 1, MOST_YEARS),
        register_kept_years=table.number("register_bewaren_jaren", 1, MOST_YEARS),
        designation_kept_years=table.number("aanwijzing_bewaren_jaren", 1, MOST_YEARS),
        report_known_years=table.number("melding_herkennen_jaren", 1, MOST_YEARS),
    )
    if terms.ultimate_days <= terms.approval_days:
        table.wrong("uiterlijk_vernietigen_dagen", "moet na de termijn van goedkeuren_dagen liggen (art. 9 lid 1)")
    table.finish()
    return terms


def _reminders(table: Table) -> tuple[int, ...]:
    """After how many days a request is called to mind; each before the answer is due."""
    days = table.numbers("herinneringen", 1, 27)
    table.finish()
    if list(days) != sorted(set(days)):
        table.wrong("herinneringen", "moet oplopen, zonder herhaling")
    return days


def _who(file: Table, file_roles: set[str], meetings: Mapping[str, Mapping[str, str]]) -> dict[str, Who]:
    """Per decision who takes it; each once, none left out, and a meeting where the protocol asks for one."""
    found: dict[str, Who] = {}
    for table in file.tables("besluiten"):
        meeting = table.text("overleg") if "overleg" in table.keys else None
        quorum = table.number("quorum", LEAST_QUORUM, 100) if meeting is not None else 0
        who = Who(table.texts("door"), table.texts("samen_met", required=False), meeting, quorum)
        for role in set(who.roles) - file_roles:
            table.wrong("door", f"{role} ziet het dossier niet en kan dus niet besluiten (art. 7 lid 2)")
        for role in set(who.co_signers) - file_roles - set(CO_SIGNERS):
            table.wrong("samen_met", f"{role} kan niet mede ondertekenen")
        if meeting is not None and meeting not in meetings:
            table.wrong("overleg", f"{meeting} staat niet onder [overleggen]")
        elif meeting is not None and meetings[meeting]:
            table.wrong("overleg", f"aan {meeting} nemen anderen dan de gemeente deel (art. 1 onder n)")
        for key in table.texts("welke"):
            if key in found:
                table.wrong("welke", f"{key} staat er meer dan eens")
            if key not in {*MEETING_DECIDES, *PERSON_DECIDES}:
                table.wrong("welke", f"{key} is geen besluit waarover een gemeente kiest wie het neemt")
            elif key in MEETING_DECIDES and meeting is None:
                table.wrong(
                    "welke", f"{key} wordt door een overleg genomen, niet door één mens ({MEETING_DECIDES[key]})"
                )
            elif key in PERSON_DECIDES and meeting is not None:
                table.wrong("welke", f"{key} wordt door een mens genomen, niet door een overleg")
            found[key] = who
        table.finish()
    for key in (*PERSON_DECIDES, *MEETING_DECIDES):
        if key not in found:
            file.wrong("besluiten", f"niemand neemt {key}")
    return found


def _sources(table: Table) -> tuple[Source, ...]:
    found = []
    for key in table.keys:
        one = table.table(key)
        table.is_code(key, key)
        source = Source(
            key,
            one.name("naam"),
            one.number("vanaf_fase", 1, 3),
            closed=one.flag("gesloten"),
            verification_only=one.flag("alleen_verificatie"),
            persons=one.flag("personen"),
            online=one.flag("internet"),
        )
        if source.closed and source.from_phase < 3:
            one.wrong("vanaf_fase", "een gesloten bron wordt pas in fase 3 geraadpleegd (art. 17, art. 18 lid 1)")
        if source.verification_only and (source.closed or source.persons):
            one.wrong("alleen_verificatie", "gaat niet samen met gesloten of personen (Bijlage 1)")
        if source.online and (source.closed or source.verification_only):
            one.wrong("internet", "gaat niet samen met gesloten of alleen_verificatie (Bijlage 1)")
        one.finish()
        found.append(source)
    if not any(one.closed for one in found):
        table.wrong("", "geen enkele bron is gesloten: fase 3 zou niets onderzoeken (art. 17)")
    return tuple(found)


def _powers(table: Table) -> dict[str, Power]:
    """Tasks and powers, each with law, article and organ (art. 12 lid 3, art. 22)."""
    found = {}
    for key in table.keys:
        one = table.table(key)
        table.is_code(key, key)
        organ = one.one_of("orgaan", {organ: organ for organ in ORGANS})
        found[key] = Power(one.name("naam"), one.name("wet"), one.name("artikel"), organ)
        one.finish()
    if not found:
        table.wrong("", "er is geen taak of bevoegdheid waarop een interventie kan berusten (art. 12 lid 3, art. 22)")
    return found


def _meetings(table: Table) -> dict[str, dict[str, str]]:
    for kind in table.keys:
        if not KIND_OF_MEETING.fullmatch(kind):
            table.wrong(kind, "moet uit ten hoogste 40 letters, cijfers, streepjes en plussen bestaan")
    return {kind: table.named(kind) for kind in table.keys}


def _needed(file: Table, made: Municipality) -> None:
    """Organisations without which the protocol cannot be followed."""
    if not made.departments:
        file.wrong("onderdelen", "er is geen onderdeel dat een interventie kan uitvoeren (art. 22)")
    if POLICE not in made.partners:
        file.wrong("partners", "politie ontbreekt: zij kan een signaal alleen oppakken (art. 21 lid 3)")


def _notice(table: Table) -> dict[str, str]:
    found = {key: table.text(key, empty=True) for key in NOTICE}
    table.finish()
    return found


def _day_or_none(table: Table, key: str) -> date | None:
    """A day as a text; None where it still has to be filled in."""
    given = table.text(key, empty=True)
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        table.wrong(key, "moet een dag zijn (JJJJ-MM-DD)")
        return None


def _security_policy(table: Table) -> SecurityPolicy:
    made = SecurityPolicy(
        name=table.name("naam", empty=True),
        address=table.text("adres", empty=True),
        dated=_day_or_none(table, "van"),
        review_on=_day_or_none(table, "herzien_op"),
        remind_days=table.number("herinneren_dagen", 1, 365),
    )
    if made.address and not re.fullmatch(r"https://[^\s\"<>]+", made.address):
        table.wrong("adres", "moet een internetadres zijn dat begint met https://")
    if made.dated and made.review_on and made.review_on <= made.dated:
        table.wrong("herzien_op", "moet na de dag van het beleid liggen (art. 8)")
    table.finish()
    return made


def _taking_into_use(table: Table) -> TakingIntoUse:
    oin, officer_advice_on = table.text("oin", empty=True), _day_or_none(table, "advies_fg")
    if oin and not re.fullmatch(r"\d{20}", oin):
        table.wrong("oin", "moet uit twintig cijfers bestaan")
    made = TakingIntoUse(
        impact_assessment=table.text("effectbeoordeling", empty=True),
        register_entry=table.text("verwerkingsregister", empty=True),
        officer_advice_on=officer_advice_on,
        oin=oin,
    )
    table.finish()
    return made
