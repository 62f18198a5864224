"""Showing a page: templates, the words around them, and a page for every error."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from services.portal.menu import menu
from services.portal.sessions import COOKIE
from services.portal.words import SERVICES_CALLED, TASKS, WORDS
from shared.clock import AMSTERDAM
from shared.errors import MeldpuntError, NotAuthenticated
from shared.http.problems import ANSWERS
from shared.protocol.live import TRIAL
from shared.protocol.model import Law
from shared.protocol.opening import PURPOSES_OF_OPENING
from shared.protocol.phase_4_approach import RIEC_CRITERIA
from shared.protocol.show import MONTHS
from shared.protocol.special import SPECIAL_CATEGORIES, grounds_for
from shared.protocol.states import PHASES, State

_DAY = r"\d{4}-\d{2}-\d{2}"
_MOMENT = _DAY + r"T[\d:.]+(Z|[+-]\d{2}:\d{2})"
NOT_FOUND = "Dit dossier bestaat niet, of u hebt er geen toegang toe."


class Pages:
    """`law`: whose words are used; `live`: real data are processed, else each page says that this is a trial."""

    def __init__(self, law: Law, *, live: bool) -> None:
        environment = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=select_autoescape(),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters |= {
            "day": day,
            "moment": moment,
            "state": state,
            "called": law.called,
            "capitalize_first": lambda words: words[:1].upper() + words[1:],
            "service_called": lambda service: SERVICES_CALLED.get(service, service),
            "name_and_id": lambda control: (control.name, control.id),
            "word": lambda code: WORDS.get(code, code),
            "value_word": lambda value, key: WORDS.get(value, value) if key in ("kind", "role") else value,
        }
        environment.tests |= {
            "same": lambda one, other: one is other,
            "day_given": lambda one: re.fullmatch(_DAY, one) is not None,
            "moment_given": lambda one: re.fullmatch(_MOMENT, one) is not None,
        }
        environment.globals |= {
            "called": law.called,
            "trial": None if live else TRIAL,
            "phases": PHASES,
            "menu": menu,
            "purposes": {key: PURPOSES_OF_OPENING[key] for key in ("weging", "besluit-voorbereiden", "contact-melder")},
            "task_called": lambda kind: TASKS.get(kind, "Taak"),
            "answered": law.answered,
            "criteria": RIEC_CRITERIA,
            "special_grounds": [
                (category.key, category.name, ground.key, ground.says)
                for category in SPECIAL_CATEGORIES
                for ground in grounds_for(category.key)
            ],
        }
        self._templates = Jinja2Templates(env=environment)

    def show(self, name: str, request: Request, status: int = 200, **shown: Any) -> Response:
        """`shown` may lack what every page can have: what was filled in, and what was wrong with it."""
        usual = {
            "session": getattr(request.state, "session", None),
            "trouble": None,
            "filled": FormData(),
            "done": None,
        }
        return self._templates.TemplateResponse(request, name, usual | shown, status)

    def install(self, app: FastAPI) -> None:
        """Pages for errors: what is refused, what is not there, what is down; never what was sent."""

        async def known(request: Request, error: Exception) -> Response:
            if isinstance(error, NotAuthenticated):
                answer = RedirectResponse("/inloggen" if request.method == "GET" else "/uitgelogd", 303)
                answer.delete_cookie(COOKIE, secure=True, httponly=True, samesite="lax")
                return answer
            said = next(ANSWERS[kind] for kind in type(error).__mro__ if kind in ANSWERS)
            detail = NOT_FOUND if said.status == 404 else said.detail or str(error)
            return self.show("parts/fout.html", request, said.status, title=said.title, detail=detail)

        async def http(request: Request, error: Exception) -> Response:
            status = error.status_code if isinstance(error, HTTPException) else 400
            return self.show("parts/fout.html", request, status, title="Niet gevonden", detail=NOT_FOUND)

        async def other(request: Request, error: Exception) -> Response:
            detail = "Er ging iets mis. Er is niets vastgelegd. Probeer het later opnieuw."
            return self.show("parts/fout.html", request, 500, title="Er ging iets mis", detail=detail)

        app.add_exception_handler(MeldpuntError, known)
        app.add_exception_handler(HTTPException, http)
        app.add_exception_handler(Exception, other)


def day(given: str | None) -> str:
    """A date as people write it: 1 december 2026."""
    if not given:
        return ""
    found = date.fromisoformat(given[:10])
    return f"{found.day} {MONTHS[found.month - 1]} {found.year}"


def moment(given: str) -> str:
    """A moment in Amsterdam: 1 december 2026, 14.05 uur."""
    found = datetime.fromisoformat(given).astimezone(AMSTERDAM)
    return f"{day(found.date().isoformat())}, {found.hour}.{found.minute:02} uur"


def state(code: str) -> str:
    return State(code).dutch if code in set(State) else code
