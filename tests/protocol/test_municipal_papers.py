"""The papers for a municipality say what the code and the file of a municipality say: activities, terms, data, blanks."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from deploy.embedded.cli import parser
from deploy.embedded.home import Home
from deploy.generate import ROOT
from services.export.settings import Settings as OfExport
from services.retention.settings import Settings as OfRetention
from shared.protocol.activities import ACTIVITIES, PUBLIC_TASK, register_of
from shared.protocol.laws import Laws
from shared.protocol.syntax import read_toml
from shared.settings import ServiceSettings

VERSION = "midden-delfland-2025"
LAW = Laws.read(VERSION, None).configured
CHOSEN: dict[str, Any] = read_toml(ROOT / f"shared/protocol/municipalities/{VERSION}.toml")
TERMS: dict[str, int] = CHOSEN["termijnen"]
REGISTER, ASSESSMENT, MEASURES = (
    (ROOT / "docs" / "operations" / f"{one}.md").read_text() for one in ("verwerkingsregister", "dpia", "bio2")
)
BLANK = "in te vullen door de gemeente: "


def rows(text: str) -> list[list[str]]:
    """The cells of every row of every table."""
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]


def test_every_activity_stands_in_the_register_as_the_code_has_it() -> None:
    said = [one for one in rows(REGISTER) if re.search(r"\(`[a-z-]+/\d+`\)$", one[0])]
    assert said == [
        [
            f"{one.name} (`{one.key}/{one.version}`)",
            one.purpose,
            "e" if one.basis == PUBLIC_TASK else "c",
            "; ".join(one.receivers),
            one.retention,
        ]
        for one in ACTIVITIES
    ]


@pytest.mark.parametrize("text", [REGISTER, ASSESSMENT])
def test_every_term_is_that_of_the_municipality(text: str) -> None:
    said = {one[-1].strip("`"): one[1] for one in rows(text) if one[-1].strip("`") in TERMS}
    assert len(said) > 5
    for key, term in said.items():
        unit = key.rpartition("_")[2][:2]
        assert term.startswith(f"{TERMS[key]} {unit}"), (key, term)


def test_the_register_has_every_term_of_keeping() -> None:
    said = {one[-1].strip("`") for one in rows(REGISTER)}
    kept = {key for key in TERMS if re.search("bewaren|casus_|geen_casus|fase_4|goedkeuren|vernietigen", key)}
    assert kept <= said


def test_the_terms_of_settings_are_their_defaults() -> None:
    fields = {**ServiceSettings.model_fields, **OfRetention.model_fields, **OfExport.model_fields}
    said = {one[-1].strip("`"): one[1] for one in rows(REGISTER) if re.fullmatch("`[A-Z_]+_DAYS`", one[-1])}
    assert len(said) == 6
    assert said == {name: f"{fields[name.lower()].default} dagen" for name in said}


def test_the_assessment_has_every_category_of_data_with_its_phase() -> None:
    said = {(one[1], int(one[0])) for one in rows(ASSESSMENT) if len(one) == 3 and one[0].isdigit()}
    assert said == {(one.name, one.from_phase) for one in LAW.categories if not one.process}


def test_what_the_municipality_has_to_fill_in_is_marked_in_one_way() -> None:
    for text in (REGISTER, ASSESSMENT, MEASURES):
        assert BLANK in text
        assert text.count("in te vullen") == text.count(f"[{BLANK}")


def test_the_register_is_to_be_had_as_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = parser().parse_args(["protocol", "register", VERSION])
    assert arguments.run(Home(tmp_path), arguments) == 0
    assert json.loads(capsys.readouterr().out) == list(register_of(LAW.choices.processing))


@pytest.mark.parametrize("text", [REGISTER, ASSESSMENT, MEASURES])
def test_every_test_and_file_of_code_that_is_named_exists(text: str) -> None:
    named = {one for one in re.findall(r"`((?:tests|shared|services|deploy)/[\w./-]+)`", text)}
    assert named
    assert [one for one in named if not (ROOT / one).exists()] == []
