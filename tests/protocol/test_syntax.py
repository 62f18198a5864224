"""A file that is no TOML: what is wrong with it is said in Dutch, with its line and column."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from shared.protocol.laws import BUILT_IN
from shared.protocol.loading import Unacceptable, read
from shared.protocol.syntax import SAYS, Unreadable, read_toml

UNREADABLE = {
    "versie = ": "aan het einde van het bestand: hier wordt een waarde verwacht",
    'versie = "x': "aan het einde van het bestand: een tekst is niet afgesloten",
    'versie = "x\n"': "regel 1, kolom 12: dit teken mag niet in een tekst staan",
    "\n!": "regel 2, kolom 1: hier wordt een sleutel",
    "versie": "aan het einde van het bestand: na een sleutel wordt een = verwacht",
    "= 1": "regel 1, kolom 1: hier wordt een sleutel",
    "versie. = 1": "regel 1, kolom 9: hier wordt een sleutel verwacht",
    "a = 1 b = 2": "regel 1, kolom 7: hierna wordt een nieuwe regel verwacht",
    "a = 1 # \x01": "regel 1, kolom 9: dit teken mag hier niet staan",
    "a = 1\na = 2": "aan het einde van het bestand: deze sleutel staat er al",
    "[a]\n[a]": "regel 2, kolom 3: deze tabel staat er al",
    "[a.b]\nc = 1\n[a]\nb.d = 2": "aan het einde van het bestand: deze tabel staat er al",
    "a = {}\n[a.b]": "regel 2, kolom 5: deze tabel staat er al",
    "a = []\n[[a]]": "regel 2, kolom 4: hieraan kan niets meer worden toegevoegd",
    "[a": "aan het einde van het bestand: de naam van een tabel eindigt op ]",
    "[[a]": "regel 1, kolom 4: de naam van deze tabel eindigt op ]]",
    "a = [1": "aan het einde van het bestand: een lijst is niet afgesloten",
    "a = {b = 1": "aan het einde van het bestand: een tabel op één regel is niet afgesloten",
    "a = {b = 1, b = 2}": "regel 1, kolom 18: deze sleutel staat er al",
    'a = "\\q"': "regel 1, kolom 8: een \\ in een tekst wordt geschreven als",
    'a = "\\u12"': "regel 1, kolom 8: na \\u of \\U staat geen geldige tekencode",
    'a = "\\ud800"': "na \\u of \\U staat geen bestaand teken",
    "a = 'x": "aan het einde van het bestand: een afsluitend teken ontbreekt",
    "a = 2025-02-30": "regel 1, kolom 5: deze datum bestaat niet",
    f"a = {'9' * 5000}": "er staat een waarde in die te groot is",
}
"""What is no TOML, and what is said of it: every message that `tomllib` has."""


def test_what_is_no_toml_is_said_in_dutch_with_its_line(tmp_path: Path) -> None:
    english = re.compile(r"\b(at|line|column|invalid|expected|end of|cannot|string)\b", re.IGNORECASE)
    for text, says in UNREADABLE.items():
        file = tmp_path / "gemeente.toml"
        file.write_text(text)
        with pytest.raises(Unreadable) as caught:
            read_toml(file)
        found = str(caught.value)
        assert says in found
        assert found.startswith("is geen geldig TOML-bestand: ")
        assert not english.search(found), found


def test_every_message_of_the_reader_is_known() -> None:
    """A later Python may say it in other words; then it is said in Dutch that it cannot be read here."""
    source = Path(tomllib._parser.__file__).read_text()  # type: ignore[attr-defined]
    said = re.findall(r'suffixed_err\(\s*(?:src, (?:new_)?pos), f?"([^"{]+)', source)
    assert len(said) > 20
    known = [one.replace("\\", "\\\\") for one in SAYS]
    assert [one for one in said if not any(one.startswith(begins) for begins in known)] == []


def test_a_file_that_is_not_there_or_not_text_says_so_in_dutch(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b'versie = "x"\ngemeente = "Caf\xe9"\n')
    for name, says in {"weg.toml": "bestaat niet", "": "is een map", "latin.toml": "op regel 2 staat"}.items():
        with pytest.raises(Unacceptable, match=f"{tmp_path / name}: .*{says}"):
            read(tmp_path / name)


def test_the_mark_of_some_editors_before_the_first_character_is_no_fault(tmp_path: Path) -> None:
    text = (BUILT_IN / "midden-delfland-2025.toml").read_text()
    (tmp_path / "marked.toml").write_text(text, encoding="utf-8-sig")
    assert read(tmp_path / "marked.toml").version == "midden-delfland-2025"
