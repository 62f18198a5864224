"""Help: the guides of every role, and how accessible these pages are. Nobody has to be logged in to read them."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.staticfiles import StaticFiles

from services.portal.guides import PICTURES, Guides
from services.portal.pages import Pages
from shared.errors import NotFound


def router(guides: Guides, pages: Pages, folder: Path) -> APIRouter:
    routes = APIRouter()

    @routes.get("/hulp")
    async def every(request: Request) -> Response:
        return pages.show("help/hulp.html", request, guides=guides.all.values())

    @routes.get("/hulp/{name}")
    async def one(request: Request, name: str) -> Response:
        if name not in guides.all:
            raise NotFound
        return pages.show("help/gids.html", request, guide=guides.all[name])

    @routes.get("/toegankelijkheid")
    async def accessibility(request: Request) -> Response:
        return pages.show("help/toegankelijkheid.html", request)

    if (folder / PICTURES).is_dir():
        routes.mount(f"/hulp/{PICTURES}", StaticFiles(directory=folder / PICTURES))
    return routes
