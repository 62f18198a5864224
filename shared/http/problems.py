"""Answers when something is wrong: application/problem+json, everything listed, nothing repeated."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from shared import errors
from shared.errors import Fault, Invalid, MeldpuntError
from shared.keys.signing import NotSigned
from shared.openbao import BaoError, BaoRefused

STATUS: dict[type[MeldpuntError], tuple[int, str]] = {
    errors.PartDown: (503, "Not available now"),
    NotSigned: (503, "Not available now"),
    BaoRefused: (503, "Not available now"),
    BaoError: (503, "Not available now"),
    errors.NotAuthenticated: (401, "Not logged in"),
    errors.Forbidden: (403, "Not allowed"),
    errors.NotFound: (404, "Not found"),
    errors.Elsewhere: (404, "Not here"),
    errors.Conflict: (409, "Not possible now"),
    errors.CannotSucceed: (409, "Not possible"),
    errors.TooMany: (429, "Too many"),
}
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}


def problem(status: int, title: str, detail: str, headers: dict[str, str] | None = None, **extra: Any) -> JSONResponse:
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail} | extra
    return JSONResponse(body, status, headers=headers, media_type="application/problem+json")


def invalid(faults: list[Fault]) -> JSONResponse:
    detail = "Nothing was stored. Everything that is wrong is listed under invalidParams."
    return problem(400, "Not accepted", detail, invalidParams=[fault.as_dict() for fault in faults])


def faults_of(found: list[Any], known: frozenset[str] = frozenset()) -> list[Fault]:
    """Pydantic's findings without what was sent: a name of a field that we do not know is not repeated."""
    faults = []
    for one in found:
        path = [str(part) for part in one["loc"] if part not in ("body", "query", "header", "path")]
        if one["type"] == "extra_forbidden":
            faults.append(Fault(".".join(path[:-1]) or "body", "has a field that does not exist here (Bijlage 1)"))
        elif one["type"] == "json_invalid":
            faults.append(Fault("body", "is not JSON"))
        else:
            faults.append(Fault(".".join(path) or "body", _reason(one)))
    return faults


def _reason(one: dict[str, Any]) -> str:
    """Why, from the kind of error and our own limits; never pydantic's text, which can repeat the input."""
    limits = {key: value for key, value in (one.get("ctx") or {}).items() if isinstance(value, (int, float))}
    extra = ", ".join(f"{key} {value}" for key, value in limits.items() if key != "actual_length")
    kinds = {
        "missing": "is required",
        "string_too_long": "is too long",
        "string_too_short": "is too short",
        "too_long": "has too many entries",
        "string_type": "must be text",
        "bool_type": "must be true or false",
        "timezone_aware": "needs a time zone",
        "literal_error": f"must be one of {(one.get('ctx') or {}).get('expected', 'the listed values')}",
        "value_error": str((one.get("ctx") or {}).get("error", "is not accepted")),
    }
    reason = kinds.get(one["type"], f"is not accepted ({one['type']})")
    return f"{reason} ({extra})" if extra else reason


def install(app: FastAPI) -> None:
    """Map every error to a problem response."""

    async def known(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, MeldpuntError)
        status, title = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), (500, "Internal error"))
        headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
        if status in (503, 429):
            headers["Retry-After"] = "5" if status == 503 else "60"
        # What a part said is for the log of operators, not for who calls.
        detail = error.detail if not isinstance(error, (BaoError, BaoRefused)) else "OpenBao did not do what was asked"
        return problem(status, title, detail, headers, **error.extra)

    async def wrong(request: Request, error: Exception) -> JSONResponse:
        if isinstance(error, Invalid):
            return invalid(error.faults)
        assert isinstance(error, RequestValidationError)
        return invalid(faults_of(list(error.errors())))

    async def http(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        detail = {404: "There is nothing here.", 405: "This method does not exist here."}
        return problem(
            error.status_code, "Not possible", detail.get(error.status_code, "The request was not accepted.")
        )

    app.add_exception_handler(MeldpuntError, known)
    app.add_exception_handler(Invalid, wrong)
    app.add_exception_handler(RequestValidationError, wrong)
    app.add_exception_handler(HTTPException, http)
