"""What is particular to a request: how it is shown, what a decision on it makes, and its clocks. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from services.rights import carrying_out, restricting
from services.rights.completeness import completeness, looked_at, looked_words
from services.rights.effects import KeepsClocks
from services.rights.holdings import AsksServices, answered
from services.rights.request_clock import clocks, reckon
from services.rights.sealed import over, readers_of
from services.rights.shelf import Moments
from services.rights.store import NOWHERE, WAITS_FOR_HOLDER, RequestRow
from shared.engine.documents import Finding
from shared.engine.effects import Effect
from shared.engine.given import Given
from shared.engine.loaded import Loaded
from shared.engine.records import item_name
from shared.engine.tables import DecisionRow, Dossier
from shared.protocol.answering import nowhere_faults, silent_faults
from shared.protocol.carrying_out import not_carried_out
from shared.protocol.facts import Item, Taken
from shared.protocol.faults import Fault
from shared.protocol.holdings import silent_services
from shared.protocol.judge import Attempt
from shared.protocol.model import Law, State
from shared.protocol.request_kinds import (
    ANSWER_SENT,
    AS_REGISTERED,
    BEZWAAR,
    CAPACITIES,
    EXTENSION_SENT,
    FOUND_ITEM,
    HOLDER,
    HOLDERS_OF_DATA,
    IDENTITY,
    LIFT,
    LIFT_TOLD,
    NOT_HANDLED,
    RECORD_FOUND,
    REQUEST_KINDS,
    REQUEST_LETTER,
    REQUEST_WITHDRAWN,
    SEARCH_DONE,
)
from shared.protocol.request_letters import (
    EXTENSION,
    LETTERS,
    LIFTING,
    SUPPLEMENT,
    TELLING_ANSWERS,
    THE_ANSWER,
    LetterTells,
    told_decision,
)
from shared.protocol.request_terms import reminded
from shared.protocol.requests_lifting import in_force
from shared.protocol.withholding import decided_last, told_already


def registered(loaded: Loaded) -> Mapping[str, Any]:
    """What was registered of it, without who asks."""
    return loaded.opened.findings[AS_REGISTERED].fields


def row_of(loaded: Loaded) -> RequestRow:
    found = loaded.mine(Moments).request
    if found is None:
        raise LookupError("a request without its row")
    return found


def told(loaded: Loaded, kind: str) -> LetterTells:
    """All that a letter of `kind` about it can be made of."""
    decisions, items = loaded.facts().decisions, tuple(decided_items(loaded))
    if kind == SUPPLEMENT:
        before = told_already(decisions)
        items = tuple(one for one in items if one[0].name not in before)
    given = [item.name for item, taken in items if taken.outcome == "given"]
    return LetterTells(
        loaded.law,
        loaded.number,
        registered(loaded),
        clocks(registered(loaded), _as_told(decisions, kind), loaded.law),
        told_decision(kind, decisions),
        items,
        looked_at(loaded, given) if kind in TELLING_ANSWERS else (),
        answered_on=row_of(loaded).answered_on if kind == SUPPLEMENT else None,
        told_of_it=carrying_out.receivers(loaded) if kind == LIFTING else (),
    )


def _as_told(decisions: Sequence[Taken], kind: str) -> Sequence[Taken]:
    """The letter of an extension says the day that holds once it has gone."""
    return (*decisions, Taken(EXTENSION_SENT, "sent")) if kind == EXTENSION else decisions


def decided_items(loaded: Loaded) -> list[tuple[Item, Taken]]:
    """What was found and decided on, each with what was decided last."""
    facts = loaded.facts()
    last = decided_last(facts.decisions)
    return [(one, last[one.name]) for one in facts.of_category(FOUND_ITEM) if one.name in last]


# --- what is shown -----------------------------------------------------------------------------------


def show(loaded: Loaded) -> dict[str, Any]:
    """Who asks what, until when, what each service answered, what was found and decided, and the letters."""
    fields, row = registered(loaded), row_of(loaded)
    people = list(loaded.opened.subjects.values())
    finding = loaded.opened.findings[AS_REGISTERED]
    decided = {item.name: taken for item, taken in decided_items(loaded)}
    words: dict[tuple[str, str], list[str]] = {}
    for holder, some in looked_words(loaded).items():
        for each in some:
            words.setdefault((holder, each["signal"]), []).append(each["words"])
    return {
        "request": {
            **{name: one for name, one in fields.items() if name != "bornOn"},
            "kindCalled": REQUEST_KINDS[fields["kind"]],
            "capacityCalled": CAPACITIES[fields["capacity"]],
            "asks": finding.finding,
        },
        "person": people[0].model_dump(exclude_none=True)
        | ({"bornOn": fields["bornOn"]} if "bornOn" in fields else {}),
        "asker": people[1].model_dump(exclude_none=True) if len(people) > 1 else None,
        "clocks": shown_clocks(row) | {"reminder": reminder(loaded.dossier, row, loaded.law, loaded.today)},
        "restricted": in_force(fields["kind"], loaded.facts().decisions) is not None,
        "holders": completeness(loaded),
        "signals": [
            {
                "signal": one.signal,
                "holder": one.holder,
                "holderCalled": HOLDERS_OF_DATA[one.holder],
                "state": one.state,
                "found": one.found,
                "missed": one.missed,
                "looked": words.get((one.holder, one.signal), []),
                "readers": readers_of(loaded, one),
                "subject": one.subject,
                "restricted": one.restricted,
                **carrying_out.shown(loaded, one),
                "askedAt": one.asked_at.isoformat(),
                "answeredAt": one.answered_at.isoformat() if one.answered_at else None,
            }
            for one in loaded.mine(Moments).put_before
        ],
        "found": [
            {
                "item": name,
                "holder": one.about,
                "holderCalled": HOLDERS_OF_DATA.get(one.about, one.about),
                **{each: one.fields[each] for each in ("what", "source", "use", "recipients", "keptFor")},
                "decided": decided[name].outcome if name in decided else None,
            }
            for name, one in loaded.opened.of_category(FOUND_ITEM).items()
        ],
        "letters": [
            {
                "letter": name,
                "kind": one.fields["kind"],
                "called": LETTERS[one.fields["kind"]],
                "madeAt": one.recorded_at,
            }
            for name, one in loaded.opened.of_category(REQUEST_LETTER).items()
        ],
    }


def reminder(dossier: Dossier, row: RequestRow, law: Law, today: date) -> int | None:
    """The last of the reminders that has come. They are of the protocol's days: there is none of a bezwaar, nor once those days were
    extended or while they stand still; days that do not count put them off as well."""
    if row.answered_on or row.extended or row.kind == BEZWAAR or dossier.due_on is None:
        return None
    return reminded(dossier.due_on - timedelta(days=law.terms.request_days), today, law.choices.reminders)


def shown_clocks(row: RequestRow) -> dict[str, Any]:
    return {
        "legalOn": row.legal_on.isoformat(),
        "extended": row.extended,
        "answeredOn": row.answered_on.isoformat() if row.answered_on else None,
        "objectUntil": row.object_until.isoformat() if row.object_until else None,
        "reviewOn": row.review_on.isoformat() if row.review_on else None,
        "keptUntil": row.ends_on.isoformat() if row.ends_on else None,
    }


# --- what a decision makes and sets going -------------------------------------------------------------


def makes(loaded: Loaded, attempt: Attempt, now: datetime) -> Mapping[str, Finding]:
    """What a service has of him is an item, so that it is decided on by its name."""
    if attempt.key != RECORD_FOUND:
        return {}
    finding = Finding(
        category=FOUND_ITEM,
        about=attempt.about[0],
        fields=dict(attempt.fields),
        recorded_by="",
        recorded_at=now.isoformat(),
        special_grounds=dict(attempt.special_grounds),
    )
    return {item_name(loaded): finding}


def faults(loaded: Loaded, given: Given) -> Sequence[Fault]:
    """A letter that is said to be sent tells what was decided last: it was made after that. A service answers as a whole when
    each of its signals was answered, and nothing is decided before."""
    if given.attempt.key in (HOLDER, SEARCH_DONE):
        done = given.attempt.key == SEARCH_DONE
        mine = [one for one in loaded.mine(Moments).put_before if done or one.holder in given.attempt.about]
        waiting = [one.signal for one in mine if one.state == WAITS_FOR_HOLDER]
        # Said once it can be that the row of a dossier was away for a moment.
        lost = [one.signal for one in mine if one.state == NOWHERE and not one.missed]
        return [*silent_faults(waiting), *nowhere_faults(lost), *(_silent_services(loaded) if done else ())]
    if given.attempt.key == LIFT:
        return not_carried_out(carrying_out.waiting(loaded))
    kinds = {ANSWER_SENT: THE_ANSWER, EXTENSION_SENT: EXTENSION, LIFT_TOLD: LIFTING}
    if given.attempt.key not in kinds:
        return ()
    letter = loaded.opened.findings[given.attempt.fields["letter"]]
    taken = told_decision(kinds[given.attempt.key], loaded.facts().decisions)
    if taken and taken.at and datetime.fromisoformat(letter.recorded_at) < taken.at:
        words = "deze brief is van vóór het besluit: maak een nieuwe"
        return [Fault("fields.letter", words, "art. 10 lid 5", "letter-before-decision")]
    return ()


def _silent_services(loaded: Loaded) -> list[Fault]:
    moments = loaded.mine(Moments)
    signals = [one.signal for one in moments.put_before]
    return silent_services(answered(moments.services), signals, HOLDERS_OF_DATA)


def follows(loaded: Loaded, decision: DecisionRow) -> Sequence[Effect]:
    """Its clocks are worked out anew; who holds the signals hears what is only kept, or is no more; services that answer by
    themselves are asked once it is known who asks, and readers of what is sealed hear that it is over."""
    taken, request = loaded.taken, registered(loaded)
    after = reckon(request, [each for one in taken for each in loaded.decided(one)], loaded.law)
    rest = [one for one in taken if one.id != decision.id]
    before = reckon(request, [each for one in rest for each in loaded.decided(one)], loaded.law)
    moved = (KeepsClocks(before, after),) if before != after else ()
    ended = over(loaded) if decision.key in (REQUEST_WITHDRAWN, NOT_HANDLED) else ()
    asked = decision.key == IDENTITY and decision.state_after == State.REQUEST_SEARCH
    return (*moved, *restricting.follows(loaded, decision), *((AsksServices(),) if asked else ()), *ended)
