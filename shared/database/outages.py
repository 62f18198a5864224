"""What PostgreSQL says when it is not there, and what that is to who asked something of it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import asyncpg
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from shared.errors import KeyFinished, PartDown

USER_REFUSED = {"28P01", "28000"}
"""What it says to a user that there is not, or that is no longer what he was: his token was ended, or it was restored."""
READ_ONLY = "25006"
"""What a server says that was the primary, and has become a standby: another one is, and this connection leads nowhere."""
LOCK_NOT_AVAILABLE = "55P03"
KEY_IS_FINISHED = "ML001"
"""What our own trigger says of a letter to a letterbox key with which the service is done."""


def sqlstate(problem: DBAPIError) -> str | None:
    found: str | None = getattr(problem.orig, "sqlstate", None)
    return found


def is_outage(problem: DBAPIError) -> bool:
    """Whether trying again later makes sense: connection lost, starting up, refused, too many, none that takes writes."""
    if isinstance(getattr(problem.orig, "__cause__", None), asyncpg.TargetServerAttributeNotMatched):
        return True
    if isinstance(problem, (OperationalError, InterfaceError)) or problem.connection_invalidated:
        return True
    return sqlstate(problem) in {
        "57P01",
        "57P02",
        "57P03",
        "53300",
        "40001",
        "40P01",
        READ_ONLY,
        *USER_REFUSED,
    }


@contextlib.asynccontextmanager
async def outages() -> AsyncIterator[None]:
    """Turn what a lost database raises into PartDown."""
    try:
        yield
    except DBAPIError as problem:
        if sqlstate(problem) == LOCK_NOT_AVAILABLE:
            raise PartDown("something in the database is locked by others for too long") from problem
        if sqlstate(problem) == KEY_IS_FINISHED:
            raise KeyFinished from problem
        if is_outage(problem):
            raise PartDown("the database is out of reach") from problem
        raise
    except (OSError, TimeoutError) as problem:
        raise PartDown("the database is out of reach") from problem
