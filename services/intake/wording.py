"""What somebody types at the door, read before it is sealed; and by what a text is seen to name the reporter.

A visitor is never refused for it: the door stays open, and who handles the report sees what was noticed. A colleague
can write it down in another way, and is asked to.
"""

from __future__ import annotations

from typing import Any, TypeVar

from services.intake.bodies import ReporterIn, SignalIn
from shared.contracts.intake import ReporterMarks
from shared.http.bodies import Strict
from shared.protocol.faults import Fault
from shared.protocol.wording import Written, word_faults
from shared.words.bsn import has_bsn, without_bsn
from shared.words.folding import plain_words
from shared.words.names import marks_in, marks_of, marks_of_contact, marks_of_organisation
from shared.words.sealed import filled, new_key

_Typed = ("text", "name", "address", "occupation", "description")
_Part = TypeVar("_Part", bound=Strict)


def faults_at_the_door(signal: SignalIn) -> list[Fault]:
    """What a colleague has to write down otherwise: who reported, a citizen service number, what is special."""
    known = _marks(signal.reporter)
    for one in signal.subjects:
        # Who reports can have the name of somebody about whom he reports.
        known -= marks_of(one.name or "")
    texts = {"text": signal.text}
    for place, thing in enumerate(signal.objects):
        texts |= {
            f"objects.{place}.address": thing.address or "",
            f"objects.{place}.description": thing.description or "",
        }
    for place, one in enumerate(signal.subjects):
        texts[f"subjects.{place}.occupation"] = one.occupation or ""
    written = [
        Written(field, plain_words(text), reporter=bool(known & marks_in(text)), bsn=has_bsn(text))
        for field, text in texts.items()
    ]
    names = {f"subjects.{place}": f"{one.name}; {one.address}" for place, one in enumerate(signal.subjects)}
    names["reporter.name"] = (signal.reporter and signal.reporter.name) or ""
    written += [Written(field, bsn=has_bsn(text)) for field, text in names.items()]
    return word_faults(written, signal.special_grounds)


def without_numbers(signal: SignalIn) -> SignalIn:
    """What a visitor sent, without citizen service numbers: no law permits to keep them (art. 46 UAVG)."""
    whole = _without_numbers(signal)
    parts: dict[str, Any] = {
        "subjects": tuple(map(_without_numbers, signal.subjects)),
        "objects": tuple(map(_without_numbers, signal.objects)),
        "reporter": signal.reporter and _without_numbers(signal.reporter),
        # Only a colleague is asked why something special has to be written down.
        "special_grounds": {},
    }
    return whole.model_copy(update=parts)


def _without_numbers(part: _Part) -> _Part:
    typed = {name: getattr(part, name, None) for name in _Typed}
    return part.model_copy(update={name: without_bsn(one) for name, one in typed.items() if one})


def marks_of_reporter(reporter: ReporterIn | None) -> ReporterMarks | None:
    """For who handles the report: to see that a text names the reporter, without being told who he is (decision 21)."""
    marks = _marks(reporter)
    if not marks:
        return None
    key = new_key()
    return ReporterMarks(key=key, hashes=filled(key, marks))


def _marks(reporter: ReporterIn | None) -> frozenset[str]:
    if reporter is None:
        return frozenset()
    of_name = marks_of_organisation if reporter.kind == "organisation" else marks_of
    return of_name(reporter.name or "") | marks_of_contact(reporter.email, reporter.phone)
