"""Records of the processing log against the attribute schema of Logboek Dataverwerkingen 1.0.0 and its reading extension.

The specifications are not part of the project; where they are absent these tests skip and say so.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from shared.http.processing import ProcessingAskedIn
from shared.identity import Person
from shared.pages import Window
from shared.processing_reading import ProcessingReading, RecordsAsked
from shared.protocol.model import State
from tests.conformance.test_api_design import STANDARDS
from tests.platform.conftest import (  # noqa: F401  (fixtures)
    DeskOf,
    bao_of,
    closed_afterwards,
    database_of,
    desk_of,
    openbao,
    parts,
    postgres,
)

FG = Person("fiona", frozenset({"fg"}))
ASKED_ELSEWHERE = {"dpl.core.foreign_operation.processor"}
"""Only where another application called."""
OURS = {"number", "person"}


def specification(name: str) -> dict[str, Any]:
    """The JSON of a standard; one of them lacks a comma after a comment."""
    file = STANDARDS / name
    if not file.exists():
        pytest.skip(f"the specification {name} is not on this machine (set MELDPUNT_STANDARDS)")
    text = re.sub(r'("_comment": "[^"]*")\s*\n(\s*")', r"\1,\n\2", file.read_text())
    found: dict[str, Any] = json.loads(text)
    return found


async def test_what_is_read_is_as_the_standard_has_it(desk_of: DeskOf) -> None:  # noqa: F811
    attributes = specification("ldv-attributes.schema.json")["properties"]
    schemas = specification("ldv-lezen-0.9-openapi.json")["components"]["schemas"]
    described = schemas["ProcessingActivity"]
    desk = await desk_of("assessment")
    await desk.arrives(State.WEGING_2A, subjects=())
    await desk.arrives(State.WEGING_2A)
    answer = await ProcessingReading(desk.platform).page(FG, RecordsAsked(start_time=0), Window())
    assert {*schemas["ListProcessingActivities"]["required"]} <= {*answer}
    found = answer["processingActivities"]
    assert len(found) == 2
    for one in found:
        assert {*described["required"]} <= {*one} <= {*described["properties"]}
        assert UUID(one["traceId"])
        for name in ("spanId", "parentSpanId"):
            if name in one:
                assert re.fullmatch(described["properties"][name]["pattern"], one[name])
        assert one["status"] in described["properties"]["status"]["enum"]
        assert all(isinstance(one[name], int) for name in ("startTime", "endTime"))
        assert {*one["attributes"]} == {*attributes} - ASKED_ELSEWHERE
        address = urlsplit(one["attributes"]["dpl.core.processing_activity_id"])
        assert address.scheme == "https"
        assert address.netloc


def test_what_can_be_asked_is_what_the_standard_lets_ask() -> None:
    attributes = {*specification("ldv-attributes.schema.json")["properties"]}
    asked = specification("ldv-lezen-0.9-openapi.json")["components"]["schemas"]["ProcessingActivityRequest"]
    standard = attributes | {*asked["allOf"][1]["properties"]}
    ours = {one.alias for one in ProcessingAskedIn.model_fields.values()}
    assert ours == standard - ASKED_ELSEWHERE | OURS
