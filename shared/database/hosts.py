"""Connecting to the one of several PostgreSQLs that takes writes, also while another of them says nothing."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from typing import Any

import asyncpg

Hosts = Sequence[tuple[str, int]]
"""Where PostgreSQL may be: of several servers the one that takes writes is the one."""
HEAD_START_SECONDS = 0.4
"""For how long one is asked before the next is asked as well."""
SILENT_SECONDS = 10
"""After how long a server that answers nothing is gone: a machine that is lost hangs up on nobody, and Linux would wait for
a quarter of an hour."""


class Connecting:
    """Of one engine; remembers where it was connected last. `attributes`: what the server has to be for this one.

    A host that has not answered within a moment keeps nobody from the others: asyncpg's own list of hosts is one after the
    other within one time limit, so that behind a first one that is silent no other is ever reached. What a host refuses
    (it is a standby, it does not know yet a user who was made a moment ago) the next may not.
    """

    def __init__(self, hosts: Hosts, attributes: str = "read-write") -> None:
        self._hosts = list(hosts)
        self._attributes = attributes

    async def __call__(self, **given: Any) -> asyncpg.Connection:
        """`given`: as for asyncpg, without a host. Raises what the last one refused by, or OSError, TimeoutError."""
        asked: dict[asyncio.Task[asyncpg.Connection], tuple[str, int]] = {}
        problems: list[BaseException] = []
        waiting = list(self._hosts)
        found: asyncio.Task[asyncpg.Connection] | None = None
        try:
            while found is None and (waiting or any(not one.done() for one in asked)):
                if waiting:
                    host = waiting.pop(0)
                    asked[asyncio.create_task(self._connect(host, given))] = host
                under_way = [one for one in asked if not one.done()]
                done, _ = await asyncio.wait(
                    under_way,
                    timeout=HEAD_START_SECONDS if waiting else None,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                for one in done:
                    if problem := one.exception():
                        problems.append(problem)
                    elif found is None:
                        found = one
        finally:
            await _let_go([one for one in asked if one is not found])
        if found is None:
            raise _most_telling(problems)
        # With the next connection it is the first.
        good = asked[found]
        self._hosts.sort(key=lambda host: host != good)
        return found.result()

    async def _connect(self, host: tuple[str, int], given: dict[str, Any]) -> asyncpg.Connection:
        connection = await asyncpg.connect(host=host[0], port=host[1], target_session_attrs=self._attributes, **given)
        _hang_up_on_silence(connection)
        return connection


async def _let_go(others: list[asyncio.Task[asyncpg.Connection]]) -> None:
    for one in others:
        one.cancel()
    for ended in await asyncio.gather(*others, return_exceptions=True):
        if not isinstance(ended, BaseException):
            ended.terminate()


def _most_telling(problems: list[BaseException]) -> BaseException:
    """What a server said, rather than that one was not there."""
    said = [one for one in problems if not isinstance(one, (OSError, TimeoutError))]
    refused = [one for one in said if not isinstance(one, asyncpg.TargetServerAttributeNotMatched)]
    return (refused or said or problems)[-1]


def _hang_up_on_silence(connection: asyncpg.Connection) -> None:
    """Have the system end it when nothing that was sent is confirmed."""
    found = connection._transport.get_extra_info("socket")
    if found is None or found.family not in (socket.AF_INET, socket.AF_INET6):
        return
    found.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENT_SECONDS * 1000)
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, SILENT_SECONDS // 2)
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 2)
