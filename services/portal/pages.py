"""Showing a page: templates, the words around them, and a page for every error."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from services.portal.guard import PAGE_HEADERS, TOO_LARGE
from services.portal.menu import menu
from services.portal.people import People
from services.portal.repeated import Repeated, written
from services.portal.static import STATIC_VERSION
from services.portal.watch_words import FILTERS
from services.portal.words import (
    ACTIONS_CALLED,
    INTAKE_DECISION,
    INTERVENTION_STANDS,
    RECORDED_BESIDE,
    RIEC_SAID,
    SERVICES_CALLED,
    TASKS,
    VERSION_STANDS,
    WORDS,
    capitalized,
)
from shared.clock import AMSTERDAM, calendar_date, end_of_day
from shared.errors import MeldpuntError, NotFound
from shared.http.problems import ANSWERS
from shared.protocol.afterwards import JUDGED_AS
from shared.protocol.informing import CHANNELS
from shared.protocol.live import TRIAL
from shared.protocol.model import Law
from shared.protocol.opening import PURPOSES_OF_OPENING
from shared.protocol.phase_4_approach import RIEC_ASKS, RIEC_CRITERIA
from shared.protocol.rights_sheet import sheet
from shared.protocol.show import MONTHS
from shared.protocol.special import SPECIAL_CATEGORIES, grounds_for
from shared.protocol.states import PHASES, State

_DAY = r"\d{4}-\d{2}-\d{2}"
_MOMENT = _DAY + r"T[\d:.]+(Z|[+-]\d{2}:\d{2})"
_FILLED_IN = re.compile(rb"<textarea|<select|<input(?! type=\"hidden\")")
WARNED_SECONDS = 120
"""So long before he is logged out somebody reads that he will be."""


@dataclass(frozen=True)
class ErrorPage:
    """The page of an error, and how it speaks to who gets it."""

    template: str
    not_found: str
    unforeseen: str
    """It may have gone wrong after a service had taken it down."""


OF_OFFICIALS = ErrorPage(
    "parts/fout.html",
    "Dit dossier bestaat niet, of u hebt er geen toegang toe.",
    "Kijk eerst of wat u deed is vastgelegd. Is dat niet zo, probeer het dan later opnieuw.",
)
OF_VISITORS = ErrorPage(
    "public/fout.html",
    "Deze pagina bestaat niet.",
    "Het is niet zeker of wat u verstuurde, is aangekomen. Meldde u iets en kreeg u geen ontvangstcode? Meld het dan over een paar"
    " minuten opnieuw.",
)


class Pages:
    """`law`: whose words are used; `live`: real data are processed, else each page says that this is a trial;
    `idle_seconds`: after which somebody is logged out; None: nobody logs in here; `errors`: to whom an error is said."""

    def __init__(
        self,
        law: Law,
        *,
        live: bool,
        theme: str = "neutral",
        idle_seconds: int | None = None,
        people: People | None = None,
        errors: ErrorPage = OF_OFFICIALS,
    ) -> None:
        self._law = law
        self._errors = errors
        self._idle = idle_seconds
        people = people or People(None)
        environment = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=select_autoescape(),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            # Templates come with the program: nobody looks at every page whether a file has changed.
            auto_reload=False,
        )
        environment.filters |= {
            "day": day,
            "last_day": last_day,
            "month": lambda given: f"{MONTHS[int(given[5:]) - 1]} {given[:4]}",
            "moment": moment,
            "state": state,
            "question": lambda key: rule.question if (rule := law.decision(key)) else WORDS.get(key, key),
            "outcome_called": lambda pair: _answer(law, *pair),
            "called": law.called,
            "person": people.called,
            "known": people.known,
            "capitalize_first": capitalized,
            "service_called": lambda service: SERVICES_CALLED.get(service, service),
            "name_and_id": lambda control: (control.name, control.id),
            "word": lambda code: WORDS.get(code, code),
            "value_word": lambda value, key: WORDS.get(value, value) if key in ("kind", "role") else value,
        }
        environment.filters |= FILTERS
        repeated = Repeated(law, people)
        environment.filters |= {
            "written": written,
            "field_label": repeated.label,
            "field_value": lambda pair: repeated.value(*pair),
        }
        environment.tests |= {
            "same": lambda one, other: one is other,
            "day_given": lambda one: _reads_as(day, _DAY, one),
            "moment_given": lambda one: _reads_as(moment, _MOMENT, one),
        }
        environment.globals |= {
            "called": law.called,
            "trial": None if live else TRIAL,
            "nothing": FormData(),
            "menu": menu,
            "theme": theme,
            "version": STATIC_VERSION,
            "municipality": law.municipality,
            "notice": law.choices.notice,
            "rights_sheet": sheet(law),
            "question_of": self._question_of,
            "answer_of": self._answer_of,
            "phase_called": lambda number: PHASES[number].title.partition("– ")[2].partition(":")[0],
            "purposes": {
                key: PURPOSES_OF_OPENING[key] for key in ("weging", "besluit-voorbereiden", "contact-melder", "verzoek")
            },
            "task_called": lambda kind: TASKS.get(kind, "Taak"),
            "answered": lambda key, outcome: (
                RECORDED_BESIDE.get(f"{key}:{outcome}") or RECORDED_BESIDE.get(key) or law.answered(key, outcome)
            ),
            "action_called": lambda name: ACTIONS_CALLED.get(name, name),
            "said_of": law.said_of,
            "channels": CHANNELS,
            "riec_intake": INTAKE_DECISION,
            "criteria": RIEC_CRITERIA,
            "riec_asks": RIEC_ASKS,
            "stands": {**INTERVENTION_STANDS, **VERSION_STANDS, **RIEC_SAID},
            "special_grounds": [
                (category.key, category.name, ground.key, ground.says)
                for category in SPECIAL_CATEGORIES
                for ground in grounds_for(category.key)
            ],
        }
        self._templates = Jinja2Templates(env=environment)

    def _question_of(self, category: str, field: str) -> str:
        """What a field of something recorded asked, as a person was asked it."""
        found = self._law.category(category)
        asked = next((one.question for one in found.fields if one.name == field), None) if found else None
        return asked or WORDS.get(field, field)

    def _answer_of(self, category: str, field: str, given: Any) -> Any:
        """What was answered to it, by what it was called in the list that was shown."""
        found = self._law.category(category)
        kind = next((one.kind for one in found.fields if one.name == field), None) if found else None
        return kind.said(given) if kind else given

    def show(self, name: str, request: Request, status: int = 200, **shown: Any) -> Response:
        """`shown` may lack what every page can have: what was filled in, and what was wrong with it. What was typed when the log-in
        ended goes before anything that a form would begin with."""
        session, kept = (getattr(request.state, one, None) for one in ("session", "kept"))
        usual = {"session": session, "trouble": None, "filled": kept or FormData(), "kept": kept, "done": None}
        last = {"filled": kept} if kept else {}
        answer = self._templates.TemplateResponse(request, name, usual | shown | last, status)
        if session and self._idle and request.method == "GET" and not _FILLED_IN.search(bytes(answer.body)):
            # What stands on a screen that nobody looks at goes, after a warning; what somebody is typing does not.
            back = quote(f"{request.url.path}{'?' if request.url.query else ''}{request.url.query}", safe="/")
            answer.headers["Refresh"] = f"{self._idle - WARNED_SECONDS}; url=/bijna-uitgelogd?terug={back}"
        return answer

    def error(
        self,
        request: Request,
        error: MeldpuntError,
        back: str | None = None,
        words: Sequence[tuple[str, str]] = (),
        again: str | None = None,
    ) -> Response:
        """`back`: where what somebody typed stands still; `words`: what he typed, by field, where it stands nowhere any more;
        `again`: where he can type it once more."""
        said = next(ANSWERS[kind] for kind in type(error).__mro__ if kind in ANSWERS)
        detail = self._errors.not_found if said.status == 404 else said.detail or str(error)
        return self._failed(request, said.status, said.title, detail, back=back, words=words, again=again)

    def _failed(self, request: Request, status: int, title: str, detail: str, **more: Any) -> Response:
        return self.show(self._errors.template, request, status, title=title, detail=detail, **more)

    def install(self, app: FastAPI) -> None:
        """Pages for errors: what is refused, what is not there, what is down; never what was sent."""

        async def known(request: Request, error: Exception) -> Response:
            assert isinstance(error, MeldpuntError)
            return self.error(request, error)

        async def no_address(request: Request, error: Exception) -> Response:
            return self.error(request, NotFound())

        async def http(request: Request, error: Exception) -> Response:
            status = error.status_code if isinstance(error, HTTPException) else 400
            if status == 413:
                return self._failed(request, status, "Te groot", TOO_LARGE)
            return self._failed(request, status, "Niet gevonden", self._errors.not_found)

        async def other(request: Request, error: Exception) -> Response:
            answer = self._failed(request, 500, "Er ging iets mis", self._errors.unforeseen)
            # It is sent outside of everything, also of what gives the other answers their headers.
            answer.headers.update(PAGE_HEADERS)
            return answer

        app.add_exception_handler(MeldpuntError, known)
        app.add_exception_handler(HTTPException, http)
        # Part of an address has another form than it can have.
        app.add_exception_handler(RequestValidationError, no_address)
        app.add_exception_handler(Exception, other)


def day(given: str | None) -> str:
    """A date as people write it: 1 december 2026. Of a moment, the day that it was in Amsterdam (R-9.20)."""
    if not given:
        return ""
    found = calendar_date(datetime.fromisoformat(given)) if "T" in given else date.fromisoformat(given)
    return f"{found.day} {MONTHS[found.month - 1]} {found.year}"


def last_day(given: str) -> str:
    """Up to and including when: its day, or the moment when it does not last until the end of that."""
    found = datetime.fromisoformat(given)
    return day(given) if found == end_of_day(calendar_date(found)) else moment(given)


def moment(given: str) -> str:
    """A moment in Amsterdam: 1 december 2026, 14.05 uur."""
    found = datetime.fromisoformat(given).astimezone(AMSTERDAM)
    return f"{day(found.date().isoformat())}, {found.hour}.{found.minute:02} uur"


def _reads_as(reader: Callable[[str], str], pattern: str, given: str) -> bool:
    """Whether somebody gave a date; what he wrote can look like one and be none."""
    if re.fullmatch(pattern, given) is None:
        return False
    try:
        reader(given)
    except (ValueError, OverflowError):
        return False
    return True


def _answer(law: Law, key: str, outcome: str) -> str:
    rule = law.decision(key)
    found = rule.outcome(outcome) if rule else None
    return found.answer if found else JUDGED_AS.get(outcome, outcome)


def state(code: str) -> str:
    return State(code).dutch if code in set(State) else code
