"""What production needs, generated from the privilege table and the topology: `meldpunt generate`, `python -m deploy.generate`.

What comes out is committed, so that it can be read without running anything; a test fails when it is not what would be
generated. Rendered and validated, not deployed.
"""

from __future__ import annotations

from pathlib import Path

from deploy.compose.compose import compose_files
from deploy.helm.chart import chart_files
from deploy.images.bill import image_files
from deploy.operations_pages import pages
from deploy.wiring import House

ROOT = Path(__file__).parents[1]


def artefacts(house: House | None = None) -> dict[str, str]:
    """By path in the repository, what it holds. Raises Unwired for a setting that production does not know how to fill."""
    house = house or House()
    folders = {
        "deploy/helm/meldpunt": chart_files(house),
        "deploy/compose": compose_files(house),
        "deploy/images": image_files(),
        "docs/operations": pages(house),
    }
    return {f"{folder}/{path}": text for folder, found in folders.items() for path, text in found.items()}


def differing(root: Path = ROOT) -> list[str]:
    """What is not there, or not as it would be generated."""
    return [
        path
        for path, text in artefacts().items()
        if not (root / path).is_file() or (root / path).read_text(encoding="utf-8") != text
    ]


def write(root: Path = ROOT) -> list[str]:
    """Write what differs; returns that."""
    changed = differing(root)
    found = artefacts()
    for path in changed:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(found[path], encoding="utf-8")
    return changed


if __name__ == "__main__":
    print("\n".join(write()) or "nothing differs")
