"""What is in the image, out of the lock file: the packages to install, and the list of parts (CycloneDX 1.6).

A package is in the image when the project's own dependencies lead to it; what only developing, testing or the embedded house
needs stays out. Which leads to which the lock file says itself (`# via`).
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

ROOT = Path(__file__).parents[2]
LOCK, PROJECT = ROOT / "requirements.lock", ROOT / "pyproject.toml"
HEAD = "# Generated from requirements.lock by `meldpunt generate`: what the image needs, with hashes.\n"
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)")
_NAME = re.compile(r"^[A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Package:
    """One pinned package of the lock file. `text`: its lines there, hashes included. `because_of`: who needs it."""

    name: str
    version: str
    text: str
    because_of: tuple[str, ...]

    @property
    def purl(self) -> str:
        return f"pkg:pypi/{self.name}@{self.version}"


def normal(name: str) -> str:
    """As PEP 503 compares names."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(text: str) -> dict[str, Package]:
    """By normal name, every package of a lock file, in its order."""
    found: dict[str, Package] = {}
    for block in re.split(r"\n(?=[A-Za-z0-9])", text.strip()):
        if not (pin := _PIN.match(block)):
            continue
        comments = [
            line.strip().removeprefix("#").strip() for line in block.splitlines() if line.lstrip().startswith("#")
        ]
        because_of = [comment.removeprefix("via").strip() for comment in comments]
        name = normal(pin[1])
        found[name] = Package(name, pin[2], block, tuple(normal(one.split(" ")[0]) for one in because_of if one))
    return found


def wanted(project: str) -> set[str]:
    """The normal names of a project's own dependencies, without its extras."""
    names = tomllib.loads(project)["project"]["dependencies"]
    return {normal(match[0]) for one in names if (match := _NAME.match(one))}


def closure(packages: dict[str, Package], roots: Iterable[str]) -> set[str]:
    """`roots` and everything that they lead to."""
    found, before = set(roots) & set(packages), set[str]()
    while found != before:
        before = set(found)
        found |= {name for name, one in packages.items() if found & set(one.because_of)}
    return found


def requirements(lock: str, project: str) -> str:
    """deploy/images/requirements.txt."""
    packages = locked(lock)
    kept = closure(packages, wanted(project))
    return HEAD + "\n".join(one.text for name, one in packages.items() if name in kept) + "\n"


def bill(lock: str, project: str) -> str:
    """deploy/images/sbom.cdx.json: every package of the lock; `excluded` is what is not in the image."""
    packages, about = locked(lock), tomllib.loads(project)["project"]
    kept = closure(packages, wanted(project))
    itself = f"pkg:generic/{about['name']}@{about['version']}"
    refs = {name: one.purl for name, one in packages.items()}
    leads: dict[str, list[str]] = {ref: [] for ref in (itself, *refs.values())}
    for one in packages.values():
        for parent in one.because_of:
            leads[refs.get(parent, itself)].append(one.purl)
    digest = hashlib.sha256(lock.encode()).hexdigest()
    told: dict[str, Any] = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, digest)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": itself,
                "name": about["name"],
                "version": about["version"],
                "description": about["description"],
                "licenses": [{"license": {"id": about["license"]}}],
            },
            "properties": [{"name": "meldpunt:requirements.lock:sha256", "value": digest}],
        },
        "components": [
            {
                "type": "library",
                "bom-ref": one.purl,
                "name": one.name,
                "version": one.version,
                "scope": "required" if one.name in kept else "excluded",
                "purl": one.purl,
            }
            for one in packages.values()
        ],
        "dependencies": [
            {"ref": ref} | ({"dependsOn": sorted(others)} if others else {}) for ref, others in leads.items()
        ],
    }
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"


def image_files() -> dict[str, str]:
    """By path in deploy/images."""
    lock, project = LOCK.read_text(encoding="utf-8"), PROJECT.read_text(encoding="utf-8")
    return {"requirements.txt": requirements(lock, project), "sbom.cdx.json": bill(lock, project)}
