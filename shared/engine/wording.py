"""What is typed is read before it is kept: whom it names, and what it says that may not be said without a ground.

Read here, judged by the law (shared/protocol/wording.py). No call to a part: what is needed was loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

from pydantic import BaseModel

from shared.contracts.intake import ReporterMarks
from shared.engine.documents import REPORT, Report, words_in
from shared.engine.loaded import Loaded
from shared.protocol.conditions.approach import POINTS_AT_REPORTER
from shared.protocol.facts import Item
from shared.protocol.faults import Fault
from shared.protocol.judge import Attempt
from shared.protocol.records import Record
from shared.protocol.together import each
from shared.protocol.wording import Written, pointing_faults, shared_by, word_faults
from shared.words.bsn import has_bsn
from shared.words.folding import plain_words
from shared.words.masked import REPORTER_LEFT_OUT, looks_like_it, stands_in, without_reporter
from shared.words.names import marks_in, marks_of
from shared.words.sealed import hashes

Names = Callable[[str], bool]
_Texts = TypeVar("_Texts", bound=BaseModel)


@dataclass(frozen=True)
class Nameable:
    """Whom a text can name: the persons of a signal, and its reporter by his marks alone. `pointing`: the words of the file
    that point at him, as who handles it marked them."""

    subjects: tuple[str, ...] = ()
    reporter: ReporterMarks | None = None
    pointing: tuple[str, ...] = ()

    @classmethod
    def of(cls, loaded: Loaded, *besides: str) -> Nameable:
        """Whom the content knows, and the names of who comes to light with what is written."""
        content = loaded.content
        if content is None:
            return cls()
        persons = [one.name for one in content.subjects.values() if one.name]
        marks = content.of_category(POINTS_AT_REPORTER).items()
        counting = [one for name, one in marks if loaded.standing.counts(Item(name, POINTS_AT_REPORTER, one.about))]
        pointing = tuple(one.finding for one in counting if one.finding)
        return cls((*persons, *besides), content.report.reporter_marks, pointing)

    @cached_property
    def _marks(self) -> frozenset[str]:
        return frozenset(mark for name in self.subjects for mark in marks_of(name))

    def is_named_in(self, text: str) -> bool:
        """Whether `text` names a person of the signal, or its reporter."""
        marks = marks_in(text)
        return bool(marks & self._marks) or bool(self._of_reporter(marks)) or self._points_in(text)

    def shows_reporter(self, text: str) -> bool:
        """Whether `text` shows the reporter. A name that a person of the signal has too is that person's."""
        return bool(self._reporter_in(text))

    def still_shows_reporter(self, text: str) -> bool:
        """Whether what is left of `text` shows him, or has words that point at him, spelt as nobody marked them."""
        return self.shows_reporter(text.replace(REPORTER_LEFT_OUT, " ")) or self._points_in(text)

    def shared(self, text: str) -> str:
        """`text` as it leaves the file: without the reporter, and without the words that point at him."""
        return without_reporter(text, self.pointing, self._reporter_in)

    def shared_in(self, value: Any) -> Any:
        """The same of all text in a value that was filled in."""
        if isinstance(value, Mapping):
            return {name: self.shared_in(one) for name, one in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.shared_in(one) for one in value]
        return self.shared(value) if isinstance(value, str) else value

    def shared_texts(self, model: _Texts) -> _Texts:
        """The same of each text of `model`."""
        return model.model_copy(update={name: self.shared(one) for name, one in model if isinstance(one, str)})

    def _points_in(self, text: str) -> bool:
        return any(looks_like_it(one, text) for one in self.pointing)

    def _reporter_in(self, text: str) -> frozenset[str]:
        return self._of_reporter(marks_in(text) - self._marks) if self.reporter else frozenset()

    def _of_reporter(self, marks: Iterable[str]) -> frozenset[str]:
        """Those of `marks` that are his."""
        known = self.reporter
        if known is None:
            return frozenset()
        return frozenset(one for one in marks if not hashes(known.key, (one,)).isdisjoint(known.hashes))


def faults_in_words(loaded: Loaded, texts: Mapping[str, Any], grounds: Mapping[str, str]) -> list[Fault]:
    """What is wrong with `texts` that are read by people without the file (R-2.3), by the field of each."""
    known = Nameable.of(loaded)
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
    """The same of items that go to somebody by whatever road, as they will be read; `shared`: the field that names each."""
    content = loaded.content
    if content is None:
        return []
    known = Nameable.of(loaded)
    faults: list[Fault] = []
    for item, field in shared.items():
        if item == REPORT:
            grounds = {**content.report.special_grounds, **answered}
            read = _read_report(_report_shared(content.report, known), known.still_shows_reporter)
            faults += word_faults([replace(one, field=field) for one in read], grounds)
        elif item in content.findings:
            found = content.findings[item]
            # Its fields stay behind. What is special in it was answered when it was recorded.
            shows = known.still_shows_reporter(known.shared(found.finding or ""))
            faults += word_faults([Written(field, reporter=shows)], {})
    return list(dict.fromkeys(faults))


def faults_in_record(loaded: Loaded, record: Record) -> list[Fault]:
    """What is wrong with the words of a record: of the handling they are read without the file, of data with it."""
    given = record.fields.get("persons") or record.fields.get("named")
    persons = [one for one in given if isinstance(one, Mapping)] if isinstance(given, (list, tuple)) else []
    texts: dict[str, Any] = {"finding": record.finding}
    texts |= {f"fields.{name}": value for name, value in record.fields.items() if name not in ("persons", "named")}
    if record.category == POINTS_AT_REPORTER:
        return pointing_faults(_stands_in_file(loaded, record.finding or ""), record.special_grounds)
    category = loaded.law.category(record.category)
    if category and category.process and not category.by:
        return faults_in_words(loaded, texts, record.special_grounds)
    known = Nameable.of(loaded, *(words_in(one.get("name")) for one in persons))
    # Who has not the file is not told by a refusal who is in it or who reported it: who has it reads what he writes, and
    # that is looked at before it is shared.
    reporter = _nobody if category and category.by else known.shows_reporter
    written = [_read(field, words_in(value), reporter=reporter) for field, value in texts.items()]
    written.append(Written("fields.persons", bsn=has_bsn(words_in(persons))))
    return word_faults(written, record.special_grounds)


def _stands_in_file(loaded: Loaded, words: str) -> bool:
    """Whether a text that could be shared has these words: of the report, or of what was recorded."""
    content = loaded.opened
    found = [one.finding for one in content.findings.values() if one.category != POINTS_AT_REPORTER and one.finding]
    about = [text for one in (*content.subjects.values(), *content.report.objects) for _, text in one if text]
    return any(stands_in(words, text) for text in (content.report.text, *found, *about))


def remarks_on(loaded: Loaded) -> list[dict[str, str]]:
    """What who handles a report has to mind in its words: as faults, though nothing was refused."""
    report = loaded.opened.report
    found = word_faults(_read_report(report, Nameable.of(loaded).shows_reporter), report.special_grounds)
    return [{"name": one.field, "reason": one.reason, "code": one.code, "article": one.article or ""} for one in found]


def _report_shared(report: Report, known: Nameable) -> Report:
    """The report as it leaves the file."""
    objects = tuple(map(known.shared_texts, report.objects))
    subjects = tuple(map(known.shared_texts, report.subjects))
    return report.model_copy(update={"text": known.shared(report.text), "objects": objects, "subjects": subjects})


def _read_report(report: Report, shows: Names) -> list[Written]:
    """The texts of a report, which were typed at the door; `shows`: whether one shows the reporter."""
    read = {"report.text": report.text}
    read |= {f"objects.O{place}": words_in(one.model_dump()) for place, one in enumerate(report.objects, 1)}
    read |= {f"subjects.S{place}": one.occupation or "" for place, one in enumerate(report.subjects, 1)}
    found = [_read(field, text, reporter=shows) for field, text in read.items() if text]
    # Somebody's name says nothing special about him.
    return [*found, Written("subjects", bsn=has_bsn(words_in([one.model_dump() for one in report.subjects])))]


def _nobody(_: str) -> bool:
    return False


def _read(field: str, text: str, *, names: Names = _nobody, reporter: Names = _nobody) -> Written:
    if not text:
        return Written(field)
    return Written(field, plain_words(text), names(text), reporter(text), has_bsn(text))
