"""Controls out of what the law asks, and back: every kind of field has one, of every decision of every law."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.datastructures import FormData

from services.portal.forms import Control, InSignal, chosen, controls, read, without_hint
from services.portal.trouble import Trouble
from shared.protocol.fields import field_faults, schema
from shared.protocol.kinds import Answers, Choice, Choices, Date, Explained, Flag, Kind, Text, Verdicts, WebAddress
from shared.protocol.kinds_of_signal import Items, OnAgendaOf, OtherSignal, Persons, PersonsAndObjects, Subjects
from shared.protocol.kinds_of_time import Instant
from shared.protocol.model import Field, Law
from tests.protocol.laws import GROTE_GEMEENTE, MIDDEN_DELFLAND

NAMED = {"a": "de eerste", "b": "de tweede"}
KNOWN = InSignal(
    {"S1": "S1 – de huurder"},
    {"O1": "O1 – de schuur"},
    {"report": "de melding", "item-1": "item-1"},
    {"M-1": "LOT van vandaag"},
)
FILLED: list[tuple[Kind, str, list[tuple[str, str]], Any]] = [
    (Text(), "area", [("", "twee\r\nregels ")], "twee\nregels"),
    (Text(most=50), "text", [("", "kort")], "kort"),
    (Flag(), "flag", [("", "false")], False),
    (Date(), "date", [("", "2026-12-01")], "2026-12-01"),
    (Instant(), "moment", [("", "2026-12-01T09:30")], "2026-12-01T09:30:00+01:00"),
    (Choice(NAMED), "choice", [("", "b")], "b"),
    (Choice({str(one): str(one) for one in range(20)}), "list", [("", "7")], "7"),
    (Choices(NAMED), "choices", [("", "a"), ("", "b")], ["a", "b"]),
    (Explained(NAMED, {}), "signs", [(".a", "gezien"), (".b", " ")], {"a": "gezien"}),
    (
        Explained(NAMED, {"nodig": frozenset({"a"})}, {"nodig": ("a",), "verder": ("b",)}),
        "signs",
        [(".a", "gezien"), (".b", "gehoord")],
        {"a": "gezien", "b": "gehoord"},
    ),
    (WebAddress(), "url", [("", "https://voorbeeld.nl")], "https://voorbeeld.nl"),
    (OtherSignal(), "text", [("", "S-7K3MQ-9XD4T")], "S-7K3MQ-9XD4T"),
    (OnAgendaOf(), "list", [("", "M-1")], "M-1"),
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


def test_signs_stand_in_their_groups_by_name() -> None:
    """Of which one at least is needed is said with the group."""
    signs = Explained({**NAMED, "c": "de derde"}, {"nodig": frozenset({"a"})}, {"nodig": ("a",), "verder": ("b",)})
    (control,) = controls(schema([Field("it", "Wat?", "art. 1", signs)]), KNOWN)
    shown = [(one.label, one.required, [part.label for part in one.parts]) for one in control.parts]
    assert shown == [("nodig", True, ["de eerste"]), ("verder", False, ["de tweede"]), ("de derde", False, [])]


@pytest.mark.parametrize("law", [MIDDEN_DELFLAND, GROTE_GEMEENTE], ids=lambda one: one.version)
def test_every_sign_of_the_law_is_in_a_group_with_a_name(law: Law) -> None:
    (weging,) = [one for one in law.decisions if one.key == "weging-1"]
    drawn = {one.kind: one for one in controls(schema(weging.asked(weging.outcomes[0])), KNOWN)}
    groups = drawn["signs"].parts
    assert {one.kind for one in groups} == {"kind"}
    assert [one.label for one in groups if one.required] == ["Situationele en lokale verankering"]


def test_what_is_of_no_list_is_typed() -> None:
    """Numbers of other signals each on a line, and one person; what a body has besides `fields` goes by its own name."""
    number = {"type": "string", "pattern": "^S-[0-9A-Z]{5}-[0-9A-Z]{5}$"}
    asked = {
        "properties": {
            "others": {"title": "Welke?", "type": "array", "items": number},
            "about": {"title": "Wie?", "type": "array", "maxItems": 1, "items": {"type": "string", "maxLength": 9}},
        }
    }
    drawn = controls(asked, KNOWN, "")
    assert [(one.kind, one.name) for one in drawn] == [("words", "others"), ("word", "about")]
    filled = FormData([("others", "S-AAAAA-AAAAA\r\n\r\nS-BBBBB-BBBBB"), ("about", "esra")])
    assert read(drawn, filled, "") == {"others": ["S-AAAAA-AAAAA", "S-BBBBB-BBBBB"], "about": ["esra"]}


def test_an_id_is_one_in_a_page() -> None:
    assert Control("text", "fields.indicators.geur", "").id == "f-fields-indicators-geur"


def test_what_is_about_a_whole_is_said_at_its_first_field() -> None:
    wrong = Trouble("Er klopt iets niet.", (("about", "noem iets"), ("reason", "ontbreekt"), ("key", "kan niet")))
    assert wrong.at_the_fields(["about.0", "about.1", "reason"]).faults == (
        ("about.0", "noem iets"),
        ("reason", "ontbreekt"),
        ("key", "kan niet"),
    )


USER: dict[str, Any] = {"type": "string", "format": "user-id"}


def test_a_user_is_chosen_by_name_and_who_is_in_no_directory_goes_by_number() -> None:
    asked = {"properties": {"about": {"type": "array", "maxItems": 1, "title": "Voor wie?", "items": USER}}}
    (one,) = controls(asked, InSignal(people={"u-1": "Anna", "u-2": "Bram"}), "")
    assert (one.kind, one.options) == ("somebody", (("u-1", "Anna"), ("u-2", "Bram")))
    assert read([one], FormData([("about", "u-2")]), "") == {"about": ["u-2"]}
    assert read([one], FormData([("about", ""), ("about.number", " u-9 ")]), "") == {"about": ["u-9"]}
    assert read([one], FormData([("about", "")]), "") == {}
    assert chosen("about", FormData([("about", "u-2"), ("about.number", "u-9")])) == "u-9"
    (without,) = controls(asked, InSignal(), "")
    assert without.options == ()


def test_of_whom_something_is_closed_to_only_those_are_offered_by_name() -> None:
    items = USER | {"oneOf": [{"const": "u-2", "title": "u-2"}, {"const": "u-7", "title": "u-7"}]}
    asked = {"properties": {"about": {"type": "array", "maxItems": 1, "title": "Voor wie?", "items": items}}}
    (one,) = controls(asked, InSignal(people={"u-1": "Anna", "u-2": "Bram"}), "")
    assert (one.kind, one.options) == ("one-of", (("u-2", "Bram"), ("u-7", "u-7")))
    assert read([one], FormData([("about", "u-2")]), "") == {"about": ["u-2"]}


def test_the_article_of_a_question_is_not_said_again_at_each_field() -> None:
    asked = (Control("text", "a", "A", "art. 24"), Control("text", "b", "B", "art. 1"))
    assert [one.hint for one in without_hint(asked, "art. 24")] == ["", "art. 1"]
