"""The Merkle tree of RFC 6962 and signed checkpoints: what was signed cannot be changed or cut unseen (R-D.5)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.transparency import (
    Checkpoint,
    NotACheckpoint,
    Tree,
    Witnessed,
    note,
    opened,
)

ORIGIN = "meldpunt.example/oversight"
KNOWN = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
"""The entries that implementations of RFC 6962 test themselves with, and the root after each."""
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
ENTRIES = [f"line {n}".encode() for n in range(40)]


def sign(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> str:
    return note(checkpoint, key.public_key(), key.sign(checkpoint.text.encode()))


def as_defined(entries: list[bytes]) -> bytes:
    """MTH as RFC 6962, 2.1 says it, in other words than ours."""
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    k = 1
    while 2 * k < len(entries):
        k *= 2
    return hashlib.sha256(b"\x01" + as_defined(entries[:k]) + as_defined(entries[k:])).digest()


def at(size: int, origin: str = ORIGIN) -> Checkpoint:
    return Checkpoint(origin, size, as_defined(ENTRIES[:size]))


def test_the_known_roots() -> None:
    tree = Tree()
    for entry, root in zip(KNOWN, ROOTS, strict=True):
        tree.add(bytes.fromhex(entry))
        assert tree.root.hex() == root


def test_every_root_is_as_defined() -> None:
    tree = Tree()
    for size, entry in enumerate([*ENTRIES, b""]):
        assert tree.root == as_defined(ENTRIES[:size])
        tree.add(entry)


def holds(lines: list[bytes]) -> bool:
    """Whether these are the lines of which a witness noted the first 3, 20 and 40."""
    tree = Witnessed({size: at(size).root for size in (3, 20, 40)})
    for one in lines:
        tree.add(one)
        if not tree.holds:
            return False
    return not tree.is_cut


@pytest.mark.parametrize(
    "harm",
    [
        lambda lines: lines[:-1],
        lambda lines: [*lines[:5], *lines[6:]],
        lambda lines: [*lines[:5], b"inserted", *lines[5:]],
        lambda lines: [*lines[:5], b"changed", *lines[6:]],
        lambda lines: [*lines[:5], lines[6], lines[5], *lines[7:]],
        lambda lines: lines[:20],
        lambda lines: [],
    ],
)
def test_what_was_harmed_does_not_hold(harm: Callable[[list[bytes]], list[bytes]]) -> None:
    """Cut, dropped, inserted, changed, in another order, put back to yesterday: the witness's lines tell."""
    assert holds(ENTRIES)
    assert holds([*ENTRIES, b"newer"])
    assert not holds(harm(ENTRIES))


def test_a_checkpoint_is_a_signed_note() -> None:
    key = Ed25519PrivateKey.generate()
    signed = sign(at(20), key)
    origin, size, root, empty, signature, end = signed.split("\n")
    assert (origin, size, base64.b64decode(root), empty, end) == (ORIGIN, "20", at(20).root, "", "")
    assert signature.startswith(f"\u2014 {ORIGIN} ")
    public = key.public_key()
    identifier = hashlib.sha256(ORIGIN.encode() + b"\n\x01" + public.public_bytes_raw()).digest()[:4]
    assert base64.b64decode(signature.split(" ")[2])[:4] == identifier
    assert opened(signed, ORIGIN, public) == at(20)
    assert opened(f"{signed}\u2014 witness.example {base64.b64encode(bytes(68)).decode()}\n", ORIGIN, public) == at(20)


def test_a_forged_checkpoint_is_not_opened() -> None:
    key = Ed25519PrivateKey.generate()
    signed = sign(at(20), key)
    forged = (
        "",
        at(20).text,
        signed.replace("\n20\n", "\n21\n"),
        sign(at(20), Ed25519PrivateKey.generate()),
        sign(at(20, "another"), key),
        signed.replace("\u2014 ", "- "),
    )
    for one in forged:
        with pytest.raises(NotACheckpoint):
            opened(one, ORIGIN, key.public_key())
    # By a name that is ours with a key that is not.
    body, signature = sign(at(20), Ed25519PrivateKey.generate()).split("\n\n")
    ours = base64.b64decode(signed.split(" ")[-1])[:4]
    theirs = base64.b64decode(signature.split(" ")[-1])[4:]
    with pytest.raises(NotACheckpoint):
        opened(f"{body}\n\n\u2014 {ORIGIN} {base64.b64encode(ours + theirs).decode()}\n", ORIGIN, key.public_key())
