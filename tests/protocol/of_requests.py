"""Requests of persons for tests of the protocol, by hand: what is known of one when something is decided on it."""

from __future__ import annotations

from typing import Any

from shared.protocol.facts import Item, Taken
from shared.protocol.request_kinds import HOLDERS_OF_DATA

RECEIVED_ON = "2026-01-02"


def registered(**more: Any) -> Item:
    fields = {"kind": "access", "capacity": "self", "firstReceivedOn": RECEIVED_ON}
    return Item("request", "request", "report", fields | more)


def letter(kind: str) -> Item:
    return Item("letter-1", "request-letter", "report", {"kind": kind})


def found(name: str = "item-2", holder: str = "assessment") -> Item:
    return Item(name, "request-found", holder, {"what": "iets"})


ACCESS, CHANGE = registered(), registered(kind="rectification")
DEAD = registered(capacity="deceased")
OBJECTION = registered(kind="bezwaar", against="V-00000-00001", toldOn="2026-01-01")
LATE = registered(kind="bezwaar", against="V-00000-00001", toldOn="2025-11-03")
EXTENDED = Taken("request-extend", "extended", (), {"months": "1"})
MORE = Taken("request-identity", "asked-more", (), {"moreAskedOn": "2026-01-05"})
INFORMED = Taken("request-information", "sent")
EVERYBODY = tuple(Taken("request-holder", "nothing", (one,)) for one in HOLDERS_OF_DATA)
GIVEN, WITHHELD = Taken("request-item", "given", ("item-2",)), Taken("request-withhold", "withheld", ("item-3",))
DONE, PARTLY = Taken("request-item", "done", ("item-2",)), Taken("request-item", "partly", ("item-2",))
ADJOURNED = Taken("request-adjourn", "adjourned")
KEPT_BACK, NEUTRAL = Taken("request-withhold", "withheld", ("item-2",)), Taken("request-neutral", "neutral")
SENT = Taken("request-answer-sent", "sent")
LIFTED, LIFT_TOLD = Taken("request-lift", "lifted"), Taken("request-lift-told", "sent")


def known(*items: Item, decisions: tuple[Taken, ...] = ()) -> dict[str, Any]:
    return {"items": items, "decisions": decisions, "subjects": ("S1",), "objects": ()}


OTHERWISE: dict[tuple[str, str], dict[str, Any]] = {
    ("request-information", "*"): known(ACCESS, letter("receipt")),
    ("request-identity", "established-objector"): known(OBJECTION),
    ("request-identity", "*"): known(ACCESS),
    ("request-not-handled", "deceased"): known(DEAD),
    ("request-not-handled", "not-identified"): known(ACCESS, decisions=(MORE,)),
    ("request-not-handled", "*"): known(ACCESS),
    ("request-extend", "*"): known(ACCESS),
    ("request-extension-sent", "*"): known(ACCESS, letter("extension"), decisions=(EXTENDED,)),
    ("request-record", "*"): known(ACCESS),
    ("request-holder", "found"): known(ACCESS, found()),
    ("request-holder", "nothing"): known(ACCESS),
    ("request-search-done", "*"): known(ACCESS, decisions=EVERYBODY),
    ("request-item", "given"): known(ACCESS, found()),
    ("request-item", "not-his"): known(ACCESS, found()),
    ("request-item", "*"): known(CHANGE, found()),
    ("request-withhold", "*"): known(ACCESS, found(), decisions=(KEPT_BACK,)),
    ("request-withhold-lapsed", "*"): known(ACCESS, found(), decisions=(KEPT_BACK, SENT)),
    ("request-weighed", "granted"): known(ACCESS, found(), decisions=(GIVEN,)),
    ("request-weighed", "partly"): known(ACCESS, found(), found("item-3"), decisions=(GIVEN, WITHHELD)),
    ("request-weighed", "refused"): known(ACCESS, found("item-3"), decisions=(WITHHELD,)),
    ("request-weighed", "nothing"): known(ACCESS),
    ("request-neutral", "*"): known(ACCESS, decisions=(NEUTRAL,)),
    ("request-neutral-lapsed", "*"): known(ACCESS, decisions=(NEUTRAL, SENT)),
    ("request-bezwaar", "late"): known(LATE),
    ("request-bezwaar", "*"): known(OBJECTION),
    ("request-adjourn", "*"): known(OBJECTION),
    ("request-answer-sent", "sent-again-later"): known(ACCESS, letter("answer"), decisions=(INFORMED, NEUTRAL)),
    ("request-answer-sent", "*"): known(ACCESS, letter("answer"), decisions=(INFORMED,)),
    ("request-lift", "*"): known(CHANGE, found(), decisions=(DONE,)),
    ("request-lift-told", "*"): known(CHANGE, found(), letter("lifting"), decisions=(DONE, LIFTED)),
    ("request-withdrawn", "*"): known(ACCESS),
}
"""What has to be known for an outcome to be possible."""
ABOUT: dict[str, tuple[str, ...]] = {
    "request-record": ("assessment",),
    "request-holder": ("assessment",),
    "request-item": ("item-2",),
    "request-withhold": ("item-2",),
    "request-withhold-lapsed": ("item-2",),
}
BROKEN: list[tuple[str, str, str, dict[str, Any]]] = [
    ("not-told-of-rights", "request-information", "sent", {"decisions": (INFORMED,)}),
    ("receipt-letter-was-made", "request-information", "sent", {"items": (ACCESS, letter("answer"))}),
    ("is-no-bezwaar", "request-identity", "established", {"items": (OBJECTION,)}),
    ("is-bezwaar", "request-identity", "established-objector", {"items": (ACCESS,)}),
    ("is-about-the-living", "request-identity", "established", {"items": (DEAD,)}),
    ("mandate-was-seen", "request-identity", "established", {"items": (registered(capacity="parent"),)}),
    ("known-when-complete", "request-identity", "established", {"decisions": (MORE,)}),
    ("more-was-not-asked", "request-identity", "asked-more", {"decisions": (MORE,)}),
    ("asked-after-receipt", "request-identity", "asked-more", {"items": (registered(firstReceivedOn="2099-01-01"),)}),
    ("is-about-the-dead", "request-not-handled", "deceased", {"items": (ACCESS,)}),
    ("more-was-asked", "request-not-handled", "not-identified", {"decisions": ()}),
    ("is-not-extended", "request-extend", "extended", {"decisions": (EXTENDED,)}),
    ("extended-in-time", "request-extend", "extended", {"items": (registered(firstReceivedOn="2025-12-12"),)}),
    ("extension-waits", "request-extension-sent", "sent", {"decisions": ()}),
    ("extension-letter-was-made", "request-extension-sent", "sent", {"items": (ACCESS, letter("answer"))}),
    (
        "extension-sent-in-time",
        "request-extension-sent",
        "sent",
        {"items": (registered(firstReceivedOn="2025-12-12"), letter("extension"))},
    ),
    ("something-of-it", "request-holder", "found", {"items": (ACCESS, found(holder="casework"))}),
    ("nothing-of-it", "request-holder", "nothing", {"items": (ACCESS, found())}),
    ("every-holder-answered", "request-search-done", "complete", {"decisions": EVERYBODY[2:]}),
    ("access-is-asked", "request-item", "given", {"items": (CHANGE, found())}),
    ("change-is-asked", "request-item", "done", {"items": (ACCESS, found())}),
    ("every-item-decided", "request-weighed", "granted", {"items": (ACCESS, found(), found("item-4"))}),
    ("all-granted", "request-weighed", "granted", {"decisions": (Taken("request-withhold", "withheld", ("item-2",)),)}),
    ("partly-granted", "request-weighed", "partly", {"items": (ACCESS, found())}),
    ("nothing-granted", "request-weighed", "refused", {"items": (ACCESS,)}),
    ("nothing-found", "request-weighed", "nothing", {"items": (ACCESS, found()), "decisions": (GIVEN,)}),
    ("lodged-too-late", "request-bezwaar", "late", {"items": (OBJECTION,)}),
    ("is-not-adjourned", "request-adjourn", "adjourned", {"decisions": (ADJOURNED,)}),
    ("told-of-rights", "request-answer-sent", "sent", {"decisions": ()}),
    ("something-is-restricted", "request-lift", "lifted", {"decisions": ()}),
    ("lifting-is-not-decided", "request-lift", "lifted", {"decisions": (DONE, LIFTED)}),
    ("lifting-waits", "request-lift-told", "sent", {"decisions": (DONE,)}),
    ("lifting-letter-was-made", "request-lift-told", "sent", {"items": (CHANGE, found(), letter("answer"))}),
    ("answer-letter-was-made", "request-answer-sent", "sent", {"items": (ACCESS, letter("receipt"))}),
    ("nothing-is-withheld", "request-answer-sent", "sent", {"decisions": (INFORMED, KEPT_BACK)}),
    ("something-is-withheld", "request-answer-sent", "sent-again-later", {"decisions": (INFORMED,)}),
    ("is-not-told", "request-item", "given", {"decisions": (GIVEN, SENT)}),
    ("is-not-told", "request-withhold", "withheld", {"decisions": (GIVEN, SENT)}),
    ("nothing-was-told", "request-neutral", "neutral", {"decisions": (GIVEN, SENT)}),
    ("item-is-withheld", "request-withhold-lapsed", "lapsed", {"decisions": (NEUTRAL, SENT)}),
    ("whole-is-withheld", "request-neutral-lapsed", "lapsed", {"decisions": (KEPT_BACK, SENT)}),
    ("is-not-answered", "request-extend", "extended", {"decisions": (SENT,)}),
    ("is-not-answered", "request-withdrawn", "withdrawn", {"decisions": (SENT,)}),
]
"""Condition, decision, outcome, and what is otherwise so that it does not hold."""
