"""For which task and on which basis somebody is given something is chosen from the municipality's list (art. 6, 12 lid 3)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shared.engine.given import Open
from shared.http.open_now import described
from shared.http.taking import DECIDED, DecisionIn, given
from shared.protocol.entitling import NO_TASK
from shared.protocol.judge import Allowed, Attempt, Refused, judge
from shared.protocol.laws import BUILT_IN
from shared.protocol.loading import Unacceptable, municipality
from shared.protocol.model import Law, State
from shared.protocol.open_now import open_decisions
from shared.protocol.show import document
from shared.protocol.syntax import read_toml
from tests.protocol.laws import GROTE_GEMEENTE, MIDDEN_DELFLAND
from tests.protocol.signals import KNOWN, MATRIX

OOV = frozenset({"oov"})
PARTNERS = ["wonen", "arbeidsinspectie"]
EACH = {"wonen": "publieke-taak", "arbeidsinspectie": "toezicht-partner"}


def check(recipient: str, outcome: str = "may", **fields: Any) -> Allowed | Refused:
    attempt = Attempt("check-2a", outcome, "Nodig.", fields, about=("report", recipient))
    return judge(MIDDEN_DELFLAND, State.CHECK_2A, attempt, OOV, KNOWN)


def approach(basis: object) -> Allowed | Refused:
    fields = {"considered": "Alles.", "partners": PARTNERS, "basis": basis}
    attempt = Attempt("approach", "integral", "Samen.", fields, meeting="M-1")
    return judge(MIDDEN_DELFLAND, State.APPROACH, attempt, OOV, replace(KNOWN, decisions=MATRIX))


def faults(found: Allowed | Refused) -> list[tuple[str, str]]:
    return [(one.field, one.code) for one in found.faults] if isinstance(found, Refused) else []


def says(found: Allowed | Refused) -> str:
    return "; ".join(one.reason for one in found.faults) if isinstance(found, Refused) else ""


@pytest.mark.allowed("R-T.10", "R-6.2")
def test_who_is_given_something_is_given_it_for_a_task_of_his_own() -> None:
    assert isinstance(check("wonen", task="toezicht-huisvesting"), Allowed)
    assert isinstance(check("politie", task="taak-politie", basis="gezag-politie"), Allowed)
    assert isinstance(check("riec", task="intake-georganiseerd", basis="samenwerkingsverband"), Allowed)
    for recipient in ("wonen", "politie", "riec"):
        assert isinstance(check(recipient, "may-not", task=NO_TASK), Allowed)


@pytest.mark.refused("R-T.10", "R-6.2")
def test_what_is_no_code_of_the_list_is_no_task_and_no_basis() -> None:
    for wrong in ("x", "Opsporing.", "Politiewet 3", ""):
        assert [field for field, _ in faults(check("politie", task=wrong))] == ["fields.task"]
        assert [field for field, _ in faults(check("politie", task="taak-politie", basis=wrong))] == ["fields.basis"]
        assert [field for field, _ in faults(approach(wrong))] == ["fields.basis"]
    assert faults(check("wonen")) == [("fields.task", "missing")]
    assert faults(check("wonen", task=NO_TASK)) == [("fields.task", "names-a-task")]


@pytest.mark.refused("R-T.10", "R-6.2")
def test_what_does_not_fit_the_receiver_is_refused_with_what_would() -> None:
    police = check("politie", task="toezicht-huisvesting")
    assert faults(police) == [("fields.task", "task-is-theirs")]
    assert "Politiewet 2012, artikel 3" in says(police)
    assert "(taak-politie)" in says(police)
    assert faults(check("wonen", task="taak-politie")) == [("fields.task", "task-is-theirs")]
    department = check("wonen", task="toezicht-huisvesting", basis="gezag-politie")
    assert faults(department) == [("fields.basis", "basis-is-possible")]
    assert "(publieke-taak)" in says(department)


@pytest.mark.allowed("R-T.10")
def test_each_partner_takes_part_on_a_basis_of_his_own() -> None:
    assert isinstance(approach(EACH), Allowed)
    assert isinstance(approach(EACH | {"wonen": "verenigbaar-doel"}), Allowed)


@pytest.mark.refused("R-T.10")
def test_no_partner_takes_part_without_one_and_nobody_else_gets_one() -> None:
    for wrong in ({"wonen": "publieke-taak"}, EACH | {"arbeidsinspectie": "verenigbaar-doel"}):
        assert faults(approach(wrong)) == [("fields.basis", "each-has-a-basis")]
        assert "Nederlandse Arbeidsinspectie" in says(approach(wrong))
    assert faults(approach(EACH | {"politie": "publieke-taak"})) == [("fields.basis", "each-has-a-basis")]


@pytest.mark.parametrize("law", [MIDDEN_DELFLAND, GROTE_GEMEENTE], ids=lambda law: law.version)
def test_every_receiver_of_a_municipality_has_a_task_and_a_basis_with_law_article_and_organ(law: Law) -> None:
    shown = document(law)
    for one in law.choices.receivers:
        assert law.choices.tasks_of(one), one
        assert law.choices.bases_for(one), one
    for known in (*law.choices.tasks.values(), *law.choices.bases.values()):
        assert f"{known.law}, artikel {known.article}; {known.organ}" in known.described
        assert known.described in shown


@pytest.mark.allowed("R-T.10")
def test_open_decisions_offers_by_receiver_what_can_be_chosen() -> None:
    for law in (MIDDEN_DELFLAND, GROTE_GEMEENTE):
        shown = described(Open(3, State.CHECK_2A, law, open_decisions(law, State.CHECK_2A, KNOWN)))
        assert set(shown.entitled["politie"].tasks) == {"taak-politie"}
        assert set(shown.entitled["politie"].urgent) == {"gezag-politie", "vitaal-belang"}
        assert "toezicht-huisvesting" in shown.entitled["wonen"].tasks
        assert not shown.entitled["wonen"].urgent
        (rule,) = (one for one in shown.decisions if one.key == "check-2a")
        codes = {one["const"] for one in rule.outcomes[0].fields["properties"]["task"]["oneOf"]}
        assert codes == {NO_TASK, *law.choices.named_tasks}


@pytest.mark.parametrize("name", DECIDED)
def test_the_examples_in_the_description_of_the_interface_are_right(name: str) -> None:
    attempt = given(DecisionIn.model_validate(DECIDED[name]["value"]), 9).attempt
    state = MIDDEN_DELFLAND.decision(attempt.key).states[0]  # type: ignore[union-attr]
    facts = replace(KNOWN, meetings={"M-7K3MQ-9XD4T": KNOWN.meetings["M-1"]})
    assert isinstance(judge(MIDDEN_DELFLAND, state, attempt, OOV, facts), Allowed)


@pytest.mark.parametrize(
    ("place", "change", "says"),
    [
        ("taken", {"taak-politie": {"voor": ["niemand"]}}, "taken.taak-politie.voor: niemand is geen ontvanger"),
        ("taken", {"taak-politie": {"voor": ["douane"]}}, "geen taak waarvoor politie iets kan krijgen"),
        ("grondslagen", {"samenwerkingsverband": {"voor": ["politie"]}}, "geen grondslag waarop riec iets kan krijgen"),
        ("taken", {"taak-politie": {"artikel": ""}}, "taken.taak-politie.artikel: mag niet leeg zijn"),
        ("taken", {"taak-politie": {"spoed": True}}, "taken.taak-politie.spoed: is onbekend"),
        ("grondslagen", {"publieke-taak": {"wet": ""}}, "grondslagen.publieke-taak.wet: mag niet leeg zijn"),
    ],
)
def test_a_file_says_what_is_wrong_with_its_list(place: str, change: dict[str, Any], says: str) -> None:
    values = read_toml(BUILT_IN / "midden-delfland-2025.toml")
    for key, one in change.items():
        values[place][key] |= one
    with pytest.raises(Unacceptable, match=says):
        municipality(values)


def test_a_code_of_the_list_means_one_thing() -> None:
    values = read_toml(BUILT_IN / "midden-delfland-2025.toml")
    values["grondslagen"]["taak-politie"] = values["grondslagen"]["gezag-politie"]
    values["taken"][NO_TASK] = values["taken"]["taak-douane"]
    with pytest.raises(Unacceptable) as refused:
        municipality(values)
    assert "een code betekent één ding" in str(refused.value)
    assert f"taken.{NO_TASK}: betekent in het protocol zelf dat er geen taak is" in str(refused.value)
