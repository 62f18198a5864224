"""The description of a service by the Dutch API design rules: problems, the version header, no 422."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse

from shared.http.problems import PROBLEM_SCHEMA, TITLES, VERSION


def described(app: FastAPI, address: str) -> None:
    """Offer it at /v1/openapi.json. `address`: of the gateway that offers the service."""

    def describe() -> dict[str, Any]:
        if app.openapi_schema:
            return app.openapi_schema
        found = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes, contact=app.contact
        )
        # The major version belongs to the server's address; the paths are relative to it.
        found["servers"] = [{"url": f"{address}/v1"}]
        found["paths"] = {path.removeprefix("/v1"): one for path, one in found.get("paths", {}).items()}
        components = found.setdefault("components", {})
        components.setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
        for unused in ("HTTPValidationError", "ValidationError"):
            components["schemas"].pop(unused, None)
        components["securitySchemes"] = {"access": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
        version = {
            "API-Version": {"description": "Version of this API", "schema": {"type": "string", "example": VERSION}}
        }
        tags = set()
        for path in found.get("paths", {}).values():
            for operation in path.values():
                tags |= set(operation.get("tags", []))
                operation["parameters"] = [p for p in operation.get("parameters", []) if p["name"] != "authorization"]
                responses = operation["responses"]
                responses.pop("422", None)
                for status in (400, 401, 403, 404, 409):
                    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
                    responses.setdefault(str(status), {"description": TITLES[status], "content": content})
                for response in responses.values():
                    response["headers"] = response.get("headers", {}) | version
        found["tags"] = [{"name": name} for name in sorted(tags)]
        app.openapi_schema = found
        return found

    @app.get("/v1/openapi.json", include_in_schema=False)
    async def openapi() -> JSONResponse:
        return JSONResponse(describe(), headers={"Access-Control-Allow-Origin": "*"})

    app.openapi = describe  # type: ignore[method-assign]
