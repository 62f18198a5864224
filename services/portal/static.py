"""What pages are drawn with: compressed, and kept by a browser until it changes.

Only what has nothing of anybody in it is compressed: a page holds the token of its forms beside what somebody typed, and how
well that compresses would tell of both.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

FOLDER = Path(__file__).parent / "static"
STATIC_VERSION = hashlib.sha256(b"".join(one.read_bytes() for one in sorted(FOLDER.iterdir()))).hexdigest()[:12]
"""Stands in each address, so that what a browser kept is not used after an update."""


class _Kept(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        if answer.status_code == 200:
            answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return answer


def static() -> ASGIApp:
    return GZipMiddleware(_Kept(directory=FOLDER))
