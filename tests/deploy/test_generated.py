"""What is committed is what would be generated; a row of the table changes all that depends on it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import Field
from pydantic_settings import BaseSettings

from deploy.generate import artefacts, differing, write
from deploy.wiring import House, Unwired, settings_of
from shared.privileges import SERVICES, Privileges
from shared.settings import ServiceSettings

NOT_OF_THE_TABLE = {
    "deploy/images/requirements.txt",
    "deploy/images/sbom.cdx.json",
    "deploy/compose/prometheus-web.yaml",
}
"""What is made from the lock file, and how Prometheus itself is spoken to."""


class WantsMore(ServiceSettings):
    gravity: int = Field(default=3, ge=1)


class WantsFile(ServiceSettings):
    unheard_of: Path
    unheard_of_too: Path | None = None


def house_with(settings: type[BaseSettings]) -> House:
    """A house with one row more."""
    row = Privileges(name="newcomer", consumes={"access": ("leases.v1",)})
    return House((*SERVICES, row), lambda name: settings if name == "newcomer" else settings_of(name))


def test_what_is_committed_is_what_would_be_generated() -> None:
    """`meldpunt generate` writes it."""
    assert differing() == []


def test_what_differs_is_noticed_and_written(tmp_path: Path) -> None:
    assert set(write(tmp_path)) == set(artefacts())
    path = next(iter(artefacts()))
    (tmp_path / path).write_text("changed by hand")
    assert differing(tmp_path) == [path]
    assert write(tmp_path) == [path]
    assert differing(tmp_path) == []


def test_a_row_changes_every_artefact() -> None:
    before, after = artefacts(), artefacts(house_with(WantsMore))
    assert {path for path in before if before[path] == after[path]} == NOT_OF_THE_TABLE
    assert all("newcomer" in text for path, text in after.items() if path not in NOT_OF_THE_TABLE)


def test_a_row_that_goes_changes_every_artefact() -> None:
    before, after = artefacts(), artefacts(House(tuple(one for one in SERVICES if one.name != "worklist")))
    assert {path for path in before if before[path] == after[path]} == NOT_OF_THE_TABLE
    # What was measured once is of the house that was measured.
    made = {path: text.partition("## What a city took")[0] for path, text in after.items()}
    assert not any("worklist" in text for path, text in made.items() if path not in NOT_OF_THE_TABLE)


def test_a_setting_is_there_as_its_class_has_it() -> None:
    schema = artefacts(house_with(WantsMore))["deploy/helm/meldpunt/values.schema.json"]
    assert '"gravity"' in schema
    assert '"gravity"' not in artefacts()["deploy/helm/meldpunt/values.schema.json"]


def test_a_file_that_nobody_wired_stops_generating() -> None:
    with pytest.raises(Unwired, match="newcomer: unheard_of, unheard_of_too"):
        artefacts(house_with(WantsFile))


def test_who_a_row_listens_to_opens_no_connection() -> None:
    """Services are told by message; what a row consumes goes through the bus, and changes nothing here."""
    row: dict[str, Any] = {"consumes": {**SERVICES[0].consumes, "casework": ("receipts.v1",)}}
    assert artefacts(House((replace(SERVICES[0], **row), *SERVICES[1:]))) == artefacts()
