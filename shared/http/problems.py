"""Answers when something is wrong: application/problem+json, everything listed, nothing repeated.

`title`, `detail` and every `reason` are Dutch and may be shown to people; a machine reads `code`.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from shared import errors
from shared.errors import Invalid, MeldpuntError
from shared.keys.signing import NotSigned
from shared.openbao import BaoError, BaoRefused
from shared.protocol.faults import Fault


class Answer(NamedTuple):
    """`detail` and `code` stand in for those of errors whose words are for who runs the system."""

    status: int
    title: str
    detail: str | None = None
    code: str | None = None


_LATER = Answer(
    503,
    "Nu niet beschikbaar",
    "Een onderdeel dat hiervoor nodig is, is nu niet bereikbaar. Probeer het later opnieuw.",
    "part-down",
)
ANSWERS: dict[type[MeldpuntError], Answer] = {
    errors.PartDown: _LATER,
    NotSigned: _LATER,
    BaoRefused: _LATER,
    BaoError: _LATER,
    errors.NotAuthenticated: Answer(401, "Niet ingelogd"),
    errors.Forbidden: Answer(403, "Niet bevoegd"),
    errors.CaseClosed: Answer(403, "Gesloten"),
    errors.LogInAnew: Answer(403, "Eerst opnieuw inloggen"),
    errors.NotFound: Answer(404, "Niet gevonden"),
    errors.Elsewhere: Answer(404, "Niet hier"),
    errors.Conflict: Answer(409, "Nu niet mogelijk"),
    errors.Overtaken: Answer(409, "Nu niet mogelijk"),
    errors.CannotSucceed: Answer(409, "Niet mogelijk", "Dit kan niet worden verwerkt, ook niet bij een nieuwe poging."),
    errors.NotBelieved: Answer(
        409,
        "Bevroren",
        "Wat hier staat, is niet wat er is vastgelegd. Er wordt niets getoond en niets besloten tot het weer klopt; de FG"
        " en de beheerder zien dit.",
        "frozen",
    ),
    errors.TooMany: Answer(429, "Te veel tegelijk"),
    MeldpuntError: Answer(500, "Er ging iets mis"),
}
TITLES = {400: "Niet aangenomen"} | {one.status: one.title for one in reversed(ANSWERS.values())}
HTTP = {
    400: ("bad-request", "Dit verzoek wordt niet aangenomen."),
    404: ("not-found", "Hier is niets."),
    405: ("method-not-allowed", "Dit kan op dit adres niet worden gevraagd."),
    408: ("too-slow", "Wat is verzonden, kwam niet op tijd binnen."),
    413: ("too-large", "Wat is verzonden, is te groot."),
}
VERSION = "1.0.0"
HEADERS = {
    "API-Version": VERSION,
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}
PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string", "description": "For people, in Dutch"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "For people, in Dutch"},
        "code": {"type": "string", "description": "For machines; stays when the words change", "example": "conflict"},
        "invalidParams": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "reason", "code"],
                "properties": {
                    "name": {"type": "string"},
                    "reason": {"type": "string", "description": "For people, in Dutch"},
                    "code": {"type": "string", "description": "For machines", "example": "required"},
                    "article": {"type": "string", "description": "The article of the protocol that asks for it"},
                },
            },
        },
    },
}


def problem(
    status: int, code: str, title: str, detail: str, headers: dict[str, str] | None = None, **extra: Any
) -> JSONResponse:
    """An answer of RFC 9457. `code` is for machines and stays, `title` and `detail` are for people, in Dutch;
    `extra` are further members, as `invalidParams`.
    """
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": code} | extra
    return JSONResponse(body, status, headers=headers, media_type="application/problem+json")


def invalid(faults: list[Fault]) -> JSONResponse:
    """400 with every fault, so that who sent it can mend all at once."""
    detail = "Er is niets vastgelegd. Alles wat er niet klopt, staat in de lijst hierbij."
    return problem(400, "invalid", TITLES[400], detail, invalidParams=[as_dict(fault) for fault in faults])


def as_dict(fault: Fault) -> dict[str, str]:
    """A fault as an entry of `invalidParams`."""
    found = {"name": fault.field, "reason": fault.reason, "code": fault.code}
    return found | ({"article": fault.article} if fault.article else {})


def faults_of(found: list[Any]) -> list[Fault]:
    """Pydantic's findings without what was sent: a name of a field that we do not know is not repeated."""
    faults = []
    for one in found:
        path = [str(part) for part in one["loc"] if part not in ("body", "query", "header", "path")]
        if one["type"] == "extra_forbidden":
            reason = "heeft een veld dat hier niet bestaat (Bijlage 1)"
            faults.append(Fault(".".join(path[:-1]) or "body", reason, code="unknown-field"))
        elif one["type"] == "json_invalid":
            faults.append(Fault("body", "is geen JSON", code="not-json"))
        else:
            code, reason = _reason(one)
            faults.append(Fault(".".join(path) or "body", reason, code=code))
    return faults


_KINDS = {
    "missing": ("required", "moet worden ingevuld"),
    "string_too_long": ("too-long", "is te lang: hoogstens {max_length} tekens"),
    "string_too_short": ("too-short", "is te kort: minstens {min_length} tekens"),
    "string_pattern_mismatch": ("wrong-form", "heeft niet de vorm die hier wordt gevraagd"),
    "string_type": ("wrong-type", "moet tekst zijn"),
    "too_long": ("too-many", "heeft te veel onderdelen: hoogstens {max_length}"),
    "too_short": ("too-few", "heeft te weinig onderdelen: minstens {min_length}"),
    "bool_type": ("wrong-type", "moet waar of onwaar zijn (true of false)"),
    "bool_parsing": ("wrong-type", "moet waar of onwaar zijn (true of false)"),
    "int_type": ("wrong-type", "moet een geheel getal zijn"),
    "int_parsing": ("wrong-type", "moet een geheel getal zijn"),
    "greater_than_equal": ("too-small", "moet minstens {ge} zijn"),
    "less_than_equal": ("too-large", "mag hoogstens {le} zijn"),
    "date_type": ("wrong-type", "moet een datum zijn (JJJJ-MM-DD)"),
    "date_from_datetime_inexact": ("wrong-type", "moet een datum zijn (JJJJ-MM-DD)"),
    "date_from_datetime_parsing": ("wrong-type", "moet een datum zijn (JJJJ-MM-DD)"),
    "datetime_type": ("wrong-type", "moet een tijdstip met tijdzone zijn"),
    "datetime_parsing": ("wrong-type", "moet een tijdstip met tijdzone zijn"),
    "datetime_from_date_parsing": ("wrong-type", "moet een tijdstip met tijdzone zijn"),
    "timezone_aware": ("no-time-zone", "moet een tijdzone hebben"),
    "uuid_type": ("wrong-type", "moet een kenmerk zijn (UUID)"),
    "uuid_parsing": ("wrong-type", "moet een kenmerk zijn (UUID)"),
    "tuple_type": ("wrong-type", "moet een lijst zijn"),
    "list_type": ("wrong-type", "moet een lijst zijn"),
    "dict_type": ("wrong-type", "moet uit velden bestaan"),
    "model_type": ("wrong-type", "moet uit velden bestaan"),
    "model_attributes_type": ("wrong-type", "moet uit velden bestaan"),
}


def _reason(one: dict[str, Any]) -> tuple[str, str]:
    """Code and words, from the kind of error and our own limits and rules; never pydantic's text, which can repeat the input."""
    about = one.get("ctx") or {}
    if one["type"] == "value_error":
        return "wrong-value", str(about["error"])
    if one["type"] == "literal_error":
        return "not-one-of", f"moet een van deze zijn: {str(about.get('expected', '')).replace(' or ', ' of ')}"
    code, words = _KINDS.get(one["type"], ("not-accepted", "wordt niet aangenomen"))
    said = words.format_map({name: value for name, value in about.items() if isinstance(value, (int, float))})
    return code, re.sub(r"\b1 tekens\b", "1 teken", said)


def unforeseen() -> JSONResponse:
    """The answer to what should not have happened."""
    detail = "Er ging iets mis dat niet was voorzien. Probeer het later opnieuw, of waarschuw de beheerder."
    return problem(500, MeldpuntError.code, TITLES[500], detail, HEADERS)


def answered(error: MeldpuntError | Invalid) -> JSONResponse:
    """The problem response of an error of ours."""
    if isinstance(error, Invalid):
        return invalid(error.faults)
    answer = next(ANSWERS[kind] for kind in type(error).__mro__ if kind in ANSWERS)
    headers = {"WWW-Authenticate": "Bearer"} if answer.status == 401 else {}
    if answer.status in (503, 429):
        headers["Retry-After"] = "5" if answer.status == 503 else "60"
    code, detail = answer.code or error.code, answer.detail or error.detail
    return problem(answer.status, code, answer.title, detail, headers, **error.extra)


def install(app: FastAPI) -> None:
    """Map every error to a problem response."""

    async def known(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, MeldpuntError)
        return answered(error)

    async def wrong(request: Request, error: Exception) -> JSONResponse:
        if isinstance(error, Invalid):
            return answered(error)
        assert isinstance(error, RequestValidationError)
        return invalid(faults_of(list(error.errors())))

    async def http(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        code, detail = HTTP.get(error.status_code, HTTP[400])
        title, headers = TITLES.get(error.status_code, "Niet mogelijk"), dict(error.headers or {})
        return problem(error.status_code, code, title, detail, headers)

    async def other(request: Request, error: Exception) -> JSONResponse:
        return unforeseen()

    app.add_exception_handler(MeldpuntError, known)
    app.add_exception_handler(Invalid, wrong)
    app.add_exception_handler(RequestValidationError, wrong)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Exception, other)
