"""The printed protocol: nothing that the services judge by is missing from it, and it is Dutch."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from deploy.embedded.cli import parser
from deploy.embedded.home import Home
from shared.protocol.conditions.case import Condition
from shared.protocol.diagram import diagram
from shared.protocol.law import law_of
from shared.protocol.live import not_filled_in
from shared.protocol.loading import read
from shared.protocol.model import Field, Law, State
from shared.protocol.opening import PURPOSES_OF_OPENING
from shared.protocol.show import day, document
from shared.protocol.states import PHASES
from tests.protocol.complete import complete
from tests.protocol.graph import ARROWS, MOVES
from tests.protocol.laws import LAWS, MIDDEN_DELFLAND

DOC = Path(__file__).parents[2] / "docs" / "protocol.md"
EVERY_LAW = [LAWS.of(version) for version in LAWS.versions]
ARTICLE = re.compile(
    r"art\. \d+([.:]\d+)?( lid \d+)?( onder [a-z])?( (AVG|UAVG|BGS|Awb))?|Bijlage 1|fase \d(, stap \d)?"
)
"""The one way in which an article is written."""


def fields_of(law: Law) -> Iterator[Field]:
    for decision in law.decisions:
        yield from decision.fields
    for category in law.categories:
        yield from category.fields


def conditions_of(law: Law) -> Iterator[Condition]:
    for decision in law.decisions:
        yield from decision.needs
        for outcome in decision.outcomes:
            yield from outcome.needs
    for category in law.categories:
        yield from category.needs


def articles_of(law: Law) -> Iterator[str]:
    for decision in law.decisions:
        yield decision.article
        yield from (one.article for one in decision.outcomes)
    yield from (one.article for one in fields_of(law))
    yield from (one.article for one in conditions_of(law))


def protocol_of(law: Law) -> str:
    """The document without the bijsluiter, which names the rules too."""
    return document(law).split("## Bijsluiter")[0]


def section(text: str, question: str) -> str:
    """What stands under the heading of one decision."""
    return text.split(f"### {question}\n")[1].split("\n##")[0]


@pytest.mark.parametrize("law", EVERY_LAW, ids=lambda law: law.version)
def test_no_rule_is_missing_from_the_document(law: Law) -> None:
    text = protocol_of(law)
    for decision in law.decisions:
        own = section(text, decision.question)
        assert f"*{decision.article}*" in own
        assert law.people(decision.who.roles) in own
        assert law.people(decision.who.co_signers) in own
        assert not decision.who.meeting or f"{decision.who.meeting}, met ten minste {decision.who.quorum}" in own
        for state in decision.states:
            for outcome in decision.outcomes_in(state):
                to = outcome.leads_to or state
                assert re.search(
                    rf"^\| {re.escape(state.dutch)} \| {re.escape(outcome.answer)} \| .*{re.escape(to.dutch)}.* \|"
                    rf" {re.escape(outcome.article)} \|$",
                    own,
                    re.MULTILINE,
                )
        for field in decision.fields:
            assert f"| {field.question}" in own
            assert field.kind.described() in own
        for one in (*decision.needs, *(need for outcome in decision.outcomes for need in outcome.needs)):
            assert f"- {one.says} ({one.article})" in own
        assert all(f"- {one}" in own for one in decision.guidance)
    for category in law.categories:
        assert re.search(rf"^\| {re.escape(category.name)} \|", text, re.MULTILINE)
        assert all(one.question in text for one in category.fields)
        assert all(f"{one.says} ({one.article})" in text for one in category.needs)
    for named in (*law.choices.organisations.values(), *law.choices.meetings.values()):
        assert all(name in text for name in named.values())
    assert all(f"- {kind}: " in text for kind in law.meetings)
    assert all(f"| {law.names[role]} | " in text for role in law.designations)
    assert day(law.in_force_from) in text


def test_no_term_is_missing_from_the_document() -> None:
    """Every number of the terms, changed alone, shows."""
    choices = MIDDEN_DELFLAND.choices
    for name in asdict(choices.terms):
        changed = law_of(replace(choices, terms=replace(choices.terms, **{name: 97})))
        assert "97" in protocol_of(changed), name


def test_a_text_of_several_lines_stays_one_point() -> None:
    notice = {**MIDDEN_DELFLAND.choices.notice, "doel": "Eerst dit.\n\n# En dan\n| dat |\n"}
    text = protocol_of(law_of(replace(MIDDEN_DELFLAND.choices, notice=notice)))
    assert "- Het doel van de verwerking: Eerst dit. # En dan | dat |\n" in text


def test_what_is_not_filled_in_says_so(tmp_path: Path) -> None:
    assert "## Wat nog moet worden ingevuld" in protocol_of(MIDDEN_DELFLAND)
    assert all(one in protocol_of(MIDDEN_DELFLAND) for one in not_filled_in(MIDDEN_DELFLAND).values())
    file = tmp_path / "compleet.toml"
    file.write_text(complete())
    text = protocol_of(law_of(read(file)))
    assert "ingevuld" not in text


@pytest.mark.parametrize("law", EVERY_LAW, ids=lambda law: law.version)
def test_every_phase_has_its_decisions(law: Law) -> None:
    text = protocol_of(law)
    for phase in PHASES.values():
        assert f"Doel: {phase.purpose}." in text
        assert "### " in text.split(f"## {phase.title}\n")[1].split("\n## ")[0], phase.title


@pytest.mark.parametrize("law", EVERY_LAW, ids=lambda law: law.version)
def test_it_is_dutch_and_has_no_codes(law: Law) -> None:
    text = protocol_of(law).replace(law.version, "").split("```mermaid")[0]
    codes = {key for key in law.names if "-" in key and law.names[key] != key}
    codes |= {one.name for one in fields_of(law) if re.search(r"[A-Z]", one.name)}
    codes |= {one.key for one in conditions_of(law)} | {
        one.value for one in State if one.value != one.dutch and "-" in one.value
    }
    codes |= {one for one in PURPOSES_OF_OPENING if "-" in one}
    assert [one for one in sorted(codes) if re.search(rf"(?<![\w-]){re.escape(one)}(?![\w-])", text)] == []
    assert not re.search(r"\b(the|is not|required|must|which|and|yes|None|ingreep|moet informeren)\b", text)


@pytest.mark.parametrize("law", EVERY_LAW, ids=lambda law: law.version)
def test_what_is_not_filled_in_goes_by_its_name_and_not_by_its_key(law: Law) -> None:
    text = document(law)
    for key, says in not_filled_in(law).items():
        assert text.count(f"- {says}\n") == 2, "in the protocol and in the bijsluiter"
        assert f"{key}: {says}" not in text


@pytest.mark.parametrize("law", EVERY_LAW, ids=lambda law: law.version)
def test_an_article_is_written_in_one_way(law: Law) -> None:
    assert sorted({one for one in articles_of(law) if not ARTICLE.fullmatch(one)}) == []


@pytest.mark.parametrize("law", EVERY_LAW, ids=lambda law: law.version)
def test_the_diagram_is_the_graph(law: Law) -> None:
    drawn = re.findall(r"^  (\S+) --> (\S+)(?: : (.+))?$", "\n".join(diagram(law)), re.MULTILINE)
    assert len(drawn) == len(set(drawn))
    expected = {("[*]", "received", ""), ("[*]", "duty_open", ""), ("destroyed", "[*]", "")}
    expected |= {("[*]", one, "") for one in ("request_received", "incident_proposed", "incident_open")}
    for (start, key, outcome), end in ARROWS.items():
        decision = law.decision(key)
        assert decision is not None
        answer = decision.outcome(outcome, State(start))
        assert answer is not None
        if start != end:
            expected.add((start.replace("-", "_"), end.replace("-", "_"), answer.answer))
    moved = {one for one in drawn if one[2].endswith(("(klok)", "(stop)"))}
    assert {(start, end) for start, end, _ in moved} == MOVES
    assert set(drawn) - moved == expected


def test_the_docs_have_what_the_command_prints(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = parser().parse_args(["protocol", "show"])
    assert arguments.run(Home(tmp_path), arguments) == 0
    assert DOC.read_text() == capsys.readouterr().out, "run `meldpunt protocol show > docs/protocol.md`"
