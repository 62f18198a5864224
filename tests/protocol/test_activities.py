"""Every deed that touches persons is an activity of the register, or says why it is none."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from services.portal.watch_words import ACTIONS
from shared.processing import Concerns, deed_of
from shared.protocol.activities import (
    ACTIVITIES,
    BY_KEY,
    register_of,
    show_activities,
)
from shared.protocol.activity_of import ACTIVITY_OF_DECISION, ACTIVITY_OF_DEED, NO_PROCESSING, activity_of
from shared.protocol.laws import Laws
from shared.protocol.loading import Unacceptable, municipality
from shared.protocol.syntax import read_toml

ROOT = Path(__file__).parents[2]
FILE = ROOT / "shared/protocol/municipalities/midden-delfland-2025.toml"
LAWS = Laws.read("midden-delfland-2025", None)
TELLS = {"line", "note", "_note", "_told", "heard", "_taken"}
"""What is called with the name that the audit trail has for a deed."""
OF_A_DECISION = ("decision", "proposal", "question answered")
OTHERS = ("not believed", "not-believed")


def _told() -> Iterator[tuple[str, str]]:
    """The literal names of deeds in the code, with where each stands."""
    for file in sorted([*(ROOT / "services").rglob("*.py"), *(ROOT / "shared").rglob("*.py")]):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Assign) and any(getattr(one, "id", "") == "action" for one in node.targets):
                yield from ((one, f"{file.relative_to(ROOT)}:{node.lineno}") for one in _literals(node.value))
            if not isinstance(node, ast.Call):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            named = [one.value for one in node.keywords if one.arg == "action"]
            for value in [*node.args, *named] if called in TELLS else named:
                yield from ((one, f"{file.relative_to(ROOT)}:{node.lineno}") for one in _literals(value))


def _literals(value: ast.expr) -> Iterator[str]:
    """What a name of a deed begins with, of either branch where there are two."""
    for one in (value.body, value.orelse) if isinstance(value, ast.IfExp) else (value,):
        literal = one.values[0] if isinstance(one, ast.JoinedStr) else one
        if isinstance(literal, ast.Constant) and isinstance(literal.value, str) and " " in literal.value:
            yield literal.value


def test_every_deed_that_the_code_tells_is_in_the_register_or_says_why_not() -> None:
    known = {*ACTIVITY_OF_DEED, *NO_PROCESSING}
    told = {(name, where) for name, where in _told()} | {(name, "watch_words") for name in ACTIONS}
    unknown = sorted(
        (name, where)
        for name, where in told
        if name.partition(": ")[0] not in known
        and not name.startswith(OF_A_DECISION)
        # The beginning of a name that is put together.
        and not any(one.startswith(name) for one in known)
    )
    assert len(told) > 60
    assert [one for one in unknown if not set(one[0].split()) & {"believed", "trusted"}] == []


def test_every_deed_is_shown_in_words_to_who_watches() -> None:
    assert sorted({*ACTIVITY_OF_DEED, *NO_PROCESSING} - {*ACTIONS}) == []


def test_every_decision_of_the_law_is_an_activity() -> None:
    for law in LAWS.own:
        missing = [one.key for one in law.decisions if one.key not in ACTIVITY_OF_DECISION]
        assert missing == [], law.version
    assert {*ACTIVITY_OF_DECISION.values(), *ACTIVITY_OF_DEED.values()} == set(BY_KEY), "an activity that nothing is"
    assert not {*ACTIVITY_OF_DEED} & {*NO_PROCESSING}


def test_a_decision_is_known_whatever_became_of_it() -> None:
    for verb in ("taken", "proposed", "co-signed", "withdrawn"):
        found = activity_of(f"decision {verb}: weging-1")
        assert found
        assert found.key == "wegen"
    assert activity_of("POST /v1/signals/{number}/decisions") is None, "what was refused is no processing"


def test_who_tells_a_deed_says_whom_it_concerns() -> None:
    with pytest.raises(TypeError, match="whom it concerns"):
        deed_of("duties to inform began", "D-7K3MQ-9XD4T", None)
    known = deed_of("signal sealed", "S-7K3MQ-9XD4T", None)
    assert known
    assert known.concerns == (Concerns("S-7K3MQ-9XD4T"),)
    assert deed_of("signal sealed", "S-7K3MQ-9XD4T", ()) is None


def test_the_register_is_data_with_an_address_of_its_own_for_each_variant() -> None:
    for law in LAWS.own:
        entries = list(register_of(law.choices.processing))
        assert len({one["id"] for one in entries}) == len(entries) == 2 * len(ACTIVITIES)
        for one in entries:
            assert str(one["id"]).startswith("https://")
            assert all(
                one[name] for name in ("name", "controller", "purpose", "basis", "receivers", "retention", "since")
            )
            assert bool(one["confidential"]) == bool(one["confidentialBecause"])
        shown = "\n".join(show_activities(law.choices.processing))
        assert all(f"`{one.key}/{one.version}`" in shown for one in ACTIVITIES)


def test_the_controller_is_chosen_for_each_activity() -> None:
    said = LAWS.configured.choices.processing
    assert said.controller_of("wegen") == "het college en de burgemeester"
    assert said.controller_of("plan-maken") == "de burgemeester"
    assert replace(said, controllers=("college",)).controller_of("wegen") == "het college"


@pytest.mark.parametrize(
    ("table", "wrong"),
    [
        ({"register": "verwerkingen", "verantwoordelijk": ["college"], "per_activiteit": {}}, "verwerkingen.register"),
        ({"register": "https://a.nl/x", "verantwoordelijk": ["raad"], "per_activiteit": {}}, "verantwoordelijk"),
        (
            {"register": "https://a.nl/x", "verantwoordelijk": ["college"], "per_activiteit": {"feest": ["college"]}},
            "verwerkingen.per_activiteit.feest",
        ),
    ],
)
def test_a_register_that_cannot_be_is_refused_with_its_place(table: dict[str, object], wrong: str) -> None:
    with pytest.raises(Unacceptable) as refused:
        municipality({**read_toml(FILE), "verwerkingen": table})
    assert len(refused.value.problems) == 1
    assert wrong in refused.value.problems[0]
