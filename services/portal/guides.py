"""The guides: a Markdown file for each role, written for who reads it in the portal and on paper alike."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markupsafe import Markup

PICTURES = "beelden"
_PICTURE = re.compile(rf"\]\({PICTURES}/([\w-]+\.png)\)")


@dataclass(frozen=True)
class Guide:
    """`name`: of its file, and in its address; `title`: its first heading."""

    name: str
    title: str
    page: Markup
    pictures: frozenset[str]
    """The names of the files that it shows."""


class Guides:
    """Read once, when the portal starts. `folder` may be absent: then there are none."""

    def __init__(self, folder: Path) -> None:
        # No HTML of its own: what a guide says is text, and the page has no script to be smuggled in.
        markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
        self.all: dict[str, Guide] = {}
        for file in sorted(folder.glob("*.md")):
            text = file.read_text()
            title = text.partition("\n")[0].removeprefix("#").strip()
            # A picture stands beside its file; in the portal it has an address of its own.
            page = markdown.render(text.replace(f"]({PICTURES}/", f"](/hulp/{PICTURES}/"))
            pictures = frozenset(_PICTURE.findall(text))
            self.all[file.stem] = Guide(file.stem, title, Markup(page), pictures)  # noqa: S704 - rendered above, without HTML
