"""EXAMPLE: `python -m deploy.riec_counterpart --folder F --port P --municipality ADDRESS`, on loopback.

Its own people show what stands in `desk-secret` of its folder. With invented data only.
"""

from __future__ import annotations

import argparse
import hmac
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pyrage
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deploy.riec_counterpart.desk import NotHere, RiecDesk
from shared.keys.signing import NotSigned
from shared.packages import NotAPackage

Doing = Callable[[dict[str, Any]], Any]


def application(desk: RiecDesk, secret: str) -> Starlette:
    def does(act: Doing) -> Callable[[Request], Awaitable[Response]]:
        async def handle(request: Request) -> Response:
            shown = request.headers.get("authorization", "")
            if not hmac.compare_digest(shown.encode(), f"Bearer {secret}".encode()):
                return Response(status_code=401)
            try:
                given = await request.json() if request.method == "POST" else {}
                return JSONResponse(await run_in_threadpool(act, {**given, **request.path_params}))
            except NotHere:
                return Response(status_code=404)
            except (KeyError, TypeError, ValueError):
                return Response(status_code=400)
            except (NotAPackage, NotSigned, pyrage.DecryptError):
                # It is not what the municipality made, or not for this RIEC.
                return Response(status_code=409)
            except httpx.HTTPStatusError as problem:
                return JSONResponse({"municipality": problem.response.status_code}, status_code=502)
            except httpx.HTTPError:
                return JSONResponse({"municipality": None}, status_code=502)

        return handle

    def ready(_request: Request) -> Response:
        return Response(status_code=200)

    doings: dict[tuple[str, str], Doing] = {
        ("/mail", "POST"): lambda one: desk.by_mail(one["package"], one["link"]),
        ("/telephone", "POST"): lambda one: desk.by_telephone(one["package"], one["secret"]),
        ("/packages/{package}/answers", "POST"): lambda one: desk.answers(
            one["package"], one["outcome"], one["decidedOn"]
        ),
        ("/packages/{package}/questions", "POST"): lambda one: desk.asks(one["package"], one["questions"]),
        ("/endings", "POST"): lambda one: desk.hears_of_endings(),
        ("/packages", "GET"): lambda one: {name: case.told() for name, case in desk.cases.items()},
    }
    routes = [Route(path, does(act), methods=[method]) for (path, method), act in doings.items()]
    return Starlette(routes=[*routes, Route("/readyz", ready)])


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m deploy.riec_counterpart", description=__doc__)
    asked.add_argument("--folder", type=Path, required=True)
    asked.add_argument("--port", type=int, required=True)
    asked.add_argument("--municipality", required=True, metavar="ADDRESS")
    given = asked.parse_args()
    desk = RiecDesk.of(given.folder, given.municipality)
    secret = (given.folder / "desk-secret").read_text().strip()
    uvicorn.run(application(desk, secret), host="127.0.0.1", port=given.port, access_log=False, log_level="warning")


if __name__ == "__main__":
    main()
