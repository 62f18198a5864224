"""The letterbox keys of a service itself: one is made for a period, signed, announced, outlived and released.

What is announced is what this service signed when it made the key, and what OpenBao has under that name: a row that
somebody else wrote is refused, and another key is made.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Collection
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import select, text
from sqlmodel import col

from shared.clock import Clock, calendar_date
from shared.database.engine import Database
from shared.database.tables import LetterboxKey
from shared.keys.announced import PublicKey, announced, announcement
from shared.keys.letters import new_kid, split_kid
from shared.keys.refused import NOT_IN_OPENBAO, NOT_SIGNED, REVOKED, refuse
from shared.keys.signing import NotSigned, Signer, Verifier, certificate_of
from shared.keys.transit import Transit
from shared.openbao import LOCKED, STALE_SECONDS, BaoError, OpenBao
from shared.privileges import BY_NAME

log = structlog.get_logger()

RSA_SECONDS = 60
"""How long OpenBao may take to make a letterbox key: a search for primes, beside other work."""

ONE_MAKES = text("SELECT pg_advisory_xact_lock(4716)")
"""Of the processes of a service one makes a letterbox key at a time."""


class OwnLetterbox:
    """`days`: for how many days a key is the newest."""

    def __init__(
        self,
        service: str,
        database: Database,
        bao: OpenBao,
        signer: Signer,
        verifier: Verifier,
        clock: Clock,
        days: int,
    ) -> None:
        self._service = BY_NAME[service]
        self._database = database
        self._bao = bao
        self._signer = signer
        self._verifier = verifier
        self._clock = clock
        self._days = days
        self._making: str | None = None
        self._one_at_a_time = asyncio.Lock()

    async def revoked(self) -> list[str]:
        """The kids that the operator wants used no longer (`meldpunt keys revoke`), as OpenBao has them.

        Raises PartDown.
        """
        try:
            answer = await self._bao.call("GET", f"kv/data/revoked/{self._service.name}")
        except BaoError as problem:
            if problem.status == 404:
                return []
            raise
        return [str(kid) for kid in answer["data"]["data"].get("letterboxes", ())]

    async def current(self, revoked: Collection[str] = (), *, other_than: str | None = None) -> PublicKey:
        """The key to be sealed with from now on. A new one is made when the newest is too old, revoked, `other_than`,
        or not what this service signed and OpenBao has.

        Raises PartDown, NotSigned, and BaoError for what OpenBao refuses.
        """
        async with self._one_at_a_time:
            if key := await self._usable(revoked, other_than):
                return key
            async with self._database.transaction() as session:
                await session.execute(ONE_MAKES)
                # Another process may have made one while this one waited.
                return await self._usable(revoked, other_than) or await self._make()

    async def _usable(self, revoked: Collection[str], other_than: str | None) -> PublicKey | None:
        key = await self._newest(revoked)
        return None if key is None or key.kid == other_than or self._is_over(key) else key

    def _is_over(self, key: PublicKey) -> bool:
        today = calendar_date(self._clock.now())
        if calendar_date(key.made_at) + timedelta(days=self._days) <= today:
            return True
        # What an older signing key certified goes with it when that is revoked: there is another letterbox by then.
        newest = functools.partial(self._verifier.by_newest_key, service=self._service.name)
        return newest(self._signer.certificate) and not newest(certificate_of(key.statement))

    async def _newest(self, revoked: Collection[str]) -> PublicKey | None:
        """The newest row that is believed; the others are marked."""
        query = select(LetterboxKey).where(
            col(LetterboxKey.released_at).is_(None), col(LetterboxKey.refused_because).is_(None)
        )
        async with self._database.reading() as session:
            rows = (await session.scalars(query)).all()
        believed: list[PublicKey] = []
        for row in rows:
            try:
                key = await announced(self._verifier, self._service.name, row.statement)
            except NotSigned:
                await self._refuse(row.kid, NOT_SIGNED)
                continue
            if key.kid != row.kid:
                await self._refuse(row.kid, NOT_SIGNED)
            elif key.kid in revoked:
                await self._refuse(row.kid, REVOKED)
            else:
                believed.append(key)
        for key in sorted(believed, key=lambda one: one.made_at, reverse=True):
            if await self._export(key.kid) == key.public_pem:
                return key
            await self._refuse(key.kid, NOT_IN_OPENBAO)
        return None

    async def _refuse(self, kid: str, why: str) -> None:
        async with self._database.transaction() as session:
            await refuse(session, LetterboxKey, kid, why, self._clock.now())

    async def _export(self, kid: str) -> str | None:
        """The public half as OpenBao has it; None when it has none, or the key is locked."""
        try:
            return await self._ask_for(kid)
        except BaoError as problem:
            if not _is_gone(problem):
                raise
        # A standby may not know yet of a key that was just made.
        await asyncio.sleep(STALE_SECONDS)
        try:
            return await self._ask_for(kid)
        except BaoError as problem:
            if not _is_gone(problem):
                raise
        return None

    async def _ask_for(self, kid: str) -> str:
        path = f"{self._service.letterbox}/export/public-key/{split_kid(kid)[1]}/latest"
        answer: dict[str, Any] = await self._bao.call("GET", path)
        return str(next(iter(answer["data"]["keys"].values())))

    async def _make(self) -> PublicKey:
        # Tried again under the same name: on a busy machine OpenBao may have made the key after nobody waited for it
        # any more, and would otherwise make one more each time.
        kid = self._making = self._making or new_kid(self._service.name, calendar_date(self._clock.now()))
        transit = Transit(self._bao, self._service.letterbox)
        await transit.make(split_kid(kid)[1], "rsa-3072", seconds=RSA_SECONDS)
        key = announcement(self._signer, kid, await self._ask_for(kid), self._clock.now())
        async with self._database.transaction() as session:
            session.add(LetterboxKey(kid=key.kid, statement=key.statement))
        self._making = None
        log.info("a new letterbox key", kid=kid)
        return key


def _is_gone(problem: BaoError) -> bool:
    """Absent (404, without a word), or locked."""
    return problem.status == 404 or problem.is_only(LOCKED)
