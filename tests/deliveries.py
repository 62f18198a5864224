"""What NATS has delivered to whom, by its own counts, beside what the headers of the messages say."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from nats.js.api import ConsumerConfig

from shared.privileges import EVERYONE, SERVICES
from tests.parts import Parts


@dataclass(frozen=True)
class Delivered:
    """One consumer. `matched`: messages of the stream that its filters let through; `meant`: those of them that
    their header addresses to it; `waiting`: not delivered or not acknowledged yet."""

    stream: str
    receiver: str
    matched: int
    meant: int
    waiting: int

    @property
    def unmeant(self) -> int:
        return self.matched - self.meant


async def deliveries(house: Parts) -> list[Delivered]:
    """Of every consumer, since the streams were made. Reads headers only, as the administrator."""
    connection = await house.nats_admin()
    js = connection.jetstream()
    found = []
    try:
        for producer in (service.name for service in SERVICES):
            sent = await _headers(js, producer.upper())
            for receiver in SERVICES:
                if producer not in receiver.consumes:
                    continue
                info = await js.consumer_info(producer.upper(), receiver.name)
                filters = info.config.filter_subjects or [info.config.filter_subject or ">"]
                through = {one: n for one, n in sent.items() if any(_matches(one[0], filter_) for filter_ in filters)}
                events = receiver.consumes[producer]
                meant = sum(n for (_, to, event), n in through.items() if _is_for(receiver.name, events, to, event))
                waiting = (info.num_pending or 0) + (info.num_ack_pending or 0)
                found.append(Delivered(producer.upper(), receiver.name, sum(through.values()), meant, waiting))
    finally:
        await connection.close()
    return found


def _is_for(receiver: str, events: tuple[str, ...], to: str, event: str) -> bool:
    return event in events and to in (receiver, EVERYONE, "*")


async def _headers(js: Any, stream: str) -> Counter[tuple[str, str, str]]:
    """How many messages there are per subject, addressee and event."""
    left = (await js.stream_info(stream)).state.messages
    counts: Counter[tuple[str, str, str]] = Counter()
    if not left:
        return counts
    reading = await js.subscribe(
        ">", stream=stream, ordered_consumer=True, config=ConsumerConfig(headers_only=True, mem_storage=True)
    )
    while left:
        message = await reading.next_msg(timeout=10)
        headers = message.headers or {}
        event = headers.get("ce-type", "").removeprefix("nl.meldpunt.")
        counts[message.subject, headers.get("ce-to", ""), event] += 1
        left -= 1
    await reading.unsubscribe()
    return counts


def _matches(subject: str, pattern: str) -> bool:
    words, wanted = subject.split("."), pattern.split(".")
    if wanted[-1] == ">":
        return len(words) >= len(wanted) and all(b in ("*", a) for a, b in zip(words, wanted[:-1], strict=False))
    return len(words) == len(wanted) and all(b in ("*", a) for a, b in zip(words, wanted, strict=True))
