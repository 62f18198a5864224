"""Contracts are frozen, additive and pinned; letters carry less at every step."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from shared.contracts.assessment import HandedOverFinding, ResearchContent, SubjectsContent
from shared.contracts.dossier import ArchivedItem, CodedDecision, DecisionWords, SealedDossier
from shared.contracts.intake import ReportContent, Reporter
from shared.contracts.registry import MESSAGES
from shared.contracts.sources import CaseContent
from shared.privileges import SERVICES

GOLDEN = Path(__file__).with_name("contracts.golden.json")
CONTENTS: tuple[type[BaseModel], ...] = (
    ReportContent,
    Reporter,
    SealedDossier,
    ArchivedItem,
    CodedDecision,
    DecisionWords,
    HandedOverFinding,
    ResearchContent,
    CaseContent,
    SubjectsContent,
)


def shapes() -> dict[str, Any]:
    found: dict[str, Any] = {event: kind.model_json_schema() for event, kind in sorted(MESSAGES.items())}
    return found | {kind.__name__: kind.model_json_schema() for kind in CONTENTS}


def test_every_contract_is_as_it_was_pinned() -> None:
    """A change shows here; it may only add a field with a default. MELDPUNT_WRITE_GOLDEN=1 pins anew."""
    if os.environ.get("MELDPUNT_WRITE_GOLDEN"):
        GOLDEN.write_text(json.dumps(shapes(), indent=1, sort_keys=True) + "\n")
    assert json.loads(json.dumps(shapes())) == json.loads(GOLDEN.read_text())


def test_messages_are_frozen_and_silent_about_their_input() -> None:
    for kind in (*MESSAGES.values(), *CONTENTS):
        assert kind.model_config["frozen"] is True
        assert kind.model_config["hide_input_in_errors"] is True
        with pytest.raises(ValidationError) as caught:
            kind.model_validate({"number": {"secret": "Jan Jansen"}})
        assert "Jansen" not in str(caught.value)


def test_every_event_has_a_contract_and_every_contract_a_reader() -> None:
    consumed = {event for service in SERVICES for events in service.consumes.values() for event in events}
    assert consumed == set(MESSAGES)


def fields_of(kind: type[BaseModel]) -> set[str]:
    """All names of fields, nested ones too."""
    text = json.dumps(kind.model_json_schema())
    found: set[str] = set()

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            found.update(node.get("properties", {}))
            for one in node.values():
                walk(one)
        elif isinstance(node, list):
            for one in node:
                walk(one)

    walk(json.loads(text))
    return found


@pytest.mark.refused("R-5.1")
def test_what_each_step_drops() -> None:
    """Intake keeps the reporter; assessment keeps everything that can be read; oversight gets words only."""
    reporter = fields_of(Reporter) - {"kind", "number", "name", "wants_contact"}
    assert reporter == {"email", "phone"}
    assert not fields_of(ReportContent) & {"email", "phone", "reporter"}
    readable = {"text", "subjects", "objects", "name", "address", "occupation", "description", "finding"}
    assert readable & fields_of(ReportContent)
    assert not fields_of(SealedDossier) & readable
    assert not fields_of(DecisionWords) & readable
    assert not fields_of(CodedDecision) & (readable | {"reason", "fields"})
    # Phase 3 gets the report without its door; phase 4 also what relevant hits brought; rights identities only.
    door = {"channel", "registered_at", "reporter_kind", "reporter_wants_contact"}
    assert door <= fields_of(ReportContent)
    assert not fields_of(ResearchContent) & (door | {"reason", "words", "paper"})
    assert fields_of(CaseContent) - fields_of(ResearchContent) == {"closed"}
    assert not fields_of(SubjectsContent) & (door | {"text", "objects", "findings", "decisions"})


def test_no_clear_field_of_a_message_can_hold_content() -> None:
    """What is not sealed is an id, a code, a number or a moment."""
    clear = {name for kind in MESSAGES.values() for name in fields_of(kind)}
    clear.discard("subjects")  # of InformingAsked: how many there are
    assert MESSAGES["informing-asked.v1"].model_json_schema()["properties"]["subjects"]["type"] == "integer"
    assert not clear & {"text", "reason", "name", "address", "finding", "email", "phone", "subjects", "words"}


def test_receivers_ignore_fields_that_were_added_later() -> None:
    made = DecisionWords.model_validate({"decision": "d", "reason": "r", "fields": {}, "addedLater": 1})
    assert "addedLater" not in made.model_dump()
    assert all(kind.model_config["extra"] == "ignore" for kind in (*MESSAGES.values(), *CONTENTS))
