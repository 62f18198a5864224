"""What happens to a signal without a decision: the calendar moves it, or a hold does that came in time (art. 9, art. 25)."""

from __future__ import annotations

from dataclasses import dataclass

from shared.protocol.model import State
from shared.protocol.municipality import Terms


@dataclass(frozen=True)
class Move:
    """From one state to another, in a word for the diagram and in a sentence for the document. Nothing opens by it."""

    start: State
    end: State
    word: str
    says: str
    by: str = "klok"


STOP = "stop"


def moves(terms: Terms) -> tuple[Move, ...]:
    """Every move that nobody decides on, in the order in which a signal meets them."""
    active = f"{terms.case_active_years} jaar"
    return (
        Move(
            State.CLOSED,
            State.ENDED,
            f"{active} voorbij",
            f"Een gesloten casus gaat na {active} ongeopend naar de niet-actieve omgeving (art. 9 lid 1 onder b).",
        ),
        Move(
            State.ENDED,
            State.SEALED,
            "verzegeld",
            "Wat is beëindigd, wordt verzegeld in de niet-actieve omgeving (art. 9 lid 1).",
        ),
        Move(
            State.SEALED,
            State.LISTED,
            "termijn verstreken",
            "Wat zijn termijn heeft gehad, komt de dag daarna op een vernietigingslijst (art. 9 lid 1).",
        ),
        Move(
            State.LISTED,
            State.APPROVED,
            f"na {terms.ultimate_days} dagen",
            f"Een lijst die na {terms.approval_days} dagen niet is goedgekeurd, wordt gemeld en gaat op slot; na"
            f" {terms.ultimate_days} dagen wordt zij vernietigd (art. 9 lid 1).",
        ),
        Move(
            State.LISTED,
            State.SEALED,
            "van de lijst gehaald",
            "Een vernietigingsstop die komt voordat de lijst is goedgekeurd, haalt het signaal van die lijst; wat hij niet"
            " vasthoudt, komt op de volgende (art. 9 lid 1).",
            STOP,
        ),
        Move(
            State.APPROVED,
            State.SEALED,
            "op het vastgehoudene na vernietigd",
            "Wat een vernietigingsstop vasthoudt, blijft niet-actief als de rest van het signaal is vernietigd (art. 9 lid 1).",
            STOP,
        ),
        Move(
            State.APPROVED,
            State.DESTROYED,
            "vernietigd",
            "Wat is goedgekeurd, wordt vernietigd: eerst de sleutels, dan de rest; daarna volgt de verklaring (art. 9 lid 1).",
        ),
    )


ENDS_BY_ITSELF = (
    "Een vernietigingsstop eindigt op zijn einddatum; wat hij vasthield, komt op de volgende lijst (art. 9 lid 1)."
)
