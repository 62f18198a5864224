"""Reading a file as TOML, and in Dutch what keeps it from being read: `tomllib` says that in English."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

PLACE = re.compile(r"(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)", re.DOTALL)
"""How `tomllib` says what is wrong, and where."""
SAYS = {
    "Invalid statement": "hier wordt een sleutel, een [tabel] of commentaar verwacht",
    "Expected newline or end of document after a statement": "hierna wordt een nieuwe regel verwacht",
    "Found invalid character": "dit teken mag hier niet staan",
    "Illegal character": "dit teken mag niet in een tekst staan; een tekst van meer regels staat tussen drie aanhalingstekens",
    "Expected ']' at the end of a table declaration": "de naam van een tabel eindigt op ]",
    "Expected ']]' at the end of an array declaration": "de naam van deze tabel eindigt op ]]",
    "Expected '=' after a key in a key/value pair": "na een sleutel wordt een = verwacht",
    "Expected": "een afsluitend teken ontbreekt",
    "Invalid initial character for a key part": "hier wordt een sleutel verwacht",
    "Cannot declare": "deze tabel staat er al",
    "Cannot overwrite a value": "deze sleutel staat er al",
    "Cannot redefine namespace": "deze tabel staat er al",
    "Cannot mutate immutable namespace": "hieraan kan niets meer worden toegevoegd",
    "Duplicate inline table key": "deze sleutel staat er al",
    "Unclosed array": "een lijst is niet afgesloten met ]",
    "Unclosed inline table": "een tabel op één regel is niet afgesloten met }",
    "Unescaped '\\' in a string": "een \\ in een tekst wordt geschreven als \\\\",
    "Invalid hex value": "na \\u of \\U staat geen geldige tekencode",
    "Escaped character is not a Unicode scalar value": "na \\u of \\U staat geen bestaand teken",
    "Unterminated string": "een tekst is niet afgesloten met een aanhalingsteken",
    "Invalid date or datetime": "deze datum bestaat niet",
    "Invalid value": "hier wordt een waarde verwacht: een tekst tussen aanhalingstekens, een getal, een datum, true of false",
}
"""How each of its messages begins, and what it means; the first that fits."""
UNREADABLE: dict[type[OSError], str] = {
    FileNotFoundError: "bestaat niet",
    IsADirectoryError: "is een map en geen bestand",
    PermissionError: "mag niet worden gelezen",
}


class Unreadable(Exception):
    """A file cannot be read; says why in Dutch, with line and column."""


def read_toml(file: Path) -> dict[str, Any]:
    """What stands in `file`; raises Unreadable."""
    try:
        content = file.read_bytes()
    except OSError as problem:
        raise Unreadable(UNREADABLE.get(type(problem), "kan niet worden gelezen")) from None
    try:
        # With the mark that some editors put before the first character.
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        raise Unreadable(f"is niet opgeslagen als UTF-8: op regel {line} staat een teken dat dat niet is") from None
    except (ValueError, RecursionError) as problem:
        raise Unreadable(f"is geen geldig TOML-bestand: {_in_dutch(str(problem))}") from None


def _in_dutch(message: str) -> str:
    found = PLACE.fullmatch(message)
    if not found:
        return "er staat een waarde in die te groot is"
    what = next((says for begins, says in SAYS.items() if found["what"].startswith(begins)), "is hier niet te lezen")
    where = f"regel {found['line']}, kolom {found['column']}" if found["line"] else "aan het einde van het bestand"
    return f"{where}: {what}"
