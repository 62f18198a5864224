"""Where the provider of an embedded house has people log in. OpenBao's provider has no page without its own user interface.

Stands in for the log-in page of a municipality: name and password go to OpenBao, which judges them and everything that the
portal asked; what it gives goes back to the portal's one address. Nothing is kept here.
"""

from __future__ import annotations

import html
from pathlib import Path
from urllib.parse import quote, urlencode

import httpx
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic_settings import BaseSettings, SettingsConfigDict
from starlette.staticfiles import StaticFiles

from deploy.openbao.log_in import PROVIDER
from shared.tls import Tls

ASKED = (
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "max_age",
)
STATIC = Path(__file__).parents[2] / "services" / "portal" / "static"
PAGE = """<!doctype html><html lang="nl"><head><meta charset="utf-8"><title>Inloggen – proefopstelling</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/static/theme-neutral.css"><link rel="stylesheet" href="/static/portal.css"></head><body class="utrecht-document">
<header class="bar"><div><span class="brand">Inloggen bij de gemeente</span></div></header>
<main><div class="card narrow"><h1 class="utrecht-heading-1">Inloggen</h1>{wrong}
<form method="post" action="/">{hidden}
<div class="field"><label for="name">Gebruikersnaam</label>
<input class="utrecht-textbox" id="name" name="name" value="{name}" autocomplete="username" autocapitalize="none"></div>
<div class="field"><label for="password">Wachtwoord</label>
<input class="utrecht-textbox" id="password" name="password" type="password" autocomplete="current-password"></div>
<button class="utrecht-button utrecht-button--primary-action">Inloggen</button></form></div></main></body></html>"""
WRONG = '<div class="notice bad" role="alert"><p>Gebruikersnaam en wachtwoord horen niet bij elkaar.</p></div>'


class LogInSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="MELDPUNT_", extra="ignore")

    openbao_address: str
    portal_address: str
    tls_authorities: Path
    tls_certificate: Path
    tls_key: Path


def create() -> FastAPI:
    settings = LogInSettings.model_validate({})
    tls = Tls(settings.tls_authorities, settings.tls_certificate, settings.tls_key)
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.mount("/static", StaticFiles(directory=STATIC))
    headers = {
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        # A browser also looks at where the answer to the form sends it.
        "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none';"
        f" frame-ancestors 'none'; form-action 'self' {settings.portal_address}",
    }

    def page(asked: dict[str, str], name: str = "", *, wrong: bool = False) -> Response:
        kept = "".join(f'<input type="hidden" name="{one}" value="{html.escape(asked[one])}">' for one in asked)
        shown = PAGE.format(hidden=kept, name=html.escape(name), wrong=WRONG if wrong else "")
        return HTMLResponse(shown, 401 if wrong else 200, headers)

    @app.get("/readyz")
    async def ready() -> Response:
        return Response("ok")

    @app.get("/")
    async def begin(request: Request) -> Response:
        return page({one: request.query_params.get(one, "") for one in ASKED})

    @app.post("/")
    async def log_in(request: Request) -> Response:
        filled = await request.form(max_files=0)
        asked = {one: str(filled.get(one, "")) for one in ASKED}
        name = str(filled.get("name", ""))
        bao = settings.openbao_address
        async with httpx.AsyncClient(timeout=10, verify=tls.context) as http:
            path = f"{bao}/v1/auth/userpass/login/{quote(name, safe='')}"
            answer = await http.post(path, json={"password": str(filled.get("password", ""))})
            if not name or not answer.is_success:
                return page(asked, name, wrong=True)
            person = {"X-Vault-Token": answer.json()["auth"]["client_token"]}
            address = f"{bao}/v1/identity/oidc/provider/{PROVIDER}/authorize"
            answer = await http.get(address, params=asked, headers=person)
        if not answer.is_success:
            return HTMLResponse("Zo kan hier niet worden ingelogd.", 400, headers)
        # OpenBao accepted the address only because it is the portal's.
        back = {"code": answer.json()["code"], "state": asked["state"]}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(back)}", 303, headers)

    return app
