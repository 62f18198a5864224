"""Checking an exported audit trail against what a witness keeps: with files alone, without a house, a database or OpenBao.

What is shown is what the producers signed, message by message. It holds when each message is signed, each chain has no
gap, and every note of the witness has the root of the lines that it counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from shared.audit import GENESIS, as_bytes, chain
from shared.bus.proof import said_by_known_keys
from shared.contracts.common import Audited
from shared.errors import MeldpuntError
from shared.keys.signing import NotSigned, Verifier
from shared.openbao import OpenBao
from shared.privileges import BY_NAME
from shared.transparency import Witnessed
from shared.witness import CUT_KIND, Noted, read


class NotAnExport(MeldpuntError):
    """A line of the file is no message as `meldpunt audit export` writes it."""


@dataclass
class Verdict:
    """Of one chain. `problems`: what does not hold; empty when all does."""

    producer: str
    noted: Noted
    lines: int = 0
    destroyed: int = 0
    """How many of them had their term and are not shown; what a witness noted proves that they were these."""
    signed: int = 0
    problems: list[str] = field(default_factory=list)


def verify(export: Iterable[str], witness: Path, keys: Mapping[str, Sequence[str]]) -> list[Verdict]:
    """Check an export, a message per line, against the notes in `witness`.

    `keys`: by service its public signing keys, base64, as `signing-keys.json` has them; older ones may be among them.
    Raises NotAnExport, and OSError for a folder that cannot be read.
    """
    # Nobody is asked: what is not known is not believed.
    verifier = Verifier(cast(OpenBao, None), keys)
    chains = {name: _Chain(name, read(witness, name, keys.get("oversight", ())), verifier) for name in BY_NAME}
    for place, text in enumerate(export, 1):
        producer, found = _read(text, place)
        if "cut" in found:
            chains[producer].begins(str(found["cut"]))
        else:
            chains[producer].hear(*_message(found, place))
    return [chain.end() for chain in chains.values()]


def _read(text: str, place: int) -> tuple[str, dict[str, Any]]:
    try:
        found = json.loads(text)
        producer = found["producer"]
    except (ValueError, KeyError, TypeError, RecursionError) as problem:
        raise NotAnExport(f"line {place} is no message of the audit trail") from problem
    if producer not in BY_NAME:
        raise NotAnExport(f"line {place} is of nobody who has an audit trail")
    return str(producer), found


def _message(found: Mapping[str, Any], place: int) -> tuple[dict[str, str], str]:
    try:
        return dict(found["headers"]), str(found["body"])
    except (ValueError, KeyError, TypeError) as problem:
        raise NotAnExport(f"line {place} is no message of the audit trail") from problem


class _Chain:
    """What is shown of one producer, message by message."""

    def __init__(self, producer: str, noted: Noted, verifier: Verifier) -> None:
        self.verdict = Verdict(producer, noted)
        self._verifier = verifier
        self._head = GENESIS
        self._tree = Witnessed(noted.roots)

    def begins(self, statement: str) -> None:
        """Its first lines had their term, as oversight signed; the witness has to have noted the root there, if he noted any."""
        producer, problems, noted = self.verdict.producer, self.verdict.problems, self.verdict.noted
        if self._tree.size:
            problems.append(f"lines are said to be destroyed that are shown up to {self._tree.size}")
            return
        try:
            claims = self._verifier.check(statement, kind=CUT_KIND, service="oversight")
            size, head = int(claims["seq"]), str(claims["head"])
            tree = Witnessed(noted.roots, size, [bytes.fromhex(one) for one in claims["whole"]])
        except (NotSigned, KeyError, TypeError, ValueError):
            problems.append("oversight did not sign up to where lines had their term, or with another key")
            return
        if claims.get("producer") != producer:
            problems.append("what is said to have had its term is of another producer")
            return
        self._tree, self._head, self.verdict.destroyed = tree, head, size
        if noted.roots and size not in noted.roots:
            problems.append(f"the witness did not note the {size} lines that are said to have had their term")
        if not tree.holds:
            problems.append(f"the {size} lines that had their term are not those that the witness noted")

    def hear(self, headers: dict[str, str], body: str) -> None:
        producer, problems = self.verdict.producer, self.verdict.problems
        try:
            message = Audited.model_validate_json(body)
        except ValidationError:
            problems.append(f"a message behind line {self._tree.size} tells of no lines")
            return
        try:
            said_by_known_keys(self._verifier, producer, Audited, "oversight", headers, body.encode())
            self.verdict.signed += 1
        except NotSigned:
            problems.append(f"{producer} did not sign what brings line {message.first}, or with another key")
        if message.first != self._tree.size + 1 or message.previous != self._head:
            problems.append(f"lines from {self._tree.size + 1} on are missing or were replaced")
        for entry in message.entries:
            self._head = chain(self._head, entry)
            self._tree.add(as_bytes(entry))
            if not self._tree.holds:
                problems.append(f"the first {self._tree.size} lines are not those that the witness noted")
        if self._head != message.head:
            problems.append(f"a line from {message.first} on was changed")

    def end(self) -> Verdict:
        noted, problems = self.verdict.noted, self.verdict.problems
        self.verdict.lines = self._tree.size
        if self._tree.is_cut:
            problems.append(f"the witness noted {max(noted.roots)} lines, and {self._tree.size} are shown")
        if noted.unreadable:
            problems.append(f"notes that oversight did not sign, or with another key: {noted.unreadable}")
        return self.verdict
