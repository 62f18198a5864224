"""The protocol prints itself: every decision, outcome and state in Dutch, and the diagram has the graph's arrows."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from shared.protocol import dutch
from shared.protocol.model import State
from shared.protocol.show import diagram, document
from tests.protocol.graph import ARROWS
from tests.protocol.laws import LAWS

DOC = Path(__file__).parents[2] / "docs" / "protocol.md"


def test_everything_has_a_dutch_line() -> None:
    for protocol in map(LAWS.of, LAWS.versions):
        assert {one.key for one in protocol.decisions} <= set(dutch.DECISIONS)
        assert {outcome.key for one in protocol.decisions for outcome in one.outcomes} <= set(dutch.OUTCOMES)
    assert {state.value for state in State} == set(dutch.STATES)


@pytest.mark.parametrize("version", LAWS.versions)
def test_the_diagram_is_the_graph(version: str) -> None:
    drawn = set(re.findall(r"^  (\w+) --> (\w+) : (.+)$", "\n".join(diagram(LAWS.of(version))), re.MULTILINE))
    expected = {
        (start.replace("-", "_"), end.replace("-", "_"), dutch.OUTCOMES[outcome])
        for (start, _, outcome), end in ARROWS.items()
        if start != end
    }
    assert {one for one in drawn if not one[2].endswith("(klok)")} == expected


def test_the_command_prints_it_and_the_docs_have_it() -> None:
    argv = [sys.executable, "-m", "deploy.embedded.cli", "protocol", "show"]
    printed = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    assert printed == document(LAWS.configured)
    for decision in LAWS.configured.decisions:
        assert dutch.DECISIONS[decision.key] in printed
    assert DOC.read_text() == printed, "run `meldpunt protocol show > docs/protocol.md`"
