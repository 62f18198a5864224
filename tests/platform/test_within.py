"""Waiting for a library that does not let itself be ended."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from shared.patience import within


async def test_what_goes_on_when_it_is_cancelled_is_left_behind() -> None:
    """A service whose NATS went away while its connection was being closed waited for ever, and said so to nobody."""
    enough = asyncio.Event()

    async def stubborn() -> None:
        while not enough.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await enough.wait()

    async with asyncio.timeout(10):
        with pytest.raises(TimeoutError):
            await within(0.01, stubborn())
    enough.set()


async def test_what_ends_in_time_says_how_it_ended() -> None:
    async def fails() -> None:
        raise ConnectionError

    await within(10, asyncio.sleep(0))
    with pytest.raises(ConnectionError):
        await within(10, fails())
