"""PostgreSQL with users that OpenBao makes and takes away."""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import AsyncIterator
from typing import Any

import structlog
from sqlalchemy import URL, Executable, Result, event, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlmodel import SQLModel

from shared.database.hosts import Connecting, Hosts
from shared.database.outages import READ_ONLY, USER_REFUSED, outages, sqlstate
from shared.database.sessions import INSERTED, STAMPED, STAMPS, ReadingSession, Stamps, WritingSession, no_flush
from shared.database.together import GroupCommit, UnitOfWork
from shared.errors import PartDown
from shared.openbao import BaoError, BaoRefused, OpenBao
from shared.patience import within
from shared.telemetry import Tracing, traceparent
from shared.tls import Tls
from shared.wake import Wake

log = structlog.get_logger()
RENEW_SECONDS = 2.0
REACHED_SECONDS = 3.0
"""Within which who asks whether it is there has an answer, or somebody else has."""
REFUSED_SECONDS = 10.0
"""Between two users that are asked for because PostgreSQL refused the one before."""
LOCK_TIMEOUT = "10s"
"""PostgreSQL sees two transactions that wait for each other, but not a transaction that waits for another of its own
process, which waits for the first in memory: that would stand still, unseen, for as long as the process lives."""
STATEMENT_SECONDS = 30.0
"""For an answer to one statement. A network that lost the way takes what is sent and never answers: whoever waits for that waits
for good, and the service looks well. Longer than a statement waits for a lock, and than any of a service takes."""


MOST_CONNECTIONS = 20
KEPT_CONNECTIONS = 8


def of_at_most(connections: int) -> dict[str, Any]:
    """The options of a pool of so many; those above a few go when they are not used."""
    kept = min(KEPT_CONNECTIONS, connections)
    return {"pool_size": kept, "max_overflow": connections - kept}


def make_engine(
    hosts: Hosts,
    database: str,
    tls: Tls,
    user: str = "",
    password: str = "",
    *,
    process: str = "",
    seconds: float | None = None,
    **options: Any,
) -> AsyncEngine:
    """An engine whose errors never show the values of a statement, and whose pool gives no closed connection.

    `process`: by what the connections of one process are counted as one (`shared.database.processes`). `seconds`: for an answer
    to one statement; None to wait for as long as it takes, which only a migration may.
    """
    url = URL.create("postgresql+asyncpg", user or None, password or None, database=database)
    engine = create_async_engine(
        url,
        hide_parameters=True,
        pool_recycle=1200,
        **({**of_at_most(MOST_CONNECTIONS), "pool_timeout": 15} | options),
        connect_args={
            "async_creator_fn": Connecting(hosts),
            "timeout": 5,
            "command_timeout": seconds,
            "server_settings": {"jit": "off", "lock_timeout": LOCK_TIMEOUT, "application_name": process},
        },
    )

    def shows(_dialect: Any, _record: Any, _args: Any, parameters: dict[str, Any]) -> None:
        # With every connection: the files may have been renewed meanwhile.
        parameters["ssl"] = tls.context

    event.listen(engine.sync_engine, "do_connect", shows)
    event.listen(engine.sync_engine, "checkout", _no_closed_connection)
    event.listen(engine.sync_engine, "handle_error", _leads_nowhere)
    return engine


def _leads_nowhere(context: ExceptionContext) -> None:
    # Whoever was the primary is none any more: what is connected to it is of no use, and the next connection finds another.
    # Nor is what did not answer: to end its transaction would be to wait for it once more.
    problem = context.original_exception
    if getattr(problem, "sqlstate", None) == READ_ONLY or isinstance(problem, TimeoutError):
        context.is_disconnect = True


def _no_closed_connection(connection: Any, _record: Any, _proxy: Any) -> None:
    # asyncpg hears at once that the other side hung up. Asking PostgreSQL (pool_pre_ping) is three round trips per
    # checkout; what breaks between this look and the statement breaks after a ping too, and is an outage like any.
    if connection.driver_connection.is_closed():
        raise DisconnectionError("the connection was closed by PostgreSQL")


class Database:
    """The service's own database; its user is leased and replaced before the lease ends."""

    def __init__(
        self,
        bao: OpenBao,
        service: str,
        hosts: Hosts,
        tls: Tls,
        tracing: Tracing,
        *,
        process: str = "",
        connections: int = MOST_CONNECTIONS,
    ) -> None:
        self._tracing = tracing
        self._bao = bao
        self._service = service
        self._lease: dict[str, Any] | None = None
        self._refused = asyncio.Event()
        self._wakes: dict[type[SQLModel], list[Wake]] = {}
        self.stamps: Stamps | None = None
        # Without autoflush the rows of all of them go in one statement per table.
        self._together = GroupCommit(lambda: self._unit_of_work(autoflush=False))
        self.engine = make_engine(
            hosts, service, tls, process=process, seconds=STATEMENT_SECONDS, **of_at_most(connections)
        )
        self._outside = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._answered_at = -math.inf
        event.listen(self.engine.sync_engine, "do_connect", self._credentials)
        for answered in ("connect", "after_cursor_execute"):
            event.listen(self.engine.sync_engine, answered, self._answered)

    def _credentials(self, _dialect: Any, _record: Any, _args: Any, parameters: dict[str, Any]) -> None:
        if self._lease is None:
            raise OSError("no database user yet")
        parameters["user"] = self._lease["data"]["username"]
        parameters["password"] = self._lease["data"]["password"]

    async def new_user(self) -> None:
        """Lease a user; connections made from now on are his. Raises PartDown."""
        try:
            self._lease = await self._bao.call("GET", f"database/creds/{self._service}")
        except BaoError as problem:
            raise PartDown("OpenBao cannot make a database user") from problem

    async def keep_user(self) -> None:
        """Renew the lease at half of its time; take a new user when that no longer helps, and when PostgreSQL refuses the
        one that there is: his lease ends with the token that he was had with."""
        kept = True
        while True:
            half = max(1.0, (self._lease["lease_duration"] if self._lease else 20) / 2)
            # While OpenBao is away often: the other half of the lease is what is left to hear from it in.
            if not await self._refuses(half if kept else RENEW_SECONDS):
                kept = await self._kept()
                continue
            kept = await self._replaced()
            await asyncio.sleep(REFUSED_SECONDS if kept else RENEW_SECONDS)

    async def _refuses(self, seconds: float) -> bool:
        """Whether PostgreSQL refuses the user within this time."""
        # Not `wait_for`: it loses a cancellation that comes in the moment of what it waited for.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._refused.wait()
        return self._refused.is_set()

    async def _replaced(self) -> bool:
        try:
            await self.new_user()
        except (PartDown, BaoRefused) as problem:
            log.warning("no other database user", problem=type(problem).__name__)
            return False
        self._refused.clear()
        return True

    async def _kept(self) -> bool:
        """Whether there is a user for at least half of a lease's time; False while OpenBao is away."""
        try:
            if self._lease is not None:
                with contextlib.suppress(BaoRefused, BaoError):
                    lease = {"lease_id": self._lease["lease_id"]}
                    answer = await self._bao.call("PUT", "sys/leases/renew", lease)
                    if answer["lease_duration"] >= self._lease["lease_duration"] / 2:
                        return True
            await self.new_user()
        except (PartDown, BaoRefused) as problem:
            log.warning("database lease not renewed", problem=type(problem).__name__)
            return False
        return True

    @contextlib.asynccontextmanager
    async def _outages(self) -> AsyncIterator[None]:
        try:
            async with outages():
                yield
        except PartDown as problem:
            if isinstance(problem.__cause__, DBAPIError) and sqlstate(problem.__cause__) in USER_REFUSED:
                self._refused.set()
            raise

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """One unit of work: committed at the end, rolled back on an error; raises PartDown on an outage."""
        with self._span():
            async with self._unit_of_work() as session:
                yield session

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session for queries only, each seeing what is committed when it runs; raises PartDown on an outage.

        Without BEGIN and COMMIT: a query costs one round trip. Rows stay usable afterwards and cannot be changed by
        it; whatever locks, flushes, inserts, updates or deletes belongs in `transaction`. Two queries see two moments,
        as they do in a transaction at PostgreSQL's default level.
        """
        async with (
            self._outages(),
            AsyncSession(
                self._outside, expire_on_commit=False, autoflush=False, sync_session_class=ReadingSession
            ) as session,
        ):
            yield session
            no_flush(session.sync_session)

    async def alone(self, statement: Executable) -> Result[Any]:
        """One statement, which is a transaction of its own: one round trip. Raises PartDown on an outage."""
        async with self._outages(), AsyncSession(self._outside, expire_on_commit=False) as session:
            return await session.execute(statement, execution_options={"synchronize_session": False})

    async def together(self, work: UnitOfWork) -> None:
        """Run `work` in a transaction that it may share with others that come at the same moment."""
        with self._span():
            await self._together(work)

    @contextlib.asynccontextmanager
    async def _unit_of_work(self, *, autoflush: bool = True) -> AsyncIterator[AsyncSession]:
        async with (
            self._outages(),
            AsyncSession(
                self.engine,
                expire_on_commit=False,
                autoflush=autoflush,
                sync_session_class=WritingSession,
                info={STAMPS: self.stamps},
            ) as session,
        ):
            async with session.begin():
                yield session
            if self.stamps:
                self.stamps.committed(session.info.get(STAMPED, ()))
            self.woke(*session.info.get(INSERTED, ()))

    def inserted(self, kind: type[SQLModel]) -> Wake:
        """Called after each commit of this process that added rows of `kind` through the session."""
        wake = Wake()
        self._wakes.setdefault(kind, []).append(wake)
        return wake

    def woke(self, *kinds: type[SQLModel]) -> None:
        """Rows of these kinds were committed."""
        for kind in kinds:
            for wake in self._wakes.get(kind, ()):
                wake()

    def _span(self) -> contextlib.AbstractContextManager[object]:
        # A span only inside one: pollers would drown what operators look for.
        return self._tracing.span("transaction") if traceparent() else contextlib.nullcontext()

    def _answered(self, *_: Any) -> None:
        self._answered_at = time.monotonic()

    async def reachable(self) -> bool:
        """Whether it answers anybody within three seconds; raises nothing."""
        began = time.monotonic()
        try:
            # A statement that is cancelled while nothing answers takes as long again.
            await within(REACHED_SECONDS, self._answers())
        except TimeoutError:
            # On a slow way a question waits for a connection for as long: what answered another meanwhile is there.
            return self._answered_at >= began
        except PartDown:
            return False
        return True

    async def _answers(self) -> None:
        async with self.reading() as session:
            await session.execute(text("SELECT 1"))
