"""What people look for first says one thing: the licence, the version, what it is."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest

from deploy.generate import ROOT
from deploy.set_up import RELEASE
from tests.deploy.rendered import CHART, read

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PUBLIC = read((ROOT / "publiccode.yml").read_text())
CHART_SAYS = read((CHART / "Chart.yaml").read_text())
CATEGORIES = {"compliance-management", "regulations-and-directives", "whistleblowing", "workflow-management"}
"""Of the list of the standard, those that are used here."""
MARKDOWN = ["CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "README.md"]
MARKDOWN += [
    f"docs/operations/{one}.md"
    for one in ("install", "sizing", "given", "upgrade", "bio2", "dpia", "verwerkingsregister")
]


def test_one_licence() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert text.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2")
    assert len(re.findall(r"^\d+\. ", text, re.MULTILINE)) == 15, "fifteen articles"
    assert "Compatible Licences" in text
    label = re.findall(r'image\.licenses="(.+?)"', (ROOT / "deploy" / "images" / "Containerfile").read_text())
    assert {PROJECT["license"], PUBLIC["legal"]["license"], CHART_SAYS["annotations"]["licenses"], *label} == {
        "EUPL-1.2"
    }


def test_one_version() -> None:
    versions = {PUBLIC["softwareVersion"], CHART_SAYS["version"], CHART_SAYS["appVersion"]}
    assert versions | {RELEASE} == {PROJECT["version"]}
    assert PROJECT["version"] in (ROOT / "CHANGELOG.md").read_text()


def test_publiccode_has_what_the_standard_asks() -> None:
    """Its mandatory keys, by hand: no validator of it is in a registry that is used here."""
    assert PUBLIC["publiccodeYmlVersion"] == "0.4"
    mandatory = "name url platforms developmentStatus softwareType description legal maintenance localisation"
    assert set(mandatory.split()) <= set(PUBLIC)
    assert set(PUBLIC["categories"]) == CATEGORIES
    assert PUBLIC["developmentStatus"] == "development"
    assert PUBLIC["softwareType"] == "standalone/web"
    assert PUBLIC["maintenance"]["type"] == "none", "a person or a contract would have to be named for another"
    for about in PUBLIC["description"].values():
        assert len(about["shortDescription"]) <= 150
        assert 150 <= len(about["longDescription"]) <= 10_000
        assert about["features"]


def test_nobody_is_given_an_address_that_was_invented() -> None:
    for file in (*MARKDOWN, "publiccode.yml"):
        assert re.findall(r"[\w.+-]+@(?!sha256)[\w-]+\.\w+", (ROOT / file).read_text()) == [], file


@pytest.mark.parametrize("file", MARKDOWN)
def test_every_link_leads_somewhere(file: str) -> None:
    for link in re.findall(r"\]\((?!https?://|#)([^)#]+)", (ROOT / file).read_text()):
        assert ((ROOT / file).parent / link).exists(), link


def test_the_docs_claim_no_more_than_was_tried() -> None:
    text = (ROOT / "docs" / "operations" / "install.md").read_text()
    assert "Nothing of this was deployed" in text
    assert "runs on" in text
    assert not re.search(r"Haven[- ](compliant|certified)", text)
    assert "not measured" in (ROOT / "docs" / "operations" / "sizing.md").read_text()
