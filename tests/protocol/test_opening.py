"""Opening a record asks for a purpose, consulting a closed case for a reason; what may be taken back has its Dutch name."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from shared.engine.withdraw import Withdrawing
from shared.errors import Conflict
from shared.protocol.model import State
from shared.protocol.opening import PURPOSES_OF_OPENING, is_seen, not_for, purpose_fault, reason_fault
from tests.protocol.graph import PHASE
from tests.protocol.laws import MIDDEN_DELFLAND


@pytest.mark.allowed("R-7.8")
@pytest.mark.refused("R-7.8")
def test_a_purpose_is_chosen_and_not_typed() -> None:
    assert not any(purpose_fault(one) for one in PURPOSES_OF_OPENING)
    for wrong in (None, "", "zomaar", PURPOSES_OF_OPENING["weging"]):
        fault = purpose_fault(wrong)
        assert fault is not None
        assert fault.article == "art. 7 lid 2"
        assert all(name in fault.reason for name in PURPOSES_OF_OPENING.values())


@pytest.mark.allowed("R-9.9")
@pytest.mark.refused("R-9.9")
def test_a_closed_case_is_consulted_for_a_signal_in_hand_and_with_a_reason() -> None:
    may = {state.value for state in State if not_for(state) is None}
    assert may == {state for state in PHASE if state != "closed"}
    assert reason_fault("Hetzelfde pand als toen.") is None
    fault = reason_fault(" \n")
    assert fault is not None
    assert fault.article == "art. 9 lid 2"


def test_of_a_closed_case_only_what_the_phase_of_the_new_signal_may_have_is_seen() -> None:
    for category in MIDDEN_DELFLAND.categories:
        seen = [phase for phase in range(1, 5) if is_seen(category, phase)]
        assert seen == ([] if category.process else list(range(category.from_phase, 5)))
    assert not is_seen(None, 4)


def test_what_can_be_withdrawn_is_called_by_its_question_and_answer() -> None:
    """Never by a code or by the name of a field of the interface."""
    parts = SimpleNamespace(platform=None, policy=SimpleNamespace(side_by_side=False))
    withdrawing = Withdrawing(cast(Any, parts), cast(Any, None))
    last = SimpleNamespace(id=uuid4(), key="weging-1", outcome="suspicion", version=3)
    decision = MIDDEN_DELFLAND.decision("weging-1")
    assert decision is not None

    def refused(named: UUID, version: int, *taken: object) -> str:
        loaded = SimpleNamespace(taken=taken, law=MIDDEN_DELFLAND, dossier=SimpleNamespace(version=version))
        with pytest.raises(Conflict) as caught:
            withdrawing._named(cast(Any, loaded), named)
        return str(caught.value)

    for said in (refused(uuid4(), 3, last), refused(last.id, 4, last)):
        assert f"‘{decision.question}’ – ‘ja’" in said
        assert not any(code in said for code in ("confirms", "weging-1", "suspicion"))
    assert "geen besluit" in refused(uuid4(), 0)
