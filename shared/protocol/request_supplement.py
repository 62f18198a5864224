"""What a supplementary answer says first (art. 41 lid 2 UAVG): the rest of it is an answer like the first."""

from __future__ import annotations

from datetime import date

from shared.protocol.show import day


def looked_again(answered_on: date | None) -> list[tuple[str, list[str]]]:
    """In the same words whatever was withheld, and whether there is something or not. `answered_on`: when the last answer went; raises
    ValueError where none has."""
    if answered_on is None:
        raise ValueError("a supplementary answer before an answer")
    said = (
        f"Op {day(answered_on)} kreeg u ons besluit op uw verzoek. Wij schreven dat wij later opnieuw zouden kijken. Dat hebben wij gedaan."
        " Dit antwoord is een aanvulling op dat besluit: wat u toen kreeg, staat hier niet nog een keer."
    )
    return [("Wij hebben opnieuw gekeken", [said])]
