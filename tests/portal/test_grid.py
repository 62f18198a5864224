"""A matrix as one form: every cell, row and column goes to the service as parts of one decision, and faults come back to it."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.datastructures import FormData

from services.portal.forms import InSignal
from services.portal.grid import Grid, grid_of, is_grid
from services.portal.trouble import Trouble
from shared.protocol.fields import schema
from shared.protocol.judge import Attempt, AttemptPart
from shared.protocol.model import State
from shared.protocol.together import each
from tests.protocol.laws import MIDDEN_DELFLAND as LAW

ITEMS = {"report": "de melding", **{f"item-{n}": f"item-{n}" for n in range(1, 30)}}
RECEIVERS = dict.fromkeys((*LAW.organisations["department"], *LAW.organisations["partner"]))
NAMED = {one: LAW.called(one) for one in RECEIVERS}
ENTITLED = {
    one: {"tasks": LAW.choices.tasks_of(one), "bases": LAW.choices.bases_for(one)} for one in LAW.choices.receivers
}
ALONG = {"S1": {"S1.name": "naam: Jan"}, "O1": {"O1": "Molenweg 5"}}
KNOWN = InSignal({"S1": "S1 – Jan"}, {"O1": "O1 – Molenweg 5"}, ITEMS, along=ALONG)
CONCERNS = {one: ("S1", "O1") if one == "report" else ("O1",) for one in ITEMS}


def offered(key: str, *choices: dict[str, str]) -> dict[str, Any]:
    rule = LAW.decision(key)
    assert rule is not None
    outcomes = [
        {"key": one.key, "answer": one.answer, "fields": schema(rule.asked(one))}
        for one in rule.outcomes_in(rule.states[0])
    ]
    return {
        "key": key,
        "about": rule.about,
        "together": rule.together,
        "choices": list(choices),
        "outcomes": outcomes,
    }


def matrix(*taken: dict[str, Any]) -> Grid:
    return grid_of(offered("check-2a", ITEMS, NAMED), KNOWN, ITEMS, ENTITLED, CONCERNS, taken)


def sent(*given: tuple[str, str]) -> FormData:
    return FormData([*given])


def form(**given: str) -> FormData:
    return sent(*((name.replace("__", "."), value) for name, value in given.items()))


def test_only_what_is_decided_of_an_item_and_something_else_together_is_a_matrix() -> None:
    found = [one.key for one in LAW.decisions if is_grid({"together": one.together, "about": one.about})]
    assert found == ["check-2a", "check-2b"]


def test_thirty_items_and_twelve_receivers_are_a_handful_of_choices() -> None:
    """A column answers for its cells: as many parts as there are receivers, and every cell in one."""
    grid = matrix()
    filled = sent(*((f"kolom.{one}", "may") for one in NAMED), ("reason", "Nodig."))
    parts = grid.parts(grid.filled_in(filled))
    assert len(NAMED) == 12
    assert len(parts) == 12
    attempt = Attempt("check-2a", "", "", {}, parts=tuple(_part(one.body) for one in parts))
    assert len({one.about for _, one in each(attempt)}) == 360


def test_a_column_in_which_something_was_filled_in_is_never_hidden() -> None:
    """What was filled in there would be gone, and a reason without its cells."""
    grid, given = (
        matrix(),
        sent((Grid.cell("report", "wonen"), "may"), ("kolom.politie.reden", "Nodig."), ("toon", "belastingen")),
    )
    assert set(grid.shown(given)) == {"belastingen", "wonen", "politie"}
    assert [one.cells for one in grid.parts(given)] == [(("report", "wonen"),)]
    assert grid.shown(sent(("toon", "belastingen"))) == ("belastingen",)
    untouched = [(f"kolom.{one}.concerning.who", "some") for one in grid.columns]
    assert grid.shown(sent(("toon", "belastingen"), *untouched)) == ("belastingen",)


def _part(body: dict[str, Any]) -> AttemptPart:
    return AttemptPart(tuple(map(tuple, body["about"])), body["outcome"], body["reason"], body["fields"])


def test_each_cell_with_a_reason_of_its_row_fits_in_one_request() -> None:
    grid = matrix()
    rows = [(f"rij.{one}", "may") for one in ITEMS] + [(f"rij.{one}.reden", f"Over {one}.") for one in ITEMS]
    parts = grid.parts(grid.filled_in(sent(*rows)))
    assert len(parts) == 360
    assert len(parts) <= 500, "what the interface takes"


def test_the_reason_that_is_nearest_to_a_cell_is_its_reason() -> None:
    filled = sent(
        *((Grid.cell(row, column), "may") for row in ("report", "item-1") for column in ("wonen", "politie")),
        *(("reason", "Rest."), ("kolom.wonen.reden", "Wonen."), ("rij.item-1.reden", "Rij.")),
        *(("uit.0.rij", "item-1"), ("uit.0.kolom", "politie"), ("uit.0.reden", "Vakje.")),
    )
    said = {cell: one.body["reason"] for one in matrix().parts(filled) for cell in one.cells}
    assert said == {
        ("report", "wonen"): "Wonen.",
        ("item-1", "wonen"): "Rij.",
        ("report", "politie"): "Rest.",
        ("item-1", "politie"): "Vakje.",
    }


def test_a_row_or_column_fills_what_is_empty_and_nothing_that_was_decided_or_chosen() -> None:
    decided = {"key": "check-2a", "status": "taken", "about": ["report", "wonen"], "outcome": "may-not", "parts": None}
    grid = matrix(decided)
    assert grid.decided == {("report", "wonen"): "may-not"}
    filled = grid.filled_in(form(kolom__wonen="may", **{"vak.item-1.wonen": "may-not"}))
    assert filled.get("vak.report.wonen") is None
    assert filled.get("vak.item-1.wonen") == "may-not"
    assert filled.get("vak.item-2.wonen") == "may"
    assert filled.get("kolom.wonen") is None, "it has done what it was for: a cell that is emptied stays empty"


def test_what_was_decided_anew_shows_as_that_and_what_was_withdrawn_not() -> None:
    whole = {"about": [["report", "item-1"], ["wonen"]], "outcome": "may"}
    first = {"key": "check-2a", "status": "taken", "about": ["report"], "outcome": "several", "parts": [whole]}
    again = {"key": "check-2a", "status": "taken", "about": ["report", "wonen"], "outcome": "may-not", "parts": None}
    back = again | {"about": ["item-1", "wonen"], "status": "withdrawn"}
    assert matrix(first, again, back).decided == {("report", "wonen"): "may-not", ("item-1", "wonen"): "may"}


def test_a_column_offers_only_the_tasks_and_bases_of_its_receiver() -> None:
    for column, asked in matrix().asks.items():
        offers = {one.name.rpartition(".")[2]: dict(one.options) for one in asked}
        assert set(offers["task"]) == {"geen-taak", *LAW.choices.tasks_of(column)}
        assert set(offers["basis"]) == set(LAW.choices.bases_for(column))


def test_a_refusal_says_nothing_that_only_a_permission_asks() -> None:
    filled = form(
        **{"vak.report.wonen": "may-not", "kolom.wonen.task": "geen-taak", "kolom.wonen.basis": "publieke-taak"}
    )
    (part,) = matrix().parts(filled)
    assert part.body["fields"] == {"task": "geen-taak"}


@pytest.mark.parametrize(
    ("fault", "place"),
    [
        ("parts.0.fields.task", "kolom.wonen.task"),
        ("parts.0.reason", "kolom.wonen.reden"),
        ("parts.1.reason", "vak.item-1.politie"),
        ("parts.1.key", "vak.item-1.politie"),
        ("parts.1", "vak.item-1.politie"),
        ("reason", "reason"),
        ("parts.7.reason", "parts.7.reason"),
    ],
)
def test_a_fault_is_at_the_cell_row_or_column_that_it_is_about(fault: str, place: str) -> None:
    grid = matrix()
    filled = form(**{"vak.report.wonen": "may", "vak.item-1.politie": "may", "kolom.wonen.reden": "Nodig."})
    parts = sorted(grid.parts(filled), key=lambda one: one.cells[0][1] == "politie")
    found = grid.placed(Trouble("Mis.", ((fault, "ontbreekt"),)), parts)
    assert found.faults == ((place, "ontbreekt"),)
    assert place in {one.name for one in grid.every(filled)} or place == fault


def test_of_an_order_the_matrix_is_turned_and_only_whom_its_items_concern_goes_along() -> None:
    orders = {"item-40": "item-40"}
    grid = grid_of(
        offered("check-2b", orders, ITEMS), KNOWN, ITEMS | {"item-40": "item-40 – Controle"}, {}, CONCERNS, []
    )
    assert list(grid.columns.values()) == ["Item-40 – Controle"]
    column = "kolom.item-40"
    filled = FormData(
        [
            ("vak.report.item-40", "may"),
            ("rij.report.reden", "Om de melding."),
            ("vak.item-1.item-40", "may"),
            ("reason", "Nodig."),
            (f"{column}.necessity", "Anders weet het onderdeel niet waar."),
            (f"{column}.concerning.who", "some"),
            (f"{column}.concerning", "S1.name"),
            (f"{column}.concerning", "O1"),
        ]
    )
    told = {one.cells[0][0]: one.body for one in grid.parts(filled)}
    assert told["report"]["about"] == [["item-40"], ["report"]]
    assert told["report"]["fields"]["concerning"] == ["S1.name", "O1"]
    assert told["item-1"]["fields"]["concerning"] == ["O1"], "item-1 is not about S1"
    assert [grid.is_used("item-40", FormData([(f"{column}.concerning.who", one)])) for one in ("some", "all")] == [
        False,
        True,
    ]
    assert State.CHECK_2B in (LAW.decision("check-2b") or LAW.decisions[0]).states
