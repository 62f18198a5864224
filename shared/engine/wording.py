"""What is typed is read before it is kept: whom it names, and what it says that may not be said without a ground.

Read here, judged by the law (shared/protocol/wording.py). No call to a part: what is needed was loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

from pydantic import BaseModel

from shared.contracts.intake import ReporterMarks, Subject
from shared.engine.concerned import objects_of, persons_of
from shared.engine.documents import REPORT, Report, words_in
from shared.engine.loaded import Loaded
from shared.protocol.composing import CONCERNING, fields_going
from shared.protocol.conditions.approach import POINTS_AT_REPORTER
from shared.protocol.facts import Item
from shared.protocol.faults import Fault
from shared.protocol.judge import Attempt
from shared.protocol.model import Field
from shared.protocol.records import Record
from shared.protocol.rectifying import RECTIFY
from shared.protocol.together import each
from shared.protocol.wording import Written, pointing_faults, shared_by, word_faults
from shared.words.bsn import has_bsn
from shared.words.folding import plain_words
from shared.words.names import marks_in, marks_of
from shared.words.reporter import REPORTER_LEFT_OUT, looks_like_it, stands_in, without_reporter
from shared.words.sealed import recognised

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
        revoked = _revocable(loaded)
        pointing = tuple(
            one.finding
            for name, one in marks
            if one.finding and (name in revoked or loaded.standing.counts(Item(name, POINTS_AT_REPORTER, one.about)))
        )
        return cls((*persons, *besides), content.report.reporter_marks, pointing)

    @cached_property
    def _marks(self) -> frozenset[str]:
        return frozenset(mark for name in self.subjects for mark in marks_of(name))

    def is_named_in(self, text: str) -> bool:
        """Whether `text` names a person of the signal, or its reporter."""
        marks = marks_in(_bare(text))
        return bool(marks & self._marks) or bool(self._of_reporter(marks))

    def shows_reporter(self, text: str) -> bool:
        """Whether `text` shows the reporter. A name that a person of the signal has too is that person's."""
        return bool(self.reporter and self._of_reporter(marks_in(_bare(text)) - self._marks))

    def points_at_reporter(self, text: str) -> bool:
        """Whether `text` has words that point at him, in whatever letters a reader takes for these."""
        return any(one(text) for one in self._pointing)

    def still_shows_reporter(self, text: str) -> bool:
        """Whether what is left of `text` shows him, or has words that point at him, spelt as nobody marked them."""
        return self.shows_reporter(text) or self.points_at_reporter(text)

    def left_out(self, text: str) -> str:
        """`text` without the reporter, and without the words that point at him, as far as these are found; for who judges
        whether it may be shared, and for nobody to read."""
        return without_reporter(text, self.pointing, self._his)

    def shared(self, text: str) -> str:
        """`text` as it leaves the file: without the reporter; nothing of it where he can still be read in what is left."""
        if text not in self._shared:
            left = self.left_out(text)
            self._shared[text] = REPORTER_LEFT_OUT if self.still_shows_reporter(left) else left
        return self._shared[text]

    def shared_in(self, value: Any) -> Any:
        """The same of all text in a value that was filled in."""
        if isinstance(value, Mapping):
            return {name: self.shared_in(one) for name, one in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.shared_in(one) for one in value]
        return self.shared(value) if isinstance(value, str) else value

    def shared_fields(self, given: Mapping[str, Any], asked: Iterable[Field]) -> dict[str, Any]:
        """The same of what was filled in where `asked` was; a code is no text."""
        coded = {one.name for one in asked if not one.kind.in_words}
        return {name: one if name in coded else self.shared_in(one) for name, one in given.items()}

    def shared_texts(self, model: _Texts) -> _Texts:
        """The same of each text of `model`."""
        return self.texts(model, self.shared)

    @staticmethod
    def texts(model: _Texts, becomes: Callable[[str], str]) -> _Texts:
        return model.model_copy(update={name: becomes(one) for name, one in model if isinstance(one, str)})

    @cached_property
    def _shared(self) -> dict[str, str]:
        """What was read before."""
        return {}

    @cached_property
    def _pointing(self) -> tuple[Callable[[str], bool], ...]:
        return tuple(map(looks_like_it, self.pointing))

    @cached_property
    def _hashes(self) -> frozenset[str]:
        return frozenset(self.reporter.hashes if self.reporter else ())

    def _his(self, marks: Iterable[str]) -> dict[str, bool]:
        return {one: one in self._marks for one in self._of_reporter(marks)}

    def _of_reporter(self, marks: Iterable[str]) -> frozenset[str]:
        """Those of `marks` that are his."""
        return recognised(self.reporter.key, marks, self._hashes) if self.reporter else frozenset()


def _revocable(loaded: Loaded) -> set[str]:
    """What was put right by a decision that can still be withdrawn: a mark counts until it cannot."""
    rights = [one for one in loaded.taken if one.key == RECTIFY and one.about]
    return {one.about[0] for one in rights if loaded.now and one.effective_at and one.effective_at > loaded.now}


def _bare(text: str) -> str:
    """That something was left out names nobody."""
    return text.replace(REPORTER_LEFT_OUT, " ")


def faults_in_words(
    loaded: Loaded, texts: Mapping[str, Any], grounds: Mapping[str, str], roles: Iterable[str]
) -> list[Fault]:
    """What is wrong with `texts` that are read by people without the file (R-2.3), by the field of each.

    `roles`: as which they are written. Who has not the file is not told by a refusal which words were marked in it: these
    are left out where others read what he wrote.
    """
    known = Nameable.of(loaded)
    points = known.points_at_reporter if not set(loaded.law.file_roles).isdisjoint(roles) else _nobody
    read = [_read(field, words_in(value), names=known.is_named_in, points=points) for field, value in texts.items()]
    return word_faults(read, grounds)


def faults_in_attempt(loaded: Loaded, attempt: Attempt, role: str) -> list[Fault]:
    """What is wrong with the words of a decision of `role`, which go to supervision, and with what it shares."""
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
        *faults_in_words(loaded, texts, attempt.special_grounds, (role,)),
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
    shared: dict[tuple[str, ...] | None, dict[str, str]] = {}
    for _, one in each(attempt):
        concerning = one.forwarding.concerning if one.forwarding else one.fields.get(CONCERNING)
        going = None if concerning is None else tuple(concerning)
        shared.setdefault(going, {}).update(shared_by(one))
    found = (faults_in_shared(loaded, items, attempt.special_grounds, going) for going, items in shared.items())
    return list(dict.fromkeys(fault for faults in found for fault in faults))


def faults_in_shared(
    loaded: Loaded, shared: Mapping[str, str], answered: Mapping[str, str], concerning: Collection[str] | None = None
) -> list[Fault]:
    """The same of items that go to somebody by whatever road, as they will be read, and of whom and what goes along with
    them; `shared`: the field that names each, `concerning`: who and what was chosen, None for all."""
    content = loaded.content
    if content is None:
        return []
    known = Nameable.of(loaded)
    faults: list[Fault] = []
    for item, field in shared.items():
        if item == REPORT:
            grounds = {**content.report.special_grounds, **answered}
            read = _read_report(_report_shared(content.report, known), known.still_shows_reporter)
            faults += word_faults([replace(one, field=field, to_share=True) for one in read], grounds)
        elif item in content.findings:
            # Its fields stay behind. What is special in it was answered when it was recorded.
            texts = [content.findings[item].finding or "", *_texts_along(loaded, item, concerning)]
            shows = any(known.still_shows_reporter(known.left_out(text)) for text in texts)
            faults += word_faults([Written(field, reporter=shows, to_share=True)], {})
    return list(dict.fromkeys(faults))


def _texts_along(loaded: Loaded, item: str, concerning: Collection[str] | None) -> Iterator[str]:
    """Of the persons and objects that go along with an item, what of them goes."""
    chosen = None if concerning is None else fields_going(concerning, tuple(Subject.model_fields))
    for key, person in persons_of(loaded, (item,)).items():
        yield from (text for name, text in person if text and (chosen is None or name in chosen.get(key, ())))
    for key, thing in objects_of(loaded, (item,)).items():
        yield from (text for _, text in thing if text and (chosen is None or key in chosen))


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
        return faults_in_words(loaded, texts, record.special_grounds, loaded.law.file_roles)
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
    """The report as far as the reporter is found in it, to be judged before it leaves the file."""
    objects = tuple(known.texts(one, known.left_out) for one in report.objects)
    subjects = tuple(known.texts(one, known.left_out) for one in report.subjects)
    return report.model_copy(update={"text": known.left_out(report.text), "objects": objects, "subjects": subjects})


def _read_report(report: Report, shows: Names) -> list[Written]:
    """The texts of a report, which were typed at the door; `shows`: whether one shows the reporter."""
    read = {"report.text": report.text}
    read |= {f"objects.O{place}": words_in(one.model_dump()) for place, one in enumerate(report.objects, 1)}
    found = [_read(field, text, reporter=shows) for field, text in read.items() if text]
    # Somebody's name or address says nothing special about him.
    for place, one in enumerate(report.subjects, 1):
        shown = any(shows(text) for _, text in one if text)
        found.append(replace(_read(f"subjects.S{place}", one.occupation or ""), reporter=shown))
    return [*found, Written("subjects", bsn=has_bsn(words_in([one.model_dump() for one in report.subjects])))]


def _nobody(_: str) -> bool:
    return False


def _read(
    field: str, text: str, *, names: Names = _nobody, reporter: Names = _nobody, points: Names = _nobody
) -> Written:
    if not text:
        return Written(field)
    return Written(field, plain_words(text), names(text), reporter(text), has_bsn(text), points(text))
