"""What stands in the place of a fact that was wrong."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from services.portal.forms import Control, Filled, read
from services.portal.seen import Opened

_AT = "correction"


def corrections(dossier: Opened) -> tuple[Control, ...]:
    """Its words, or of a source that only verifies whether it agrees; and about whom it is, where that was wrong too."""
    known = dossier.known
    verified = any(one.get("matches") for one in dossier.view.get("items", {}).values())
    matches = (
        Control("flag", f"{_AT}.matches.{part}", f"Klopt {called} met de melding? (alleen bij een verificatie)")
        for part, called in (("name", "de naam"), ("address", "het adres"))
        if verified
    )
    about = {"report": "de melding", **known.subjects, **known.objects}
    return (
        Control("area", f"{_AT}.finding", "Wat moet er staan?", required=not verified, most=2000),
        *matches,
        Control(
            "list", f"{_AT}.about", "Gaat het over een ander of iets anders dan er staat?", options=tuple(about.items())
        ),
    )


def corrected(asked: Iterable[Control], filled: Filled) -> dict[str, Any] | None:
    """As the interface takes it; None when nothing was filled in."""
    flat = read((one for one in asked if one.name.startswith(f"{_AT}.")), filled, _AT)
    matches = {name.partition(".")[2]: one for name, one in flat.items() if name.startswith("matches.")}
    found = {name: one for name, one in flat.items() if "." not in name}
    return found | ({"matches": matches} if matches else {}) or None
