"""A package for a receiver outside: parts, a manifest with the SHA-256 of each, and a signature over the manifest.

Made by export; checked by its receiver with this file and the public signing keys of the municipality, without asking
anybody. Names of files say nothing of what is in them.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from shared.errors import MeldpuntError
from shared.keys.signing import NotSigned, Signer, Verifier
from shared.openbao import OpenBao

PACKAGE_KIND = "meldpunt-package"
DOCUMENT, TWIN, MANIFEST, SIGNATURE = "verstrekking.pdf", "verstrekking.json", "manifest.json", "manifest.jws"
LARGEST = 100 * 2**20
"""Bytes of a part, unpacked."""


class NotAPackage(MeldpuntError):
    """It is not what the municipality made: `problems` says everything that is wrong, in Dutch."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True)
class Package:
    """What was checked: its number, for whom it is, its parts by name, and the SHA-256 of its manifest."""

    identifier: str
    receiver: str
    parts: Mapping[str, bytes]
    digest: str

    def twin(self) -> dict[str, Any]:
        """What the municipality shares, for a machine."""
        found: dict[str, Any] = json.loads(self.parts[TWIN])["content"]
        return found


def packed(signer: Signer, identifier: str, receiver: str, parts: Mapping[str, bytes], now: datetime) -> bytes:
    """A zip of `parts` with manifest and signature; raises NotSigned without a certificate."""
    told = [{"name": name, "sha256": sha256(data), "bytes": len(data)} for name, data in parts.items()]
    about = {"version": 1, "package": identifier, "receiver": receiver, "madeAt": now.isoformat(), "parts": told}
    manifest = json.dumps(about, indent=1).encode()
    signature = signer.sign(PACKAGE_KIND, {"manifest": sha256(manifest)}).encode()
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in {MANIFEST: manifest, SIGNATURE: signature, **parts}.items():
            file.writestr(name, data)
    return made.getvalue()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def checked(data: bytes, keys: Mapping[str, Sequence[str]]) -> Package:
    """The package in `data`; `keys`: by service its public signing keys, base64. Raises NotAPackage."""
    found = unpacked(data)
    try:
        manifest = json.loads(found[MANIFEST])
        wanted = {str(one["name"]): str(one["sha256"]) for one in manifest["parts"]}
        identifier, receiver = str(manifest["package"]), str(manifest["receiver"])
    except (KeyError, ValueError, TypeError, RecursionError):
        raise NotAPackage(["het manifest ontbreekt, of is niet te lezen"]) from None
    digest, problems = sha256(found[MANIFEST]), []
    try:
        # Nobody is asked: a key that is not known is not believed.
        verifier = Verifier(cast(OpenBao, None), keys)
        claims = verifier.check(found.get(SIGNATURE, b"").decode(), kind=PACKAGE_KIND, service="export")
        if claims.get("manifest") != digest:
            problems.append("de handtekening hoort bij een ander manifest")
    except (NotSigned, UnicodeDecodeError):
        problems.append("het manifest is niet door de gemeente ondertekend, of met een sleutel die hier niet bekend is")
    parts = {name: one for name, one in found.items() if name not in (MANIFEST, SIGNATURE)}
    problems += [f"{name} ontbreekt" for name in sorted({*wanted, DOCUMENT, TWIN} - parts.keys())]
    problems += [f"{name} staat niet in het manifest" for name in sorted(parts.keys() - wanted.keys())]
    both = sorted(parts.keys() & wanted.keys())
    problems += [f"{name} is gewijzigd" for name in both if sha256(parts[name]) != wanted[name]]
    if problems:
        raise NotAPackage(problems)
    return Package(identifier, receiver, parts, digest)


def unpacked(data: bytes) -> dict[str, bytes]:
    """The files in a package, unchecked. Raises NotAPackage."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            names = file.namelist()
            if len(names) != len(set(names)) or any(one.file_size > LARGEST for one in file.infolist()):
                raise NotAPackage(["dit is geen pakket van de gemeente: een deel is te groot of staat er twee keer in"])
            return {name: file.read(name) for name in names}
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError):
        raise NotAPackage(["dit is geen pakket, of het is nog versleuteld"]) from None
