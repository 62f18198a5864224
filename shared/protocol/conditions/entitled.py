"""Whether a task or basis that was chosen is one of who receives it; else what would be possible (art. 6 lid 1)."""

from __future__ import annotations

from collections.abc import Mapping

from shared.protocol.conditions.case import Case, Condition, condition
from shared.protocol.entitling import NO_TASK
from shared.protocol.municipality import Municipality


def names_a_task(chosen: Municipality) -> Condition:
    """It is given for a task: that there is none goes with a refusal only."""

    @condition("art. 6 lid 1", "er is een taak gekozen waarvoor de ontvanger het nodig heeft", at="fields.task")
    def names_a_task(case: Case) -> str | None:
        if case.fields.get("task") != NO_TASK:
            return None
        return f"zonder wettelijke taak krijgt een ontvanger niets; kan wel zijn: {_listed(_tasks(chosen, case))}"

    return names_a_task


def task_is_theirs(chosen: Municipality) -> Condition:
    @condition("art. 6 lid 1", "de gekozen taak is een taak van deze ontvanger", at="fields.task")
    def task_is_theirs(case: Case) -> str | None:
        task, known = case.fields.get("task"), _tasks(chosen, case)
        if task in (None, NO_TASK) or task in known:
            return None
        return f"is geen taak van {case.called([_recipient(case)])}; kan wel zijn: {_listed(known)}"

    return task_is_theirs


def basis_is_possible(chosen: Municipality) -> Condition:
    @condition("art. 6 lid 1", "de gekozen grondslag is mogelijk voor deze ontvanger", at="fields.basis")
    def basis_is_possible(case: Case) -> str | None:
        basis, known = case.fields.get("basis"), chosen.bases_for(_recipient(case))
        if basis is None or basis in known:
            return None
        return f"kan niet voor {case.called([_recipient(case)])}; kan wel zijn: {_listed(known)}"

    return basis_is_possible


def each_has_a_basis(chosen: Municipality) -> Condition:
    """Article 21 lid 2 onder a: on which basis does each of them take part?"""

    @condition(
        "art. 21 lid 2 onder a",
        "voor elke genoemde partner, en geen ander, is een mogelijke grondslag gekozen",
        at="fields.basis",
    )
    def each_has_a_basis(case: Case) -> str | None:
        given, named = case.fields.get("basis"), case.fields.get("partners")
        if not isinstance(given, Mapping) or not isinstance(named, (list, tuple)):
            return None
        if set(given) - set(named):
            return f"noemt wie niet meedoet: {case.called(sorted(set(given) - set(named)))}"
        for one in named:
            known = chosen.bases_for(one)
            if given.get(one) not in known:
                return f"kies voor {case.called([one])} één van: {_listed(known)}"
        return None

    return each_has_a_basis


def _recipient(case: Case) -> str:
    """Of an item and a recipient the second."""
    return case.about[1] if len(case.about) == 2 else ""


def _tasks(chosen: Municipality, case: Case) -> dict[str, str]:
    return chosen.tasks_of(_recipient(case))


def _listed(known: Mapping[str, str]) -> str:
    return "; ".join(f"{words} ({code})" for code, words in known.items()) or "niets"
