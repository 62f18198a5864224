"""Wiring for a service that holds dossiers: views, decisions, settlement and tasks around its chapter."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.common import KeyRef
from shared.dossier import store
from shared.dossier.chapter import Chapter
from shared.dossier.decide import Decisions
from shared.dossier.settle import Settlement
from shared.dossier.tasks import Tasks
from shared.dossier.views import Views
from shared.http.decisions import decision_routes
from shared.http.tasks import task_routes
from shared.keys.release import Erase, KeysOf
from shared.service.platform import Platform


@dataclass(frozen=True)
class Holder:
    views: Views
    decisions: Decisions
    settlement: Settlement
    tasks: Tasks

    @property
    def platform(self) -> Platform:
        return self.views.platform

    def routes(self, of: str = "signals") -> APIRouter:
        """The decision interface and the tasks of this service."""
        routes = APIRouter()
        routes.include_router(decision_routes(self.platform, self.decisions, self.views.rules, of))
        routes.include_router(task_routes(self.platform, self.tasks))
        return routes


def hold(platform: Platform, chapter: Chapter) -> Holder:
    """A holder; its `settlement.run` is one of the workers of the service."""
    views = Views(platform, chapter)
    settlement = Settlement(platform, views)
    decisions = Decisions(platform, views, settlement)
    return Holder(views, decisions, settlement, Tasks(platform, decisions))


def erase_in(platform: Platform) -> Erase:
    """Everything about a signal here, for a service that keeps nothing but dossiers."""
    return Erase(rows=store.delete_rows, keys=keys_in(platform.room().mount))


def keys_in(room: str) -> KeysOf:
    """The keys of dossiers in `room`, for retention's orders."""

    async def keys_of(session: AsyncSession, numbers: Collection[str]) -> list[tuple[str, KeyRef]]:
        return [(number, KeyRef(mount=room, key=key)) for number, key in await store.keys_of(session, numbers)]

    return keys_of
