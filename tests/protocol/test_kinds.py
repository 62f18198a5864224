"""A kind of field: what fits is what its JSON Schema describes, and what does not fit is answered in words."""

from __future__ import annotations

from typing import Any

import pytest

from shared.protocol.fields import field_faults
from shared.protocol.kinds import Answers, Choice, Choices, Date, Explained, Flag, Kind, Text, Verdicts, WebAddress
from shared.protocol.kinds_of_signal import OtherSignal, Persons, Subjects
from shared.protocol.kinds_of_time import Instant
from shared.protocol.model import Field

NAMED = {"a": "de eerste", "b": "de tweede"}
KINDS: list[tuple[Kind, list[Any], list[Any]]] = [
    (Text(most=5), ["woord"], ["", " ", "te lang", 5, None, ["a"]]),
    (Flag(), [True, False], ["ja", 1, None]),
    (Date(), ["2026-12-01"], ["20261201", 20261201, "2026-13-01", "morgen", None]),
    (
        Instant(),
        ["2026-10-25T02:30:00+02:00", "2026-10-25T02:30+01:00", "2026-12-01T00:00:00Z"],
        ["2026-10-25T02:30", "2026-12-01", "morgen", 5, None],
    ),
    (Choice(NAMED), ["a", "b"], ["c", "", ["a"], None, {"a": 1}]),
    (Choices(NAMED), [["a"], ["b", "a"]], [[], ["a", "a"], ["c"], "a", [1], None]),
    (Choices(NAMED, alone="b"), [["a"], ["b"]], [["a", "b"], []]),
    (
        Explained(NAMED, {"de eersten": frozenset("a")}),
        [{"a": "in woorden"}, {"a": "in woorden", "b": "ook"}],
        [{}, {"b": "in woorden"}, {"a": ""}, {"a": 1}, {"a": "x", "c": "y"}, ["a"], "a", None],
    ),
    (
        WebAddress(),
        ["https://voorbeeld.nl", "http://voorbeeld.nl/a?b=c#d"],
        ["voorbeeld.nl", "ftp://voorbeeld.nl", "javascript:alert(1)", "https://", "https://a b.nl", 1, None],
    ),
    (
        OtherSignal(),
        ["S-7K3MQ-9XD4T"],
        ["s-7k3mq-9xd4t", "S-7K3MQ", "S-7K3MQ-9XD4T ", "C-7K3MQ-9XD4T", "S-7K3MU-9XD4T", 7, None, ["S-7K3MQ-9XD4T"]],
    ),
    (Choices(NAMED, at_least=2), [["a", "b"]], [["a"], []]),
    (Subjects(), [["S1"], ["S1", "S2"]], [[], ["S3"], ["S1", "S1"], "S1"]),
    (
        Persons(),
        [[{"name": "Jan"}], [{"name": "Jan", "address": "Kerkstraat 1"}]],
        [[], [{"address": "Kerkstraat 1"}], [{"name": " "}], [{"name": "Jan", "bsn": "1"}], {"name": "Jan"}],
    ),
    (
        Verdicts(NAMED),
        [{"D-1": "a"}, {"D-1": "b", "D-2": "b"}],
        [{}, {"D-1": "c"}, {"D-1": ["a"]}, {"D" * 201: "a"}, ["a"], "a", None],
    ),
    (
        Answers(NAMED),
        [{"a": "ja", "b": {"unanswered": "niet bekend"}}],
        [{"a": "ja"}, {"a": "ja", "b": ""}, {"a": "ja", "b": {"unanswered": " "}}, {"a": "ja", "b": 1}, "ja"],
    ),
]


@pytest.mark.parametrize(("kind", "good", "wrong"), KINDS, ids=lambda one: type(one).__name__)
def test_what_fits_and_what_is_said_of_the_rest(kind: Kind, good: list[Any], wrong: list[Any]) -> None:
    asked = [Field("it", "Wat is het?", "art. 1", kind)]
    for value in good:
        assert field_faults("art. 1", asked, {"it": value}, "oov", ("S1", "S2")) == []
    for value in wrong:
        (fault,) = field_faults("art. 1", asked, {"it": value}, "oov", ("S1", "S2"))
        assert fault.field == "fields.it"
        assert fault.reason in (kind.wanted(), "ontbreekt: Wat is het?")
    assert kind.wanted().startswith("moet ")
    assert kind.schema()["type"] in ("string", "boolean", "array", "object")


def test_a_choice_shows_its_names_to_people_and_its_codes_to_machines() -> None:
    assert Choice(NAMED).schema()["oneOf"] == [
        {"const": "a", "title": "de eerste"},
        {"const": "b", "title": "de tweede"},
    ]
    assert Choice(NAMED).described() == "één van: de eerste of de tweede"
    assert "de eerste (a)" in Choice(NAMED).wanted()


def test_nobody_has_to_be_named_where_nobody_is_known() -> None:
    assert Subjects().fits([], ())
    assert not Subjects().fits([], ("S1",))
