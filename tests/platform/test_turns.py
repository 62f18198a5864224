"""People go before messages, and messages are never kept for good."""

from __future__ import annotations

import asyncio

import pytest

from shared.turns import PATIENCE_SECONDS, Turns


async def test_a_message_waits_for_the_requests_that_are_being_answered() -> None:
    turns, seen = Turns(), []

    async def message() -> None:
        await turns.of_a_message()
        seen.append("message")

    with turns.of_a_person():
        with turns.of_a_person():
            task = asyncio.create_task(message())
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        seen.append("answer")
    await task
    assert seen == ["answer", "message"]


async def test_nobody_waits_when_nothing_is_asked() -> None:
    turns = Turns()
    with pytest.raises(RuntimeError), turns.of_a_person():
        raise RuntimeError
    async with asyncio.timeout(0.05):
        await turns.of_a_message()


async def test_requests_that_never_cease_keep_no_message_for_good() -> None:
    turns = Turns()
    with turns.of_a_person():
        async with asyncio.timeout(PATIENCE_SECONDS * 10):
            await turns.of_a_message()
