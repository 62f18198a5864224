"""What a container sees of the host."""

from __future__ import annotations

from typing import Any


def mounted(source: str, target: str, *, read_only: bool = True) -> dict[str, Any]:
    """What is not there is said, and not made as an empty folder of root's."""
    found = {"type": "bind", "source": source, "target": target, "bind": {"create_host_path": False}}
    return found | ({"read_only": True} if read_only else {})
