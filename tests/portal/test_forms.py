"""Controls out of what the law asks, and back: every kind of field has one, of every decision of every law."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.datastructures import FormData

from services.portal.forms import Control, InSignal, controls, read
from shared.protocol.fields import field_faults, schema
from shared.protocol.kinds import Answers, Choice, Choices, Date, Explained, Flag, Kind, Text, Verdicts, WebAddress
from shared.protocol.kinds_of_signal import Items, Persons, PersonsAndObjects, Subjects
from shared.protocol.model import Field, Law
from tests.protocol.laws import GROTE_GEMEENTE, MIDDEN_DELFLAND

NAMED = {"a": "de eerste", "b": "de tweede"}
KNOWN = InSignal({"S1": "S1 – de huurder"}, {"O1": "O1 – de schuur"}, {"report": "de melding", "item-1": "item-1"})
FILLED: list[tuple[Kind, str, list[tuple[str, str]], Any]] = [
    (Text(), "area", [("", "twee\r\nregels ")], "twee\nregels"),
    (Text(most=50), "text", [("", "kort")], "kort"),
    (Flag(), "flag", [("", "false")], False),
    (Date(), "date", [("", "2026-12-01")], "2026-12-01"),
    (Choice(NAMED), "choice", [("", "b")], "b"),
    (Choice({str(one): str(one) for one in range(20)}), "list", [("", "7")], "7"),
    (Choices(NAMED), "choices", [("", "a"), ("", "b")], ["a", "b"]),
    (Explained(NAMED, {}), "signs", [(".a", "gezien"), (".b", " ")], {"a": "gezien"}),
    (WebAddress(), "url", [("", "https://voorbeeld.nl")], "https://voorbeeld.nl"),
    (
        Answers(NAMED),
        "group",
        [(".a", "ja"), (".b", "niet bekend"), (".b.unanswered", "1")],
        {"a": "ja", "b": {"unanswered": "niet bekend"}},
    ),
    (Verdicts(NAMED), "group", [(".S1", "a"), (".O1", "")], {"S1": "a"}),
    (Subjects(), "choices", [("", "S1")], ["S1"]),
    (Items(), "choices", [("", "report"), ("", "item-1")], ["report", "item-1"]),
    (PersonsAndObjects(), "along", [(".who", "some"), ("", "S1.name"), ("", "O1")], ["S1.name", "O1"]),
    (PersonsAndObjects(), "along", [(".who", "some")], []),
    (Persons(), "group", [(".0.name", "Jan"), (".2.name", "Piet")], [{"name": "Jan"}, {"name": "Piet"}]),
    (
        Persons(most=1),
        "group",
        [(".0.name", "Jan"), (".0.address", "Kerkstraat 1")],
        [{"name": "Jan", "address": "Kerkstraat 1"}],
    ),
]


@pytest.mark.parametrize(("kind", "drawn", "sent", "read_as"), FILLED, ids=lambda one: type(one).__name__)
def test_what_is_filled_in_is_what_the_law_takes(
    kind: Kind, drawn: str, sent: list[tuple[str, str]], read_as: Any
) -> None:
    asked = [Field("it", "Wat is het?", "art. 1", kind)]
    (control,) = controls(schema(asked), KNOWN)
    assert (control.kind, control.label, control.hint, control.required) == (drawn, "Wat is het?", "art. 1", True)
    found = read([control], FormData([(f"fields.it{name}", value) for name, value in sent]))
    assert found == {"it": read_as}
    assert field_faults("art. 1", asked, found, "oov", ("S1",)) == []


@pytest.mark.parametrize("kind", [one[0] for one in FILLED], ids=lambda one: type(one).__name__)
def test_what_is_left_empty_is_absent(kind: Kind) -> None:
    """So that the law says what is missing, and not that an empty text is no date."""
    asked = controls(schema([Field("it", "Wat is het?", "art. 1", kind)]), KNOWN)
    assert read(asked, FormData()) == {}


@pytest.mark.parametrize("law", [MIDDEN_DELFLAND, GROTE_GEMEENTE], ids=lambda one: one.version)
def test_every_decision_and_every_record_of_the_law_has_its_controls(law: Law) -> None:
    fields = [rule.asked(answer) for rule in law.decisions for answer in rule.outcomes]
    for asked in (*fields, *(one.fields for one in law.categories)):
        drawn = controls(schema(asked), KNOWN)
        assert [one.name for one in drawn] == [f"fields.{one.name}" for one in asked]


def test_an_id_is_one_in_a_page() -> None:
    assert Control("text", "fields.indicators.geur", "").id == "f-fields-indicators-geur"
