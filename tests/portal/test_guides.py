"""The guides say what is on the pages: their labels, their pictures, and everybody who has an entry in the menu."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from services.portal.guides import Guides
from services.portal.menu import HAVE_THE_FILE, MENU
from shared.protocol.designations import BEHEERDER, FG, PRIVACY_OFFICER
from shared.protocol.meetings import MEMBER
from tests.pictures import CITY, GUIDES, PICTURES, ROOT, SCREENS, WIDTH, collections, named
from tests.protocol.laws import MIDDEN_DELFLAND

PORTAL = ROOT / "services" / "portal"
GUIDE_OF = {
    **dict.fromkeys(HAVE_THE_FILE, "oover"),
    MEMBER: "lot-lid",
    "department-": "onderdeel",
    PRIVACY_OFFICER: "privacy-officer",
    FG: "fg",
    BEHEERDER: "beheerder",
}
"""The guide of each role that the menu knows, as the menu calls it."""
BESIDE_THE_MENU = {"bronhouder", "melder"}
"""They have a page and no entry of their own: who keeps a source finds what is asked in Mijn werk, who reports is outside."""
ALL = sorted(one.stem for one in GUIDES.glob("*.md"))
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)


def _texts() -> Iterator[str]:
    """Every whole text that a page can show: of a template between its tags, of the portal's own words, of the law."""
    for template in (PORTAL / "templates").rglob("*.html"):
        source = template.read_text()
        # A text inside an expression is a label as well: {{ "Versturen" if read else "Besluit vastleggen" }}
        for expression in _JINJA.findall(source):
            yield from (a or b for a, b in re.findall(r'"([^"]*)"|\'([^\']*)\'', expression))
        yield from re.split(r"<[^>]*>|\n", re.sub(_JINJA, "\n", source))
    for module in PORTAL.rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
    for decision in MIDDEN_DELFLAND.decisions:
        yield decision.question
        yield from (outcome.answer for outcome in decision.outcomes)
        yield from (one.question for one in decision.fields)
    yield from ("akkoord", "niet akkoord", "vraag")


def made_by_tests() -> set[str]:
    """The pictures of pages that a browser test looks at."""
    return {
        picture
        for test in (ROOT / "tests" / "browser").glob("test_*.py")
        for picture in re.findall(r'accessible\(\w+, "([\w-]+)"\)', test.read_text())
    }


@pytest.fixture(scope="module")
def labels() -> set[str]:
    return {_plain(one) for one in _texts()} - {""}


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def test_every_role_of_the_menu_has_a_guide_and_no_guide_is_of_nobody() -> None:
    roles = {role for entry in MENU for role in entry.roles}
    assert roles == set(GUIDE_OF), "a role of the menu without a guide, or a guide of a role that the menu has no more"
    assert set(ALL) == set(GUIDE_OF.values()) | BESIDE_THE_MENU


@pytest.mark.parametrize("name", ALL)
def test_a_guide_is_of_two_pages_and_has_its_title(name: str) -> None:
    text = (GUIDES / f"{name}.md").read_text()
    assert text.startswith("# Gids voor ")
    assert len(re.findall(r"^# ", text, re.MULTILINE)) == 1
    words = re.findall(r"[^\W_](?:[\w'’-]*\w)?", re.sub(r"\]\([^)]*\)", "]", text))
    assert 600 <= len(words) <= 900, f"{len(words)} words"
    assert not re.search(r"<[a-z/]", text), "the portal shows no HTML of a guide"
    guide = Guides(GUIDES).all[name]
    assert guide.title.startswith("Gids voor ")
    assert "**" not in guide.page, "a label that Markdown does not see as one"
    for picture in named(GUIDES / f"{name}.md"):
        assert f'src="/hulp/beelden/{picture}.png"' in guide.page


@pytest.mark.parametrize("name", ALL)
def test_every_label_of_a_guide_is_on_a_page(name: str, labels: set[str]) -> None:
    said = _BOLD.findall((GUIDES / f"{name}.md").read_text())
    assert said
    assert [one for one in said if _plain(one) not in labels] == []


@pytest.mark.parametrize("name", ALL)
def test_every_picture_of_a_guide_is_there_and_made_by_a_browser_test(name: str) -> None:
    pictures = named(GUIDES / f"{name}.md")
    assert 1 <= len(pictures) <= 3
    assert [one for one in pictures if one not in made_by_tests()] == [], "no test makes it"
    assert [one for one in pictures if not (PICTURES / f"{one}.png").exists()] == []
    # Whatever looks like a picture is one that is named so.
    assert (GUIDES / f"{name}.md").read_text().count("![") == len(pictures)


def test_no_picture_lies_there_for_nothing_and_together_they_are_small() -> None:
    for folder, wanted in collections().items():
        there = {one.stem: one for one in folder.iterdir()}
        assert set(there) == wanted
        assert sum(one.stat().st_size for one in there.values()) < 2_500_000
        for one in there.values():
            head = one.read_bytes()[:24]
            assert head.startswith(b"\x89PNG")
            assert int.from_bytes(head[16:20]) <= WIDTH


def test_the_screens_are_in_both_themes_and_each_made_by_a_browser_test() -> None:
    names = named(SCREENS)
    plain = [one for one in names if not one.endswith(CITY)]
    assert sorted(names) == sorted([*plain, *(f"{one}{CITY}" for one in plain)])
    assert set(plain) <= made_by_tests()


def test_a_label_that_is_on_no_page_is_found(labels: set[str]) -> None:
    """The check above would find it: a part of a label, or a word that a text only contains, is none."""
    for label in ("Besluit vastleggen", "Versturen", "Geen hit", "Mijn werk", "Uw ontvangstcode"):
        assert _plain(label) in labels, label
    for label in ("Besluit opslaan", "vastleggen en door", "dossier behandelt", "Knop"):
        assert _plain(label) not in labels, label
