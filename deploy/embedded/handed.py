"""`meldpunt package`, `account` and `receivers`: what a receiver outside, who kept a file, and who keeps the keys, check."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import pyrage

from deploy.embedded.home import Home, HouseError
from deploy.embedded.protocol import known
from shared.accounted import problems_of
from shared.packages import NotAPackage, checked
from shared.protocol.loading import Unacceptable
from shared.receivers import read_receivers

SEALED = b"age-encryption.org/"


def package(home: Home, arguments: argparse.Namespace) -> int:
    """Check a package with files alone: its signature, and every part by its hash. 1 when something is wrong."""
    keys = arguments.keys or home.secret_file("signing-keys.json")
    try:
        data = _opened(arguments.file.read_bytes(), arguments.identity)
        found = checked(data, json.loads(keys.read_text()))
    except OSError as problem:
        raise HouseError(f"{problem.filename} kan niet worden gelezen: {problem.strerror}") from problem
    except ValueError as problem:
        raise HouseError(f"{keys} bevat geen sleutels") from problem
    except NotAPackage as problem:
        print("\n".join(problem.problems), file=sys.stderr)
        return 1
    print(f"pakket {found.identifier} voor {found.receiver} is in orde; manifest SHA-256 {found.digest}")
    if arguments.to:
        arguments.to.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, part in found.parts.items():
            # Only names of the manifest that the municipality signed, and never a path.
            (arguments.to / Path(name).name).write_bytes(part)
    return 0


def account(home: Home, arguments: argparse.Namespace) -> int:
    """Check a verantwoordingsdossier (its JSON) with files alone. 1 when something is wrong."""
    keys = arguments.keys or home.secret_file("signing-keys.json")
    try:
        known_keys, found = json.loads(keys.read_text()), json.loads(arguments.file.read_text())
    except OSError as problem:
        raise HouseError(f"{problem.filename} kan niet worden gelezen: {problem.strerror}") from problem
    except ValueError as problem:
        raise HouseError(f"{arguments.file} of {keys} is geen JSON") from problem
    if problems := problems_of(found, known_keys):
        print("\n".join(problems), file=sys.stderr)
        return 1
    print(f"dit dossier van {found['number']} is in orde, en {'' if found['complete'] else 'niet '}volledig")
    return 0


def _opened(data: bytes, identity: Path | None) -> bytes:
    """What is sealed with age, opened with the key in `identity`."""
    if not data.startswith(SEALED):
        return data
    if identity is None:
        raise HouseError("het pakket is versleuteld: noem met --identity het bestand met de eigen sleutel van age")
    lines = [one.strip() for one in identity.read_text().splitlines()]
    try:
        own = [pyrage.x25519.Identity.from_str(one) for one in lines if one and not one.startswith("#")]
        return bytes(pyrage.decrypt(data, own))
    except (pyrage.IdentityError, pyrage.DecryptError) as problem:
        raise HouseError("het pakket gaat met deze sleutel niet open") from problem


def receivers(_home: Home, arguments: argparse.Namespace) -> int:
    """Check a file of receivers' keys, and say everything that is wrong with it."""
    try:
        found = read_receivers(arguments.file, known(arguments.protocol))
    except Unacceptable as problem:
        print(problem, file=sys.stderr)
        return 1
    print(f"{arguments.file} is in orde: {', '.join(found.known) or 'niemand heeft een sleutel'}.")
    return 0
