"""The whole graph, spelled out by hand from the protocol: state, decision, outcome -> next state."""

from __future__ import annotations

_APPROACHES = {
    "mono-police": "ended",
    "mono-municipality": "plan",
    "integral": "plan",
    "riec-intake": "riec-intake",
    "riec-and-local": "plan",
    "nobody": "ended",
}
_BESIDE = ("plan", "check-2b", "execution")
_OF_THE_RIEC = ("riec-answer", "riec-intake", "reweighing", "riec-monitoring")
_PHASE_4 = ("check-2a", "approach", *_OF_THE_RIEC, *_BESIDE)
_ASKED = ("request-received", "request-search", "request-weighing")
_IN_HAND = (
    *("received", "weging-1", "weging-2a", "weging-2b", "phase-2", "informing"),
    *("source-list", "check-1", "hit-check", "weging-4", *_PHASE_4),
)

ARROWS: dict[tuple[str, str, str], str] = {
    ("received", "purpose", "set"): "weging-1",
    ("received", "no-signal", "spam"): "ended",
    ("received", "no-signal", "test"): "ended",
    ("received", "no-signal", "double"): "ended",
    ("weging-1", "no-signal", "spam"): "ended",
    ("weging-1", "no-signal", "test"): "ended",
    ("weging-1", "no-signal", "double"): "ended",
    ("weging-1", "weging-1", "suspicion"): "weging-2a",
    ("weging-1", "weging-1", "no-suspicion"): "ended",
    ("weging-2a", "weging-2a", "task"): "weging-2b",
    ("weging-2a", "weging-2a", "no-task"): "ended",
    ("weging-2b", "weging-2b", "inside"): "phase-2",
    ("weging-2b", "weging-2b", "outside"): "ended",
    ("phase-2", "weging-3", "held-over"): "phase-2",
    ("phase-2", "weging-3", "too-light"): "ended",
    ("phase-2", "weging-3", "heavy-enough"): "informing",
    ("informing", "informing", "inform"): "source-list",
    ("informing", "informing", "not-now"): "source-list",
    ("source-list", "source-list", "listed"): "check-1",
    ("check-1", "check-1", "approved"): "check-1",
    ("check-1", "check-1", "refused"): "check-1",
    ("check-1", "check-1-done", "some"): "hit-check",
    ("check-1", "check-1-done", "all-refused"): "ended",
    ("hit-check", "answer", "hit"): "hit-check",
    ("hit-check", "answer", "no-hit"): "hit-check",
    ("hit-check", "answer", "more-than-one"): "hit-check",
    ("hit-check", "answer", "not-consulted"): "hit-check",
    ("weging-4", "answer", "hit"): "weging-4",
    ("weging-4", "answer", "no-hit"): "weging-4",
    ("weging-4", "answer", "more-than-one"): "weging-4",
    ("weging-4", "answer", "not-consulted"): "weging-4",
    ("hit-check", "hit-check-done", "hits"): "weging-4",
    ("hit-check", "hit-check-done", "no-hit"): "ended",
    ("weging-4", "check-1b", "relevant"): "weging-4",
    ("weging-4", "check-1b", "not-relevant"): "weging-4",
    ("weging-4", "weging-4", "confirmed"): "check-2a",
    ("weging-4", "weging-4", "insufficient"): "ended",
    ("check-2a", "check-2a", "may"): "check-2a",
    ("check-2a", "check-2a", "may-not"): "check-2a",
    **{
        (state, "check-2a", outcome): state
        for state in ("approach", *_OF_THE_RIEC, "plan", "check-2b")
        for outcome in ("may", "may-not")
    },
    ("check-2a", "check-2a-done", "complete"): "approach",
    **{("approach", "approach", outcome): state for outcome, state in _APPROACHES.items()},
    **{("reweighing", "reweighing", outcome): state for outcome, state in _APPROACHES.items()},
    ("riec-intake", "riec-intake", "handed-in"): "riec-answer",
    **{(state, "riec-answer", "accepted"): "plan" for state in _OF_THE_RIEC},
    **{(state, "riec-answer", "accepted-with-local-part"): "plan" for state in _OF_THE_RIEC},
    **{(state, "riec-answer", "accepted-elsewhere"): "riec-monitoring" for state in _OF_THE_RIEC},
    **{(state, "riec-answer", "not-accepted"): "reweighing" for state in _OF_THE_RIEC},
    ("riec-monitoring", "riec-review", "goes-on"): "riec-monitoring",
    ("riec-monitoring", "riec-review", "local-part"): "plan",
    **{(state, "riec-intake", "handed-in"): state for state in _BESIDE},
    **{(state, "riec-answer", "accepted"): state for state in _BESIDE},
    **{(state, "riec-answer", "accepted-with-local-part"): state for state in _BESIDE},
    **{(state, "riec-answer", "not-accepted"): "reweighing" for state in _BESIDE},
    **{(state, "propose-plan", "proposed"): state for state in ("plan", "execution")},
    **{
        (state, "answer-plan", outcome): state
        for state in ("plan", "execution")
        for outcome in ("adopts", "does-not-adopt", "question")
    },
    **{
        (state, "riec-supplement", outcome): state
        for state in (*_OF_THE_RIEC, *_BESIDE)
        for outcome in ("given", "nothing")
    },
    ("plan", "adopt-plan", "adopted"): "check-2b",
    ("execution", "adopt-plan", "adopted"): "check-2b",
    ("check-2b", "check-2b", "may"): "check-2b",
    ("check-2b", "check-2b", "may-not"): "check-2b",
    ("check-2b", "check-2b-done", "complete"): "execution",
    ("execution", "execution", "executed"): "execution",
    ("execution", "execution", "dropped"): "execution",
    **{("execution", "progress", outcome): "execution" for outcome in ("not-started", "under-way", "done", "cannot")},
    **{(state, "answer-department", "answered"): state for state in _PHASE_4},
    **{(state, "judge-finding", outcome): state for state in _PHASE_4 for outcome in ("accepted", "refused")},
    ("execution", "close", "closed"): "closed",
    ("riec-monitoring", "close", "closed"): "closed",
    ("sealed", "hold", "held"): "sealed",
    ("sealed", "end-hold", "ended"): "sealed",
    ("listed", "hold", "held"): "listed",
    ("listed", "end-hold", "ended"): "listed",
    ("listed", "approve-destruction", "approved"): "approved",
    ("listed", "never-informed", "answered"): "listed",
    **{
        (state, key, outcome): state
        for state in _IN_HAND
        for key, outcome in (
            ("rectify", "corrected"),
            ("rectify", "withdrawn"),
            ("same-person", "same"),
            ("not-concerned", "taken-out"),
            ("carried-out", "done"),
            ("set-right", "told"),
            ("set-right", "impossible"),
            ("set-right", "confirmed"),
        )
    },
    ("duty-open", "duty", "inform"): "duty-to-send",
    ("duty-open", "duty", "defer"): "duty-deferred",
    ("duty-open", "duty", "not-due"): "duty-done",
    ("duty-open", "duty", "nobody"): "duty-done",
    ("duty-deferred", "review", "continue"): "duty-deferred",
    ("duty-deferred", "review", "inform"): "duty-to-send",
    ("duty-deferred", "ground-lapsed", "lapsed"): "duty-to-send",
    ("duty-open", "contact", "on"): "duty-open",
    ("duty-deferred", "contact", "on"): "duty-deferred",
    ("duty-to-send", "notice-sent", "sent"): "duty-done",
    ("duty-done", "notice-undeliverable", "address-sought"): "duty-to-send",
    ("duty-done", "notice-undeliverable", "in-person"): "duty-to-send",
    ("duty-done", "notice-undeliverable", "not-possible"): "duty-open",
    ("request-received", "request-identity", "established"): "request-search",
    ("request-received", "request-identity", "established-objector"): "request-bezwaar",
    ("request-received", "request-identity", "asked-more"): "request-received",
    ("request-received", "request-not-handled", "not-identified"): "request-answer",
    **{
        (state, "request-not-handled", outcome): "request-answer"
        for state in ("request-received", "request-search")
        for outcome in ("deceased", "unfounded", "repeated")
    },
    **{(state, "request-information", "sent"): state for state in (*_ASKED, "request-bezwaar", "request-answer")},
    **{
        (state, "request-withdrawn", "withdrawn"): "request-done"
        for state in (*_ASKED, "request-bezwaar", "request-answer")
    },
    **{
        (state, key, outcome): state
        for state in _ASKED
        for key, outcome in (("request-extend", "extended"), ("request-extension-sent", "sent"))
    },
    ("request-search", "request-record", "found"): "request-search",
    ("request-search", "request-holder", "found"): "request-search",
    ("request-search", "request-holder", "nothing"): "request-search",
    ("request-search", "request-search-done", "complete"): "request-weighing",
    **{
        ("request-weighing", "request-item", outcome): "request-weighing"
        for outcome in ("given", "done", "partly", "refused", "not-his")
    },
    ("request-weighing", "request-withhold", "withheld"): "request-weighing",
    **{
        ("request-weighing", "request-weighed", outcome): "request-answer"
        for outcome in ("granted", "partly", "refused", "nothing")
    },
    ("request-weighing", "request-neutral", "neutral"): "request-answer",
    **{
        ("request-bezwaar", "request-bezwaar", outcome): "request-answer"
        for outcome in ("founded", "unfounded", "late", "inadmissible")
    },
    ("request-bezwaar", "request-adjourn", "adjourned"): "request-bezwaar",
    ("request-answer", "request-answer-sent", "sent"): "request-done",
    ("request-answer", "request-answer-sent", "sent-again-later"): "request-again",
    ("request-again", "request-withhold", "withheld"): "request-again",
    ("request-again", "request-neutral", "neutral"): "request-again",
    ("request-again", "request-withhold-lapsed", "lapsed"): "request-weighing",
    ("request-again", "request-neutral-lapsed", "lapsed"): "request-weighing",
    **{(state, "request-lift", "lifted"): state for state in ("request-done", "request-again")},
    **{(state, "request-lift-told", "sent"): state for state in ("request-done", "request-again")},
    ("incident-proposed", "breach-proposal", "incident"): "incident-open",
    ("incident-proposed", "breach-proposal", "no-incident"): "incident-none",
    ("incident-open", "breach-facts", "recorded"): "incident-open",
    ("incident-open", "breach-authority", "notified"): "incident-open",
    ("incident-open", "breach-authority", "not-notified"): "incident-open",
    ("incident-open", "breach-persons", "told"): "incident-open",
    ("incident-open", "breach-persons", "not-told"): "incident-open",
    ("incident-open", "breach-close", "closed"): "incident-closed",
}

MOVES = {
    ("closed", "ended"),
    ("ended", "sealed"),
    ("sealed", "listed"),
    ("listed", "approved"),
    ("listed", "sealed"),
    ("approved", "sealed"),
    ("approved", "destroyed"),
}
"""What moves without a decision: by the calendar, the ultimate date among it, and by a hold."""

PHASE: dict[str, int] = {
    **dict.fromkeys(("received", "weging-1", "weging-2a", "weging-2b"), 1),
    **dict.fromkeys(("phase-2", "informing"), 2),
    **dict.fromkeys(("source-list", "check-1", "hit-check", "weging-4"), 3),
    **dict.fromkeys(_PHASE_4, 4),
    "closed": 5,
}
HOLDER: dict[str, str] = {
    state: {1: "assessment", 2: "assessment", 3: "sources", 4: "casework", 5: "casework"}[phase]
    for state, phase in PHASE.items()
}

_FILE = {"oov", "vervanger"}
_SOURCES = ("horeca-permits", "benefits", "subsidies", "other-decisions", "kadaster-deeds", "brp-relations")
_DEPARTMENTS = ("vergunningen", "toezicht-en-handhaving", "belastingen", "sociale-zaken", "burgerzaken", "wonen")
_SPECIAL = {
    "answer": {f"bronhouder-{one}" for one in _SOURCES},
    "execution": {f"department-{one}" for one in _DEPARTMENTS},
    "answer-plan": {f"department-{one}" for one in _DEPARTMENTS},
    "hold": {"privacy-officer"},
}


PUTTING_RIGHT = ("rectify", "same-person", "not-concerned", "set-right", "carried-out")
"""Possible in every phase, of what is there to be put right."""


def _who(first: set[str], rest: set[str]) -> dict[str, set[str]]:
    found = {key: set(rest) | _SPECIAL.get(key, set()) for _, key, _ in ARROWS}
    found |= {key: set(first) for key in ("purpose", "no-signal", "weging-1")}
    found |= {key: first | rest for key in (*PUTTING_RIGHT, "answer-department", "judge-finding")}
    found |= {key: first | rest for key in found if key.startswith("request-")}
    found["progress"] = {f"department-{one}" for one in _DEPARTMENTS}
    found |= {key: {"beheerder"} for key in ("end-hold", "approve-destruction")}
    found |= {key: {"fg"} for key in ("breach-proposal", "breach-close")}
    found |= {key: {"fg", "privacy-officer"} for key in ("breach-facts", "breach-authority", "breach-persons")}
    return found | {"never-informed": {"privacy-officer"}}


WHO: dict[str, dict[str, set[str]]] = {
    "midden-delfland-2025": _who(_FILE, _FILE),
    "grote-gemeente-2025": _who({"beoordelaar"}, {"regisseur"}),
}
CO_SIGNED: dict[str, dict[str, tuple[str, ...]]] = {
    "midden-delfland-2025": {
        "hold": ("beheerder",),
        "duty": ("privacy-officer",),
        "review": ("privacy-officer",),
        "informing": ("privacy-officer",),
        "request-withhold": ("privacy-officer",),
        "request-neutral": ("privacy-officer",),
        "riec-intake": ("oov", "vervanger"),
        "riec-supplement": ("oov", "vervanger"),
    },
    "grote-gemeente-2025": {
        "no-signal": ("regisseur",),
        "hold": ("beheerder",),
        "duty": ("privacy-officer",),
        "review": ("privacy-officer",),
        "informing": ("privacy-officer",),
        "request-withhold": ("privacy-officer",),
        "request-neutral": ("privacy-officer",),
        "riec-intake": ("regisseur",),
        "riec-supplement": ("regisseur",),
        "check-1": ("privacy-officer",),
        "check-2a": ("privacy-officer",),
        "check-2b": ("privacy-officer",),
    },
}
