"""Prometheus and its tools for a test."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from deploy.observability.programs import PACKAGES, program

ROOT = Path(__file__).parents[1]


def tool(name: str) -> str:
    """The program; skips with the reason where there is none and none can be had."""
    found = program(name)
    if found is None:
        pytest.skip(
            f"there is no {name} on this machine, and it could not be fetched (apt-get download {PACKAGES[name]})"
        )
    return found


def run(*argv: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False, timeout=120)
