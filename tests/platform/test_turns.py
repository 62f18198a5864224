"""People go before messages, and messages are never kept for good."""

from __future__ import annotations

import asyncio

import pytest

from shared.turns import FEW, PATIENCE_SECONDS, Turns


async def test_a_message_waits_for_the_requests_that_are_being_answered() -> None:
    turns, seen = Turns(), []

    async def message() -> None:
        async with turns.of_a_message():
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
    async with asyncio.timeout(0.05), turns.of_a_message():
        pass


async def test_requests_that_never_cease_keep_no_message_for_good() -> None:
    turns = Turns()
    with turns.of_a_person():
        async with asyncio.timeout(PATIENCE_SECONDS * 10), turns.of_a_message():
            pass


class Messages:
    """Those that are in work, until they are let go."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self.in_work = 0
        self.go = asyncio.Event()

    async def one(self) -> None:
        async with self._turns.of_a_message():
            self.in_work += 1
            await self.go.wait()


async def begin(messages: Messages, number: int) -> list[asyncio.Task[None]]:
    tasks = [asyncio.create_task(messages.one()) for _ in range(number)]
    for _ in range(10):
        await asyncio.sleep(0)
    return tasks


async def test_while_people_are_at_work_few_messages_are_begun_at_a_time_and_all_of_them_in_the_end() -> None:
    turns = Turns()
    messages = Messages(turns)
    with turns.of_a_person():
        pass
    tasks = await begin(messages, 3 * FEW)
    assert messages.in_work == FEW
    messages.go.set()
    await asyncio.gather(*tasks)
    assert messages.in_work == 3 * FEW


async def test_when_nobody_is_at_work_they_are_begun_as_they_come() -> None:
    turns = Turns(at_work=0)
    messages = Messages(turns)
    with turns.of_a_person():
        pass
    tasks = await begin(messages, 3 * FEW)
    assert messages.in_work == 3 * FEW
    messages.go.set()
    await asyncio.gather(*tasks)


async def test_a_message_that_is_cut_off_gives_its_place_up() -> None:
    turns = Turns()
    messages = Messages(turns)
    with turns.of_a_person():
        pass
    tasks = await begin(messages, 2 * FEW)
    for task in tasks[:FEW]:
        task.cancel()
    await asyncio.wait(tasks[:FEW])
    messages.go.set()
    await asyncio.gather(*tasks[FEW:])
    assert messages.in_work == 2 * FEW
