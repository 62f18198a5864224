"""The protocol as a document: what a jurist reads, made from what the services judge by."""

from __future__ import annotations

from collections.abc import Iterable

from shared.protocol import dutch
from shared.protocol.model import HOLDER_OF, PHASE_OF, Decision, Law, Outcome, State


def document(law: Law) -> str:
    """Markdown in Dutch: every phase with its decisions, who takes them and where each answer leads; the diagram."""
    lines = [
        f"# {law.title}",
        "",
        f"Versie `{law.version}`, van kracht sinds {law.in_force_from}, gemeente {law.municipality}.",
        "",
        "Elk besluit wordt genomen door een mens of een overleg, met een reden. Er bestaan geen andere wegen dan deze.",
        "",
        f"Het dossier is alleen voor: {_people(law.file_roles)}.",
    ]
    for phase, title in dutch.PHASES.items():
        lines += ["", f"## {title}"]
        for decision in law.decisions:
            if phase_of(decision) == phase:
                lines += ["", *_decision(decision)]
    lines += [
        "",
        "## Welke gegevens vanaf welke fase (Bijlage 1)",
        "",
        "| gegevens | vanaf fase | gesloten |",
        "|---|---|---|",
    ]
    lines += [
        f"| {one.key} | {one.from_phase} | {'ja, na privacycheck 1 en een relevante hit' if one.closed else 'nee'} |"
        for one in law.categories
        if not one.process
    ]
    lines += [
        "",
        "## Termijnen",
        "",
        *_terms(law),
        "",
        "## Toestandsdiagram",
        "",
        "```mermaid",
        *diagram(law),
        "```",
    ]
    return "\n".join(lines) + "\n"


def phase_of(decision: Decision) -> int:
    return PHASE_OF.get(decision.states[0], 0)


def _people(roles: Iterable[str]) -> str:
    names = []
    for role in roles:
        kind, _, what = role.partition("-")
        if kind in ("bronhouder", "department") and what:
            role = "de houder van de bron" if kind == "bronhouder" else "het uitvoerende onderdeel"
        names.append(dutch.ROLES.get(role, role))
    return " of ".join(dict.fromkeys(names))


def _decision(decision: Decision) -> list[str]:
    who = decision.who
    by = (
        f"het {who.meeting} (minstens {who.quorum} leden), vastgelegd door {_people(who.roles)}"
        if who.meeting
        else _people(who.roles)
    )
    if who.co_signers:
        by += f", samen met {_people(who.co_signers)}"
    lines = [f"### {dutch.DECISIONS[decision.key]}", "", f"*{decision.article}* – besluit: {by}."]
    if decision.taken_in:
        lines.append(f"Wordt per persoon genomen bij {dutch.SERVICES[decision.taken_in]}; het signaal wacht daarop.")
    lines += ["", "| in | antwoord | leidt naar | artikel |", "|---|---|---|---|"]
    for state in decision.states:
        for outcome in decision.outcomes_in(state):
            lines.append(
                f"| {dutch.STATES[state]} | {dutch.OUTCOMES[outcome.key]} | {_leads(state, outcome)} | {outcome.article} |"
            )
    required = [one.name for one in decision.fields if one.required]
    lines += ["", f"In te vullen: {', '.join(required)}."]
    return lines


def _leads(state: State, outcome: Outcome) -> str:
    to = dutch.STATES[outcome.leads_to] if outcome.leads_to else f"blijft: {dutch.STATES[state]}"
    if outcome.forward_to:
        to += "; doorzetten naar " + " of ".join(dutch.RECIPIENTS[one] for one in outcome.forward_to)
    if outcome.discloses:
        to += "; is er een ontvanger buiten de gemeente, dan moet informeren uiterlijk nu, of met een grond later"
    return to


def _terms(law: Law) -> list[str]:
    terms = law.terms
    return [
        f"- geen casus: {terms.not_a_case_years} jaar na het besluit, daarna vernietigd",
        f"- casus: {terms.case_active_years} jaar na de laatste verwerking actief, {terms.case_kept_years} jaar niet-actief, daarna vernietigd",
        f"- goedkeuring van een vernietigingslijst: {terms.approval_days} dagen, uiterste datum na {terms.ultimate_days} dagen",
        f"- informeren: {terms.notice_months} maand; uitstel wordt binnen {terms.review_months} maanden opnieuw bekeken",
    ]


def diagram(law: Law) -> list[str]:
    """A Mermaid state diagram; the holder of each state is its group."""
    lines = ["stateDiagram-v2"]
    groups: dict[str, list[State]] = {}
    for state in State:
        groups.setdefault(HOLDER_OF.get(state, ""), []).append(state)
    for holder, states in groups.items():
        if holder:
            lines.append(f'  state "{dutch.SERVICES[holder]}" as {holder} {{')
            lines += [f"    {_id(state)} : {dutch.STATES[state]}" for state in states]
            lines.append("  }")
        else:
            lines += [f"  {_id(state)} : {dutch.STATES[state]}" for state in states]
    lines += [f"  [*] --> {_id(State.RECEIVED)}", f"  [*] --> {_id(State.DUTY_OPEN)}"]
    for decision in law.decisions:
        for state in decision.states:
            for outcome in decision.outcomes_in(state):
                if outcome.leads_to and outcome.leads_to != state:
                    lines.append(f"  {_id(state)} --> {_id(outcome.leads_to)} : {dutch.OUTCOMES[outcome.key]}")
    clock: tuple[tuple[State, State, str], ...] = (
        (State.CLOSED, State.ENDED, "vijf jaar"),
        (State.ENDED, State.SEALED, "verzegeld"),
    )
    clock += ((State.SEALED, State.LISTED, "termijn verstreken"), (State.APPROVED, State.DESTROYED, "vernietigd"))
    lines += [f"  {_id(start)} --> {_id(end)} : {text} (klok)" for start, end, text in clock]
    return [*lines, f"  {_id(State.DESTROYED)} --> [*]"]


def _id(state: State) -> str:
    return state.value.replace("-", "_")
