"""The protocol as a document: what a jurist reads, made from what the services judge by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from shared.protocol import (
    afterwards,
    answering,
    carrying_out,
    clusters,
    co_signing,
    composing,
    correcting,
    designations,
    fields,
    holdings,
    judge,
    letters,
    meetings,
    opening,
    passing_on,
    records,
    restricting,
    standing_back,
    together,
)
from shared.protocol.activities import show_activities
from shared.protocol.conditions.case import Condition
from shared.protocol.designations import GIVERS
from shared.protocol.diagram import diagram
from shared.protocol.leaflet import leaflet
from shared.protocol.live import NOTICE, not_filled_in
from shared.protocol.meetings import ATTENDANCE
from shared.protocol.model import ABOUT, RECIPIENTS, Category, Decision, Field, Law, Outcome, State
from shared.protocol.show_terms import clock_of, sentences, terms_of
from shared.protocol.show_words import about_words
from shared.protocol.states import HOLDERS

MONTHS = (
    *("januari", "februari", "maart", "april", "mei", "juni"),
    *("juli", "augustus", "september", "oktober", "november", "december"),
)
EVERY_DECISION = (
    "- Wat samen met een ander wordt besloten, is een voorstel tot die ander het met een eigen reden mede ondertekent."
    " Wie voorstelt, ondertekent niet zelf mede, en wat intussen door iets anders is ingehaald, wordt opnieuw voorgesteld.",
    "- Alleen het laatste besluit kan worden ingetrokken, alleen door wie het vastlegde, met een reden, en alleen zolang"
    " er sindsdien niets is vastgelegd en de korte bedenktijd niet voorbij is. Elke goedkeuring van een vernietigingslijst"
    " heeft daarbij haar eigen bedenktijd; een vernietigingsstop geldt meteen en eindigt door een nieuw besluit.",
)
"""What the engine asks of every decision besides what is judged."""


def document(law: Law) -> str:
    """Markdown in Dutch: who, every decision with what it asks and where it leads, data, terms, the leaflet."""
    lines = [
        f"# {law.title}",
        "",
        f"Versie `{law.version}` van de gemeente {law.municipality}, in werking vanaf {day(law.in_force_from)}.",
        "",
        "Elk besluit wordt genomen door een mens of een overleg, met een reden. Er bestaan geen andere wegen dan deze.",
        "",
        *_who(law),
        "",
        "## Bij elk besluit",
        "",
        *sentences(judge.RULES | fields.RULES),
        *EVERY_DECISION,
        *sentences(co_signing.RULES),
        *sentences(standing_back.RULES),
        "",
        *about_words(),
        "",
        "## Doorzetten",
        "",
        *sentences(passing_on.RULES | afterwards.RULES),
        "",
        "## Rechtzetten",
        "",
        *sentences(correcting.RULES),
        "",
        "## Een verzoek van de betrokkene over een dossier",
        "",
        *sentences(answering.RULES | holdings.RULES),
        *sentences(restricting.RULES | carrying_out.RULES),
        "",
        "## Meer tegelijk",
        "",
        *sentences(together.RULES),
        *sentences(clusters.RULES),
    ]
    for chapter in law.chapters:
        lines += ["", f"## {chapter.title}", "", f"Doel: {chapter.purpose}."]
        for decision in chapter.decisions:
            lines += ["", *_decision(law, decision)]
    lines += ["", *_bijlage_1(law), "", *terms_of(law), "", *clock_of(law), "", *_organisations(law), "", *_notice(law)]
    lines += ["", *show_activities(law.choices.processing)]
    lines += ["", "## Toestandsdiagram", "", "```mermaid", *diagram(law), "```", "", leaflet(law).rstrip()]
    return "\n".join(lines) + "\n"


def day(value: date) -> str:
    """28 februari 2025."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def _who(law: Law) -> Iterator[str]:
    yield "## Wie"
    yield ""
    yield f"Het dossier is alleen voor: {law.people(law.file_roles)} (art. 7 lid 2). Alle anderen zien alleen de taak die"
    yield "hun wordt gevraagd."
    yield ""
    yield from sentences(opening.RULES)
    yield ""
    yield "| aanwijzing | door |"
    yield "|---|---|"
    for role, giver in law.designations.items():
        yield f"| {law.names[role]} | {GIVERS[giver]} |"
    yield ""
    yield from sentences(designations.RULES)


# --- decisions ----------------------------------------------------------------------------------------


def _decision(law: Law, decision: Decision) -> list[str]:
    lines = [f"### {decision.question}", "", f"*{decision.article}* – besluit: {_by(law, decision)}."]
    if decision.log_in_anew:
        lines.append("Wie dit besluit neemt of medeondertekent, heeft kort daarvoor opnieuw ingelogd (art. 8).")
    if decision.taken_in:
        lines.append(f"Wordt per persoon genomen bij {HOLDERS[decision.taken_in]}; het signaal wacht daarop.")
    if decision.about:
        what = [ABOUT[kind] + (", of meer dan één" if decision.about_many else "") for kind in decision.about]
        many = " Over meer van deze kan in één keer worden besloten." if decision.together else ""
        lines += ["", f"Gaat over: {' en '.join(what)}.{many}"]
    lines += ["", "| in | antwoord | leidt naar | artikel |", "|---|---|---|---|"]
    for state in decision.states:
        for one in decision.outcomes_in(state):
            lines.append(f"| {state.dutch} | {one.answer} | {_leads(law, state, one)} | {one.article} |")
    lines += _conditions(decision)
    lines += ["", "| in te vullen | hoe | bij antwoord | artikel |", "|---|---|---|---|"]
    lines += [
        f"| {one.question}{_extra(law, one)} | {one.kind.described()} | {_with(decision, one)} | {one.article} |"
        for one in decision.fields
    ]
    if decision.guidance:
        lines += ["", "Ter overweging, niet om af te vinken:", "", *(f"- {one}" for one in decision.guidance)]
    return lines


def _by(law: Law, decision: Decision) -> str:
    who = decision.who
    by = law.people(who.roles)
    if who.meeting:
        by = f"het {who.meeting}, met ten minste {who.quorum} aanwezige leden; vastgelegd door {by}"
    return f"{by}, samen met {law.people(who.co_signers)}" if who.co_signers else by


def _leads(law: Law, state: State, outcome: Outcome) -> str:
    to = outcome.leads_to.dutch if outcome.leads_to else f"blijft: {state.dutch}"
    if outcome.forward_only_to:
        to += f"; doorzetten naar {law.people([outcome.forward_only_to])}"
    elif outcome.forward_to:
        to += "; naar keuze doorzetten naar " + " of ".join(RECIPIENTS[one] for one in outcome.forward_to)
    if outcome.urgent_to:
        to += f"; met spoed mogelijk naar {law.people(outcome.urgent_to)}"
    if outcome.corrects:
        to += "; met wat er in de plaats komt"
    if outcome.discloses:
        to += "; gaat er iets naar buiten de gemeente, dan uiterlijk nu informeren, tenzij uitgesteld op een grond"
    return to


def _conditions(decision: Decision) -> Iterator[str]:
    own = [_condition(one) for one in decision.needs]
    only: dict[Condition, list[str]] = {}
    for outcome in decision.outcomes:
        for need in outcome.needs:
            only.setdefault(need, []).append(f"‘{outcome.answer}’")
    own += [f"{_condition(need)}, bij antwoord {' en '.join(dict.fromkeys(answers))}" for need, answers in only.items()]
    if own:
        yield ""
        yield "Alleen mogelijk als:"
        yield ""
        yield from (f"- {one}" for one in own)


def _condition(one: Condition) -> str:
    return f"{one.says} ({one.article})"


def _extra(law: Law, field: Field) -> str:
    notes = [] if field.required else ["niet verplicht"]
    if field.roles:
        notes.append(f"alleen van: {law.people(field.roles)}")
    return f" ({'; '.join(notes)})" if notes else ""


def _with(decision: Decision, field: Field) -> str:
    answers = dict.fromkeys(one.answer for one in decision.outcomes if one.key in field.outcomes)
    return "; ".join(answers) or "elk"


# --- data, terms, organisations --------------------------------------------------------------------------


def _bijlage_1(law: Law) -> Iterator[str]:
    yield "## Welke gegevens vanaf welke fase (Bijlage 1)"
    yield ""
    yield "| gegevens | vanaf fase | gesloten | in te vullen |"
    yield "|---|---|---|---|"
    for one in law.categories:
        if not one.process:
            only = "" if one.closed else "".join(f" Alleen als {_condition(need)}." for need in one.needs)
            yield f"| {one.name} | {one.from_phase} | {_closed(one)} | {_asked(law, one.fields)}{only} |"
    yield ""
    yield from sentences(records.RULES)
    yield ""
    yield "### Vastleggingen van de behandeling zelf"
    yield ""
    yield "| vastlegging | in | in te vullen | alleen als |"
    yield "|---|---|---|---|"
    for one in law.categories:
        if one.process:
            states = ", ".join(state.dutch for state in one.states)
            needs = "; ".join(_condition(need) for need in one.needs) or "–"
            yield f"| {one.name} | {states} | {_asked(law, one.fields)} | {needs} |"
    yield ""
    yield from sentences(composing.RULES)


def _closed(category: Category) -> str:
    if not category.closed:
        only = "; alleen of het klopt" if category.verification_only else ""
        return f"nee{only}" + "".join(f"; {_condition(one)}" for one in category.needs)
    return "ja; alleen als " + "; ".join(_condition(one) for one in category.needs)


def _asked(law: Law, fields: Iterable[Field]) -> str:
    return (
        " ".join(f"{one.question}{_extra(law, one)} ({one.kind.described()}; {one.article})" for one in fields) or "–"
    )


def _organisations(law: Law) -> Iterator[str]:
    yield "## Organisaties en overleggen"
    yield ""
    for title, named in (
        ("Onderdelen van de gemeente", law.choices.departments),
        ("Partners", law.choices.partners),
        ("Gemeenten waarnaar een signaal over hun grondgebied gaat", law.choices.municipalities),
    ):
        yield f"- {title}: {'; '.join(named.values()) or 'geen'}."
    yield ""
    yield "| ontvanger | voor deze taken | op deze grondslagen | met spoed |"
    yield "|---|---|---|---|"
    for one in law.choices.receivers:
        known = law.choices.tasks_of(one), law.choices.bases_for(one), law.choices.bases_for(one, urgent=True)
        yield f"| {law.called(one)} | {' | '.join('; '.join(some.values()) or '–' for some in known)} |"
    yield ""
    for kind, guests in law.choices.meetings.items():
        others = f"ook {'; '.join(guests.values())}" if guests else "alleen de gemeente"
        yield f"- {kind}: {others}."
    yield ""
    yield "Voor elk overleg geldt:"
    yield ""
    yield from sentences(meetings.RULES)
    yield f"- Dat een lid van de gemeente aanwezig was, {ATTENDANCE[law.attendance_by]} (art. 15 lid 1)."


def _notice(law: Law) -> Iterator[str]:
    yield "## De kennisgeving aan de betrokkene (art. 26 lid 2; art. 14 AVG)"
    yield ""
    for key, says in NOTICE.items():
        # Of several lines it would be more than one point of this list.
        yield f"- {says.capitalize()}: {' '.join(law.choices.notice[key].split()) or 'nog niet ingevuld.'}"
    yield from sentences(letters.RULES)
    missing = not_filled_in(law).values()
    if missing:
        yield ""
        yield "## Wat nog moet worden ingevuld"
        yield ""
        yield "Zolang dit ontbreekt, is het systeem een proefopstelling en horen er geen echte gegevens in."
        yield ""
        yield from (f"- {one}" for one in missing)
