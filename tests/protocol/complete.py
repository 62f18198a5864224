"""A municipality's file in which everything is filled in that taking the system into use asks for."""

from __future__ import annotations

import tomllib

from shared.protocol.law import law_of
from shared.protocol.laws import BUILT_IN
from shared.protocol.loading import municipality
from shared.protocol.model import Law

FILLED_IN = {
    'selectielijst = ""': 'selectielijst = "Selectielijst gemeenten 2020, categorie 3.1"',
    'contact = ""': 'contact = "Postbus 1, 2636 ZG Schipluiden"',
    'functionaris = ""': 'functionaris = "fg@voorbeeld.nl"',
    'effectbeoordeling = ""': 'effectbeoordeling = "DPIA-2026-04"',
    'verwerkingsregister = ""': 'verwerkingsregister = "VR-0117"',
    'advies_fg = ""': 'advies_fg = "2026-03-02"',
    'oin = ""': 'oin = "00000001823288444000"',
}
"""What is left open in the file that comes with the code, and how it could be filled in."""


def complete(version: str = "midden-delfland-2026") -> str:
    text = (BUILT_IN / "midden-delfland-2025.toml").read_text()
    for empty, filled in FILLED_IN.items():
        assert empty in text, empty
        text = text.replace(empty, filled)
    text = text.replace('gemeente = "Midden-Delfland"', 'gemeente = "Voorbeeld"')
    return text.replace('versie = "midden-delfland-2025"', f'versie = "{version}"')


def complete_law() -> Law:
    return law_of(municipality(tomllib.loads(complete())))
