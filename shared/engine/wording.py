"""What is typed is read before it is kept: whom it names, and what it says that may not be said without a ground.

Read here, judged by the law (shared/protocol/wording.py). No call to a part: what is needed was loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from shared.contracts.intake import ReporterMarks
from shared.engine.documents import REPORT, Content, Report, words_in
from shared.engine.loaded import Loaded
from shared.protocol.faults import Fault
from shared.protocol.judge import Attempt
from shared.protocol.records import Record
from shared.protocol.together import each
from shared.protocol.wording import Written, shared_by, word_faults
from shared.words.bsn import has_bsn
from shared.words.folding import plain_words
from shared.words.names import marks_in, marks_of
from shared.words.sealed import hashes

Names = Callable[[str], bool]


@dataclass(frozen=True)
class Nameable:
    """Whom a text can name: the persons of a signal, and its reporter by his marks alone."""

    subjects: tuple[str, ...] = ()
    reporter: ReporterMarks | None = None

    @classmethod
    def of(cls, content: Content | None, *besides: str) -> Nameable:
        """Whom the content knows, and the names of who comes to light with what is written."""
        if content is None:
            return cls()
        persons = [one.name for one in content.subjects.values() if one.name]
        return cls((*persons, *besides), content.report.reporter_marks)

    @cached_property
    def _marks(self) -> frozenset[str]:
        return frozenset(mark for name in self.subjects for mark in marks_of(name))

    def is_named_in(self, text: str) -> bool:
        """Whether `text` names a person of the signal, or its reporter."""
        marks = marks_in(text)
        return bool(marks & self._marks) or self._reporter_is_in(marks)

    def shows_reporter(self, text: str) -> bool:
        """Whether `text` shows the reporter. A name that a person of the signal has too is that person's."""
        return self._reporter_is_in(marks_in(text) - self._marks)

    def _reporter_is_in(self, marks: Iterable[str]) -> bool:
        known = self.reporter
        return known is not None and not hashes(known.key, marks).isdisjoint(known.hashes)


def faults_in_words(loaded: Loaded, texts: Mapping[str, Any], grounds: Mapping[str, str]) -> list[Fault]:
    """What is wrong with `texts` that are read by people without the file (R-2.3), by the field of each."""
    known = Nameable.of(loaded.content)
    return word_faults(
        [_read(field, words_in(value), names=known.is_named_in) for field, value in texts.items()], grounds
    )


def faults_in_attempt(loaded: Loaded, attempt: Attempt) -> list[Fault]:
    """What is wrong with the words of a decision, which go to supervision, and with what it shares."""
    texts: dict[str, Any] = {"reason": attempt.reason}
    texts |= {f"fields.{name}": value for name, value in attempt.fields.items()}
    for place, part in enumerate(attempt.parts):
        texts[f"parts.{place}.reason"] = part.reason
        texts |= {f"parts.{place}.fields.{name}": value for name, value in part.fields.items()}
    if attempt.dissent:
        texts["dissent"] = dict(attempt.dissent)
    if attempt.forwarding:
        texts["forwarding.noneBecause"] = attempt.forwarding.none_because
        texts["forwarding.urgentBecause"] = attempt.forwarding.urgent_because
    return [
        *faults_in_words(loaded, texts, attempt.special_grounds),
        *_corrected(loaded, attempt),
        *_shared(loaded, attempt),
    ]


def _corrected(loaded: Loaded, attempt: Attempt) -> list[Fault]:
    """What stands in the place of what was wrong is read as what is recorded."""
    old = loaded.opened.findings.get(attempt.about[0]) if attempt.correction and attempt.about else None
    if old is None or attempt.correction is None:
        return []
    given = replace(attempt.correction.record(old.category, old.about, {}), special_grounds=attempt.special_grounds)
    return [replace(one, field=f"correction.{one.field}") for one in faults_in_record(loaded, given)]


def _shared(loaded: Loaded, attempt: Attempt) -> list[Fault]:
    """What is shared does not show the reporter; and what was never answered in the report is answered now."""
    shared = {item: field for _, one in each(attempt) for item, field in shared_by(one).items()}
    return faults_in_shared(loaded, shared, attempt.special_grounds)


def faults_in_shared(loaded: Loaded, shared: Mapping[str, str], answered: Mapping[str, str]) -> list[Fault]:
    """The same of items that go to somebody by whatever road; `shared`: the field that names each."""
    content = loaded.content
    if content is None:
        return []
    known = Nameable.of(content)
    faults: list[Fault] = []
    for item, field in shared.items():
        if item == REPORT:
            grounds = {**content.report.special_grounds, **answered}
            faults += word_faults([replace(one, field=field) for one in _read_report(content.report, known)], grounds)
        elif item in content.findings:
            found = content.findings[item]
            text = words_in([found.finding, found.fields])
            # What is special in it was answered when it was recorded.
            faults += word_faults([Written(field, reporter=known.shows_reporter(text))], {})
    return list(dict.fromkeys(faults))


def faults_in_record(loaded: Loaded, record: Record) -> list[Fault]:
    """What is wrong with the words of a record: of the handling they are read without the file, of data with it."""
    given = record.fields.get("persons") or record.fields.get("named")
    persons = [one for one in given if isinstance(one, Mapping)] if isinstance(given, (list, tuple)) else []
    texts: dict[str, Any] = {"finding": record.finding}
    texts |= {f"fields.{name}": value for name, value in record.fields.items() if name not in ("persons", "named")}
    category = loaded.law.category(record.category)
    if category and category.process and not category.by:
        return faults_in_words(loaded, texts, record.special_grounds)
    known = Nameable.of(loaded.content, *(words_in(one.get("name")) for one in persons))
    # Who has not the file is not told by a refusal who is in it or who reported it: who has it reads what he writes, and
    # that is looked at before it is shared.
    reporter = _nobody if category and category.by else known.shows_reporter
    written = [_read(field, words_in(value), reporter=reporter) for field, value in texts.items()]
    written.append(Written("fields.persons", bsn=has_bsn(words_in(persons))))
    return word_faults(written, record.special_grounds)


def remarks_on(content: Content) -> list[dict[str, str]]:
    """What who handles a report has to mind in its words: as faults, though nothing was refused."""
    report = content.report
    found = word_faults(_read_report(report, Nameable.of(content)), report.special_grounds)
    return [{"name": one.field, "reason": one.reason, "code": one.code, "article": one.article or ""} for one in found]


def _read_report(report: Report, known: Nameable) -> list[Written]:
    """The texts of a report, which were typed at the door."""
    read = {"report.text": report.text}
    read |= {f"objects.O{place}": words_in(one.model_dump()) for place, one in enumerate(report.objects, 1)}
    read |= {f"subjects.S{place}": one.occupation or "" for place, one in enumerate(report.subjects, 1)}
    found = [_read(field, text, reporter=known.shows_reporter) for field, text in read.items() if text]
    # Somebody's name says nothing special about him.
    return [*found, Written("subjects", bsn=has_bsn(words_in([one.model_dump() for one in report.subjects])))]


def _nobody(_: str) -> bool:
    return False


def _read(field: str, text: str, *, names: Names = _nobody, reporter: Names = _nobody) -> Written:
    if not text:
        return Written(field)
    return Written(field, plain_words(text), names(text), reporter(text), has_bsn(text))
