"""The interfaces against the Dutch API design rules, and the messages against CloudEvents.

The specifications are not part of the project; where they are absent these tests skip and say so.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.house import TestHouse
from tests.journeys import brought
from tests.parts import run_async

ROOT = Path(__file__).parents[2]
STANDARDS = Path(os.environ.get("MELDPUNT_STANDARDS", ROOT.parent / "shared" / "standards"))
SERVICES = ("intake", "assessment", "sources", "casework", "rights", "export", "retention", "access", "oversight")


def standard(name: str) -> Path:
    file = STANDARDS / name
    if not file.exists():
        pytest.skip(f"the specification {name} is not on this machine (set MELDPUNT_STANDARDS)")
    return file


@pytest.fixture(scope="module")
def spectral() -> Path:
    """The linter, installed from the project's own lock file on first use."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not on this machine, and the linter is an npm package")
    program = ROOT / "node_modules" / ".bin" / "spectral"
    if not program.exists():
        subprocess.run(
            [npm, "ci", "--no-audit", "--no-fund", "--silent"], cwd=ROOT, check=True, capture_output=True, timeout=600
        )
    return program


def test_every_openapi_document_passes_the_linter(house: TestHouse, spectral: Path) -> None:
    ruleset, folder = standard("adr-2.2.1-linter.yaml"), house.folder / "documents"
    folder.mkdir()
    for service in SERVICES:
        answer = httpx.get(f"{house.client.addresses[service]}/v1/openapi.json", timeout=60)
        assert answer.headers["access-control-allow-origin"] == "*"
        (folder / f"{service}.json").write_text(answer.text)
    # One that breaks rules shows that it was looked for them.
    (folder / "wrong.json").write_text(json.dumps({"openapi": "3.0.0", "paths": {"/Wrong_/": {}}}))
    documents = sorted(str(one) for one in folder.iterdir())
    argv = [str(spectral), "lint", "--ruleset", str(ruleset), "--format", "json", "--quiet", *documents]
    made = subprocess.run(argv, capture_output=True, text=True, timeout=600, check=False)
    found = json.loads(made.stdout[made.stdout.find("[") :])
    wrong = [one for one in found if Path(one["source"]).stem == "wrong"]
    assert "path-keys-no-trailing-slash" in {one["code"] for one in wrong}
    assert [(one["source"], one["code"], ".".join(map(str, one["path"]))) for one in found if one not in wrong] == []


def test_headers_problems_and_addresses(house: TestHouse) -> None:
    for service in SERVICES:
        address = house.client.addresses[service]
        answer = httpx.get(f"{address}/v1/signals/", timeout=60)
        assert answer.status_code == 404, "no redirect for a trailing slash"
        for answer in (
            httpx.get(f"{address}/v1/openapi.json", timeout=60),
            httpx.get(f"{address}/v1/nothing-here", timeout=60),
        ):
            assert answer.headers["api-version"] == "1.0.0"
            assert answer.headers["cache-control"] == "no-store"
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["x-frame-options"] == "DENY"
        problem = httpx.get(f"{address}/v1/nothing-here", timeout=60)
        assert problem.headers["content-type"] == "application/problem+json"
        assert {"status", "title", "detail", "code"} <= set(problem.json())
        assert problem.json()["code"] == "not-found"
        assert problem.json()["title"] == "Niet gevonden"


def test_every_message_is_a_cloudevent(house: TestHouse) -> None:
    """All that the services send for a case from its report to its approach; what somebody forged lies before it."""
    schema = json.loads(standard("cloudevents-1.0.schema.json").read_text())
    before = run_async(last_of_each(house))
    brought(house, "execution")
    sent = run_async(messages_after(house, before))
    assert {one["subject"].split(".")[1] for one in sent} >= {"intake", "assessment", "sources", "casework", "rights"}
    for one in sent:
        attributes = {name.removeprefix("ce-"): value for name, value in one.items() if name.startswith("ce-")}
        assert set(schema["required"]) <= set(attributes)
        assert attributes["specversion"] == "1.0"
        assert attributes["source"].startswith("urn:nld:oin:")
        assert all(name.islower() and name.isalnum() and len(name) <= 20 for name in attributes)
        assert one["subject"].endswith(f"{attributes['type'].removeprefix('nl.meldpunt.')}.{attributes['to']}")


async def last_of_each(house: TestHouse) -> dict[str, int]:
    connection = await house.nats_admin()
    js = connection.jetstream()
    last = {name: (await js.stream_info(name.upper())).state.last_seq for name in SERVICES}
    await connection.close()
    return last


async def messages_after(house: TestHouse, before: dict[str, int]) -> list[dict[str, str]]:
    """The headers of each message since, with its subject."""
    connection = await house.nats_admin()
    js = connection.jetstream()
    found = []
    for name, first in before.items():
        last = (await js.stream_info(name.upper())).state.last_seq
        for seq in range(first + 1, last + 1):
            message = await js.get_msg(name.upper(), seq)
            if message.headers:
                found.append(dict(message.headers) | {"subject": str(message.subject)})
    await connection.close()
    return found
