"""An exported trail is checked against a witness's notes with files alone (R-D.5)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.audit import GENESIS, as_bytes, chain
from shared.bus.post import Post
from shared.clock import SystemClock
from shared.contracts.common import Audited
from shared.keys.signing import Signer
from shared.offline import NotAnExport, verify
from shared.openbao import OpenBao
from shared.privileges import SIGN
from shared.transparency import Checkpoint, Tree, note
from shared.witness import origin_of
from tests.parts import NOBODY

BATCH = 10


class OwnTransit(OpenBao):
    """The transit keys of all services, in memory."""

    def __init__(self) -> None:
        super().__init__("https://127.0.0.1:1", Path("/nowhere"), NOBODY)
        self.keys: dict[str, Ed25519PrivateKey] = {}

    def key(self, service: str) -> Ed25519PrivateKey:
        return self.keys.setdefault(service, Ed25519PrivateKey.generate())

    async def call(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, seconds: float = 0
    ) -> dict[str, Any]:
        service = path.removeprefix(f"{SIGN}/sign/")
        signature = self.key(service).sign(base64.b64decode((body or {})["input"]))
        return {"data": {"signature": f"vault:v1:{base64.b64encode(signature).decode()}"}}

    @property
    def public(self) -> dict[str, list[str]]:
        return {
            name: [base64.b64encode(key.public_key().public_bytes_raw()).decode()] for name, key in self.keys.items()
        }


class Trail:
    """Of intake: lines in signed messages, and a note after each so many."""

    def __init__(self, folder: Path) -> None:
        self.transit = OwnTransit()
        self.folder = folder
        folder.mkdir()
        self._tree, self._head = Tree(), GENESIS

    async def lines(self, batches: int, by: str = "intake", word: str = "looked") -> list[str]:
        signer = Signer(by, self.transit, SystemClock())
        await signer.certify()
        post = Post("intake", signer, SystemClock(), "0" * 20)
        found = []
        for _ in range(batches):
            first, previous = self._tree.size + 1, self._head
            entries = tuple({"action": word, "n": first + n} for n in range(BATCH))
            for entry in entries:
                self._head = chain(self._head, entry)
                self._tree.add(as_bytes(entry))
            message = Audited(first=first, previous=previous, entries=entries, head=self._head)
            envelope = post.envelope("oversight", message)
            row = {"producer": "intake", "headers": envelope.headers, "body": (envelope.body or b"").decode()}
            found.append(json.dumps(row))
        return found

    def note(self) -> None:
        checkpoint = Checkpoint(origin_of("intake"), self._tree.size, self._tree.root)
        key = self.transit.key("oversight")
        text = note(checkpoint, key.public_key(), key.sign(checkpoint.text.encode()))
        (self.folder / f"intake-{checkpoint.size:010}.txt").write_text(text)

    def problems(self, export: list[str]) -> list[str]:
        (found,) = [one for one in verify(export, self.folder, self.transit.public) if one.producer == "intake"]
        return found.problems


@pytest.fixture
def trail(tmp_path: Path) -> Trail:
    return Trail(tmp_path / "witness")


async def test_what_was_not_touched_holds(trail: Trail) -> None:
    export = await trail.lines(2)
    trail.note()
    export += await trail.lines(3)
    trail.note()
    export += await trail.lines(1)
    found = {one.producer: one for one in verify(export, trail.folder, trail.transit.public)}
    intake = found["intake"]
    assert (intake.lines, intake.signed, sorted(intake.noted.roots), intake.problems) == (60, 6, [20, 50], [])
    assert all(one.problems == [] for one in found.values())


def changed(text: str) -> str:
    """Another word in one line, and the chain made right again: whole in itself."""
    row = json.loads(text)
    body = json.loads(row["body"])
    body["entries"][3]["action"] = "forged"
    head = body["previous"]
    for entry in body["entries"]:
        head = chain(head, entry)
    body["head"] = head
    return json.dumps(row | {"body": json.dumps(body)})


@pytest.mark.parametrize(
    "harm",
    [
        lambda lines: lines[:-1],
        lambda lines: [*lines[:1], *lines[2:]],
        lambda lines: lines[1:],
        lambda lines: [],
        lambda lines: [*lines[:2], lines[1], *lines[2:]],
        lambda lines: [lines[1], lines[0], *lines[2:]],
        lambda lines: [*lines[:1], changed(lines[1]), *lines[2:]],
        lambda lines: [*lines[:-1], changed(lines[-1])],
        lambda lines: [lines[0].replace('\\"looked\\"', '\\"forged\\"'), *lines[1:]],
    ],
    ids=[
        "cut",
        "one gone",
        "the first gone",
        "all gone",
        "twice",
        "in another order",
        "changed",
        "the last changed",
        "a word",
    ],
)
async def test_what_was_harmed_is_told(trail: Trail, harm: Callable[[list[str]], list[str]]) -> None:
    export = await trail.lines(4)
    trail.note()
    assert trail.problems(export) == []
    assert trail.problems(harm(export)) != []


async def test_who_has_another_key_is_not_believed(trail: Trail) -> None:
    """Oversight could write lines of its own: whole, and noted by the witness. They are not signed by intake."""
    export = await trail.lines(2, by="oversight")
    trail.note()
    assert trail.problems(export) == [
        f"intake did not sign what brings line {first}, or with another key" for first in (1, 11)
    ]


async def test_a_history_written_anew_is_not_the_witnessed_one(tmp_path: Path) -> None:
    """With the keys of everybody, and notes that were genuine: another root."""
    true, false = Trail(tmp_path / "witness"), Trail(tmp_path / "other")
    false.transit = true.transit
    await true.lines(2)
    true.note()
    forged = await false.lines(3, word="forged")
    assert true.problems(forged) == ["the first 20 lines are not those that the witness noted"]


async def test_a_note_of_nobody_is_told(trail: Trail) -> None:
    export = await trail.lines(1)
    (trail.folder / "intake-0000000010.txt").write_text("meldpunt/audit/intake\n10\nAAAA\n\n\u2014 x y\n")
    assert trail.problems(export) == ["notes that oversight did not sign, or with another key: 1"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"producer": "intake", "headers": 1, "body": ""}',
        '{"producer": "x", "headers": {}, "body": ""}',
        "[" * 9999,
    ],
)
async def test_what_is_no_export_says_where(trail: Trail, text: str) -> None:
    export = await trail.lines(1)
    with pytest.raises(NotAnExport, match="line 2"):
        verify([*export, text], trail.folder, trail.transit.public)


async def test_a_message_without_lines_is_told(trail: Trail) -> None:
    export = await trail.lines(1)
    row = json.loads(export[0]) | {"body": "{}"}
    assert trail.problems([*export, json.dumps(row)]) == ["a message behind line 10 tells of no lines"]
