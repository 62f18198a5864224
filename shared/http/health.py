"""Is it alive, is it ready, and what is wrong: the last, and what is measured, are for operators only.

A stranger who sees which part is away, or what is stuck, knows when and where to push. Operators show a secret of the
house, one per service, and no token: it has to work when access, OpenBao or the bus is what is wrong.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import FastAPI, Header, Response
from fastapi.responses import JSONResponse

from shared.errors import PartDown
from shared.http.operators import operator
from shared.http.problems import VERSION
from shared.metrics.figures import Figures
from shared.metrics.metrics import TOLD_AS
from shared.service.service import DATABASE, Service
from shared.stuck import as_told


def health(app: FastAPI, service: Service) -> None:
    """Add /livez and /readyz, which say one word to everybody, /statusz, and /metrics."""
    figures = Figures(service)

    @app.get("/livez", include_in_schema=False)
    async def livez() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/readyz", include_in_schema=False)
    async def readyz() -> JSONResponse:
        ready = await _is_ready(service)
        return JSONResponse({"ready": ready}, 200 if ready else 503)

    @app.get("/statusz", include_in_schema=False)
    async def statusz(authorization: Annotated[str | None, Header()] = None) -> dict[str, Any]:
        """For operations: ids and codes, no content."""
        operator(service.platform.settings.operations_secret, authorization)
        return await status_of(service)

    @app.get("/metrics", include_in_schema=False)
    async def metrics(authorization: Annotated[str | None, Header()] = None) -> Response:
        """OpenMetrics, for who shows the secret that opens this and nothing else (decision 57)."""
        operator(service.platform.settings.metrics_secret, authorization)
        problems = await _problems(service)
        readings = await figures.now(problems, ready=not problems or await _is_ready(service, problems))
        return Response(service.platform.metrics.told(readings), headers={"Content-Type": TOLD_AS})


async def status_of(service: Service) -> dict[str, Any]:
    """What a service says of itself to who runs it: ids and codes, no content."""
    told, queues = await _readiness(service), None
    if DATABASE not in told["problems"]:
        # Without it each queue would have to wait until nothing answers.
        with contextlib.suppress(PartDown):
            queues = [as_told(one) for one in await service.stuck()]
    return told | {"queues": queues, "pruned": service.pruned}


async def _is_ready(service: Service, lacks: Mapping[str, str] | None = None) -> bool:
    return not (service.platform.settings.may_not_serve or await service.closed(lacks))


async def _problems(service: Service) -> dict[str, str]:
    settings, problems = service.platform.settings, await service.problems()
    if settings.may_not_serve:
        problems["live"] = f"nog niet in gebruik te nemen: {'; '.join(settings.missing_for_live)}"
    return problems


async def _readiness(service: Service) -> dict[str, Any]:
    settings, problems = service.platform.settings, await _problems(service)
    use = {"trial": not settings.live, "missingForLive": settings.missing_for_live}
    ready = not problems or await _is_ready(service, problems)
    who = {"ready": ready, "service": service.platform.name, "version": VERSION}
    return who | use | {"problems": problems}
