"""One bare PostgreSQL for these tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.database.bare import BarePostgres


@pytest_asyncio.fixture(scope="session")
async def postgres() -> AsyncIterator[BarePostgres]:
    async with BarePostgres.running() as found:
        yield found
