"""The protocol in force as a page: the document that `meldpunt protocol show` prints, with a table of contents."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from shared.protocol.model import Law
from shared.protocol.show import document

_NOT_PLAIN = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class ChapterPrinted:
    """A heading with its place on the page; `within`: those below it."""

    id: str
    title: str
    within: tuple[ChapterPrinted, ...] = ()


@dataclass(frozen=True)
class Printed:
    """The title, what stands below it as HTML, and its chapters."""

    title: str
    html: Markup
    chapters: tuple[ChapterPrinted, ...]


def printed(law: Law) -> Printed:
    """What is in it is ours: no HTML in it is let through all the same."""
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = [one for one in reader.parse(document(law)) if not (one.type == "fence" and one.info == "mermaid")]
    title = tokens[1].content
    tokens = tokens[3:]
    chapters = _numbered(tokens)
    _tables(tokens)
    return Printed(title, Markup(reader.renderer.render(tokens, reader.options, {})), chapters)  # noqa: S704


def _numbered(tokens: list[Token]) -> tuple[ChapterPrinted, ...]:
    """Gives every heading an address of its own."""
    found: list[ChapterPrinted] = []
    for place, (one, words) in enumerate(itertools.pairwise(tokens)):
        if one.type != "heading_open":
            continue
        level = int(one.tag[1:])
        chapter = ChapterPrinted(f"{_NOT_PLAIN.sub('-', words.content.lower()).strip('-')}-{place}", words.content)
        one.attrs = {"id": chapter.id, "class": f"utrecht-heading-{min(level, 3)}"}
        if level == 2:
            found.append(chapter)
        elif level == 3 and found:
            last = found[-1]
            found[-1] = ChapterPrinted(last.id, last.title, (*last.within, chapter))
    return tuple(found)


def _tables(tokens: list[Token]) -> None:
    """On a narrow screen each cell says of what it is; to who does not see it, each column does."""
    heads: list[str] = []
    column = 0
    for one, words in itertools.pairwise(tokens):
        if one.type == "thead_open":
            heads = []
        elif one.type == "th_open":
            heads.append(words.content)
            one.attrs = {"scope": "col"}
        elif one.type == "tr_open":
            column = 0
        elif one.type == "td_open":
            one.attrs = {"data-label": heads[column] if column < len(heads) else ""}
            column += 1
