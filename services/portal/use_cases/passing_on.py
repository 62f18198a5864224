"""To whom a signal goes on, with what of it: what a page asks of that, and back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from services.portal.forms import Control, Filled, along, read
from services.portal.seen import Opened
from services.portal.use_cases.filled import text

NOBODY = "niemand"
"""What stands in an address where a signal is passed on to nobody."""
_CONCERNING = "forwarding.concerning"


def receivers(dossier: Opened, outcome: dict[str, Any]) -> dict[str, str]:
    """To whom this answer lets it go, by kind and code, with what they are called."""
    return {
        f"{kind}:{code}": name
        for kind in outcome["forwarding"]
        for code, name in dossier.open["recipients"].get(kind, {}).items()
        if outcome["onlyTo"] in (None, code)
    }


def may_have(dossier: Opened, receiver: str) -> tuple[str, ...]:
    """The items that somebody can be given: in phase 4 those that check 2A allows him."""
    allowed = dossier.open["allowed"]
    return tuple(dossier.open["shareable"] if allowed is None else allowed.get(receiver, ()))


def asked(dossier: Opened, outcome: dict[str, Any], to: str | None) -> tuple[Control, ...]:
    """What is asked when this answer passes the signal on; `to`: kind and code of the receiver, NOBODY, or None while that is
    to be chosen."""
    if not outcome["forwarding"]:
        return ()
    why_nobody = Control(
        "area", "forwarding.noneBecause", "Waarom gaat het aan niemand door?", required=True, most=2000
    )
    if to == NOBODY:
        return (why_nobody,)
    if to is None:
        options = tuple(receivers(dossier, outcome).items())
        return (Control("list", "forwarding.recipient", "Aan wie gaat het signaal door?", options=options), why_nobody)
    receiver = to.partition(":")[2]
    mine, named = may_have(dossier, receiver), dossier.names
    entitled = dossier.open["entitled"][receiver]
    known = dossier.known
    label = "Wie en wat van deze gegevens gaat mee?"
    found = [
        Control(
            "choices",
            "forwarding.items",
            "Welke gegevens gaan mee?",
            required=True,
            options=tuple((one, named.get(one, one)) for one in mine),
        ),
        along(
            _CONCERNING,
            replace(known, along=dossier.along(mine)),
            {"label": label, "hint": "art. 6 lid 1", "required": True},
        ),
        Control(
            "list", "forwarding.task", "Voor welke taak van de ontvanger?", options=tuple(entitled["tasks"].items())
        ),
        Control("list", "forwarding.basis", "Op welke grondslag?", options=tuple(entitled["bases"].items())),
    ]
    if receiver in outcome["urgent"]:
        hint = "Vul dit alleen in bij gevaar: dan gaat het meteen, is het niet terug te halen, en hoort er een grondslag bij."
        label = "Is iemands leven of veiligheid in gevaar? Uit welk feit blijkt dat?"
        found.append(Control("area", "forwarding.urgentBecause", label, hint, most=2000))
    return tuple(found)


def given(filled: Filled) -> dict[str, Any]:
    """What was chosen, as the decision interface takes it."""
    kind, _, recipient = text(filled, "forwarding.recipient").partition(":")
    if not recipient:
        return {"noneBecause": text(filled, "forwarding.noneBecause") or None}
    found: dict[str, Any] = {"recipientKind": kind, "recipient": recipient}
    found["items"] = [str(one) for one in filled.getlist("forwarding.items")]
    found |= read([Control("along", _CONCERNING, "")], filled, "forwarding")
    return found | {
        name: said
        for name in ("task", "basis", "noneBecause", "urgentBecause")
        if (said := text(filled, f"forwarding.{name}"))
    }
