"""What is judged by function and not by table is printed too: every fault, every term, every moment and every move."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.protocol import (
    afterwards,
    answering,
    breaches,
    carrying_out,
    clusters,
    co_signing,
    composing,
    conditions,
    correcting,
    designations,
    fields,
    holdings,
    judge,
    letters,
    meetings,
    moments,
    never_informed,
    opening,
    passing_on,
    records,
    registering,
    restricting,
    standing_back,
    terms,
    together,
    wording,
)
from shared.protocol.model import Law
from shared.protocol.moves import moves
from tests.protocol.laws import LAWS
from tests.protocol.test_show import protocol_of

LAW = Path(meetings.__file__).parent
JUDGING = (
    *(answering, clusters, co_signing, composing, correcting, designations, fields, judge, meetings, never_informed),
    *(afterwards, breaches, holdings, letters, opening, passing_on, records, registering),
    *(carrying_out, restricting, standing_back, together, wording),
)
RULES: dict[str, dict[str, str]] = {str(one.__file__): one.RULES for one in JUDGING}
TERMS = {
    "add_years": "een jaar na 29 februari is 28 februari",
    "add_months": "een maand na de 31e is de laatste dag van een kortere maand",
    "kept_until": "na het besluit dat het beëindigde, daarna vernietigd",
    "active_until": "na de laatste verwerking actief, alleen om te lezen",
    "has_had": "Wie iets van een signaal kreeg, en welke dienst het had",
    "is_due": "Wat zijn termijn heeft gehad, komt de dag daarna op een vernietigingslijst",
    "last_due": "Wat zijn termijn heeft gehad, komt de dag daarna op een vernietigingslijst",
}
"""Every rule of the calendar, by hand, and how the document says it."""


def codes_in(file: Path) -> Iterator[str]:
    """The code of every fault that is made in `file`; what has none is a rule without a name."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "Fault":
            code = (
                node.args[3] if len(node.args) > 3 else next((k.value for k in node.keywords if k.arg == "code"), None)
            )
            yield str(code.value) if isinstance(code, ast.Constant) else f"line {node.lineno}"


def test_every_fault_has_a_sentence_in_the_document() -> None:
    """A refusal that is added to the law, without a sentence beside it, fails here."""
    conditions_say_so_themselves = Path(conditions.__file__).parent / "case.py"
    for file in LAW.rglob("*.py"):
        made = set(codes_in(file)) if file != conditions_say_so_themselves else set()
        assert made == set(RULES.get(str(file), {})), file.name


@pytest.mark.parametrize("law", [LAWS.of(one) for one in LAWS.versions], ids=lambda law: law.version)
def test_no_sentence_that_stands_beside_the_judgement_is_missing_from_the_document(law: Law) -> None:
    text = protocol_of(law)
    for rules in RULES.values():
        assert [one for one in rules.values() if f"- {one}\n" not in text] == []
    assert [one for one in (*moments.NEARER.values(), *moments.LATER.values()) if one not in text] == []
    assert [one.says for one in moves(law.terms) if f"- {one.says}\n" not in text] == []
    assert [one for one in TERMS.values() if one not in text] == []
    assert meetings.ATTENDANCE[law.attendance_by] in text
    assert all(len(one.word) > 3 and one.says.endswith(").") for one in moves(law.terms)), "each with its article"


def test_every_rule_of_the_calendar_and_every_moment_is_known_here() -> None:
    public = {name for name, one in inspect.getmembers(terms, inspect.isfunction) if one.__module__ == terms.__name__}
    assert public == set(TERMS)
    # What services note by when somebody has to know, by hand.
    assert {*moments.NEARER, *moments.LATER} == {
        "contact",
        "disclosure",
        "intervention",
        "same-person",
        "review",
        "at-once",
        "notice-undeliverable",
    }
    assert set(moments.PLANNED) <= set(moments.NEARER)
