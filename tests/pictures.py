"""The pictures of the guides and of docs/screens.md, out of a run of the browser tests: `make pictures`.

A picture is called after the state of a page in which a test looked at it, with `-stad` behind it in the theme of the large
city. Only those that a page names are kept, made small enough to be sent with it; everything is thrown away when a test
fails, for then the page may not be so.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageChops

ROOT = Path(__file__).parents[1]
GUIDES = ROOT / "docs" / "gids"
PICTURES = GUIDES / "beelden"
SCREENS = ROOT / "docs" / "screens.md"
CITY = "-stad"
WIDTH = 960
"""Pixels: as wide as a guide is shown and printed."""
HEIGHT = 1500
"""Pixels: a list of two hundred signals is not shown to its end."""
MARGIN = 24
"""Pixels of ground that stay below the last that stands on a page."""
_NAMED = re.compile(r"!\[([^\]]+)\]\(beelden/([\w-]+)\.png\)")


def named(guide: Path) -> list[str]:
    """The pictures that a guide names, without their ending."""
    return [name for _, name in _NAMED.findall(guide.read_text())]


def collections() -> dict[Path, set[str]]:
    """The pictures that are named, by the folder in which they lie."""
    return {
        PICTURES: {name for guide in GUIDES.glob("*.md") for name in named(guide)},
        SCREENS.parent / "beelden": set(named(SCREENS)),
    }


def small(whole: Path, to: Path) -> None:
    """What is on a page is of few colours: so it is a fraction of its size."""
    with Image.open(whole) as found:
        picture = found.convert("RGB")
    if picture.width > WIDTH:
        picture = picture.resize((WIDTH, picture.height * WIDTH // picture.width), Image.Resampling.LANCZOS)
    picture = picture.crop((0, 0, picture.width, min(HEIGHT, _end(picture))))
    picture.quantize(128, dither=Image.Dither.NONE).save(to, optimize=True)


def _end(picture: Image.Image) -> int:
    """Where a page ends, and below it is nothing but its ground."""
    ground = picture.crop((0, picture.height - 1, 1, picture.height)).resize(picture.size)
    box = ImageChops.difference(picture, ground).getbbox()
    return min(picture.height, (box[3] if box else 0) + MARGIN)


def keep(screens: Path) -> list[str]:
    """Renew what is named out of a folder of screens, and remove what no page names; returns what was not there."""
    missing = set()
    for folder, wanted in collections().items():
        folder.mkdir(exist_ok=True)
        for old in folder.glob("*.png"):
            if old.stem not in wanted:
                old.unlink()
        for name in wanted:
            whole = screens / f"{name}.png"
            if whole.exists():
                small(whole, folder / whole.name)
            else:
                missing.add(name)
    return sorted(missing)


def main() -> int:
    """Exit code 1 when a test failed, or when a picture is made by none of them."""
    with tempfile.TemporaryDirectory() as folder:
        argv = [sys.executable, "-m", "pytest", "-q", "-m", "drill or not drill", "tests/browser"]
        environment = os.environ | {"MELDPUNT_SCREENS": folder}
        if subprocess.run(argv, cwd=ROOT, env=environment, check=False).returncode:
            print("the pictures were not renewed: a test failed")
            return 1
        missing = keep(Path(folder))
    if missing:
        print(f"no test made {', '.join(missing)}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
