"""Who is logged in: known by a number that nobody guesses, for as long as he is there, at every process of the portal."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from joserfc.jwk import OKPKey

from services.access.portal_api import MOST_KEPT_SEALED as TAKEN
from services.portal import sessions as at
from services.portal.keeper import MOST_SEALED, KeptEntry
from services.portal.sealing import PortalSeal, keys_in, of_keys
from services.portal.sessions import LOG_IN_TAKES, MOST_KNOWN, Session, Sessions, know
from shared.errors import PartDown
from tests.portal.keeping import InMemory

OWN = b"what all processes of the portal have"


@dataclass
class Hour:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


def a_session(user: str = "u-1") -> Session:
    return Session("resume", user, ("oov",))


def a_process(keeper: InMemory, hour: Hour | None = None, own: bytes = OWN) -> Sessions:
    return Sessions(keeper, PortalSeal(lambda: [own]), 1800, hour or Hour())


async def found(sessions: Sessions, number: str) -> Session:
    session = await sessions.find(number)
    assert session is not None
    return session


async def test_a_session_is_found_by_its_number_at_any_process_and_ends_when_nothing_happens() -> None:
    keeper = InMemory()
    here, there = a_process(keeper), a_process(keeper)
    begun = a_session()
    number = await here.begin(begun)
    for one in (here, there):
        session = await found(one, number)
        assert (session.user_id, session.roles, session.csrf) == ("u-1", ("oov",), begun.csrf)
    keeper.now += 1799
    assert await there.find(number) is not None
    keeper.now += 1801
    for one in (here, there):
        assert await one.find(number) is None
        assert await one.find(None) is None
        assert await one.find(number[:-1]) is None
    assert await a_process(keeper, own=b"another portal's").left(number) is None


async def test_a_log_in_is_answered_by_the_browser_that_began_it_in_time_at_any_process() -> None:
    hour = Hour()
    sessions, other_process = a_process(InMemory(), hour), a_process(InMemory(), hour)
    sealed, begun = sessions.begin_log_in()
    assert min(len(begun.state), len(begun.nonce), len(begun.verifier)) >= 43
    for secret in (begun.state, begun.nonce, begun.verifier):
        assert secret not in sealed
    assert sessions.end_log_in(sealed, begun.state) == begun
    assert other_process.end_log_in(sealed, begun.state) == begun
    assert sessions.end_log_in(sealed, "another state") is None
    other, _ = sessions.begin_log_in()
    of_another_portal, elsewhere = a_process(InMemory(), hour, b"another portal's").begin_log_in()
    for wrong in (None, "", "é", "x", sealed[:-4], sealed[4:], other):
        assert sessions.end_log_in(wrong, begun.state) is None
    assert sessions.end_log_in(of_another_portal, elsewhere.state) is None
    hour.now += LOG_IN_TAKES + 1
    assert sessions.end_log_in(sealed, begun.state) is None


async def test_who_begins_without_end_keeps_nothing_anywhere() -> None:
    keeper = InMemory()
    sessions = a_process(keeper)
    for _ in range(10):
        sessions.begin_log_in()
    assert not keeper.rows


async def test_a_session_does_not_print_its_tokens_nor_what_the_browser_has() -> None:
    session = await found(sessions := a_process(InMemory()), await sessions.begin(a_session()))
    session.tokens["assessment"] = (0.0, "secret-token")
    assert "secret-token" not in repr(session)
    assert session.number not in repr(session)


async def test_about_a_number_that_somebody_made_up_nobody_is_asked() -> None:
    class Asked(InMemory):
        async def find(self, name: str, *, at_work: bool) -> KeptEntry | None:
            raise AssertionError("it is asked")

    keeper = Asked()
    sessions = a_process(keeper)
    number = await sessions.begin(a_session())
    secret, _, shown = number.rpartition(".")
    for made_up in (
        secret,
        f"{'A' * 43}.{shown}",
        f"{secret}.{'0' * 64}",
        f"{secret}.",
        ".",
        "é",
        "\udcff".encode("utf-8", "replace").decode(),
    ):
        assert await sessions.find(made_up) is None
        assert await sessions.left(made_up) is None
        await sessions.end(made_up)
    with pytest.raises(AssertionError):
        await sessions.find(number)


async def test_tokens_are_of_one_process_and_go_with_their_session() -> None:
    keeper = InMemory()
    here, there = a_process(keeper), a_process(keeper)
    number = await here.begin(a_session())
    (await found(here, number)).tokens["rights"] = (0.0, "a-token")
    assert (await found(here, number)).tokens == {"rights": (0.0, "a-token")}
    assert (await found(there, number)).tokens == {}
    assert "a-token" not in repr(keeper)
    keeper.log_out("u-1")
    assert await here.find(number) is None
    assert "a-token" not in repr(vars(here))


async def test_a_process_remembers_the_tokens_of_no_more_than_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(at, "MOST_REMEMBERED", 3)
    sessions = a_process(InMemory())
    numbers = [await sessions.begin(a_session()) for _ in range(4)]
    assert len(sessions._tokens) == 3
    assert await sessions.find(numbers[0]) is not None, "he is logged in all the same"


async def test_whose_session_ended_is_known_when_he_comes_back_and_nothing_more() -> None:
    """So that what he typed is kept for him, and he need not say again for what he opened a dossier."""
    keeper = InMemory()
    sessions, there = a_process(keeper), a_process(keeper)
    begun = a_session()
    begun.purposes["S-1"] = "weging"
    number = await sessions.begin(begun)
    assert await sessions.left(number) is None, "it goes on"
    keeper.now += 1801
    left = await there.left(number)
    assert left is not None
    assert (left.user_id, left.resume, left.tokens) == ("u-1", "", {})
    assert await sessions.find(number) is None
    again = a_session()
    again.goes_on_from(left)
    assert (again.csrf, again.purposes) == (left.csrf, {"S-1": "weging"})
    # One that is ended by access leaves the same behind; logging out leaves nothing.
    other = await sessions.begin(a_session())
    await sessions.end(other)
    assert await there.find(other) is None
    assert await there.left(other) is not None
    keeper.log_out("u-1")
    assert [await sessions.left(one) for one in (number, other, None)] == [None, None, None]


async def test_looking_whether_somebody_is_there_is_no_work() -> None:
    keeper = InMemory()
    sessions = a_process(keeper)
    number = await sessions.begin(a_session())
    keeper.now += 1700
    assert await sessions.find(number, at_work=False) is not None
    keeper.now += 101
    assert await sessions.find(number, at_work=False) is None


async def test_what_two_requests_change_at_once_at_two_processes_stays_of_both() -> None:
    keeper = InMemory()
    here, there = a_process(keeper), a_process(keeper)
    begun = a_session()
    begun.purposes, begun.done = {"S-0": "weging"}, "decided"
    number = await here.begin(begun)
    mine, his = await found(here, number), await found(there, number)
    mine.purposes["S-1"], mine.done = "weging", None
    his.purposes["S-2"], his.resume, his.roles = "contact-melder", "a later one", ("fg",)
    del his.purposes["S-0"]
    await asyncio.gather(here.save(mine), there.save(his))
    both = await found(here, number)
    assert both.purposes == {"S-1": "weging", "S-2": "contact-melder"}
    assert (both.done, both.resume, both.roles) == (None, "a later one", ("fg",))
    version = both.version
    await here.save(both)
    assert (await found(there, number)).version == version, "what did not change is not written"


@pytest.mark.refused("R-8.2")
async def test_a_request_that_ends_after_a_log_out_brings_nothing_back() -> None:
    keeper = InMemory()
    here, there = a_process(keeper), a_process(keeper)
    number = await here.begin(a_session())
    slow = await found(there, number)
    slow.purposes["S-1"] = "weging"
    keeper.log_out("u-1")
    await there.save(slow)
    assert not keeper.rows
    assert await there.find(number) is None


@pytest.mark.refused("R-8.2")
async def test_a_row_that_somebody_wrote_opens_nothing() -> None:
    """A cookie that he chose, and rows as he likes: his own session under another's name, another's under his, or one that he
    sealed himself without the portal's key."""
    keeper = InMemory(whose={"resume of u-2": "u-2"})
    sessions = a_process(keeper)
    mine, his = (
        await sessions.begin(a_session()),
        await sessions.begin(replace(a_session("u-2"), resume="resume of u-2")),
    )
    (of_me, my_row), (of_him, his_row) = keeper.rows.items()
    keeper.rows = {of_me: replace(his_row), of_him: replace(my_row)}
    assert await sessions.find(mine) is None
    assert await sessions.find(his) is None
    keeper.rows = {of_me: replace(my_row, user_id="u-2")}
    assert await sessions.find(mine) is None, "whose it is is sealed too"
    keeper.rows = {of_me: replace(my_row, sealed=my_row.sealed[:-8] + "AAAAAAA=")}
    assert await sessions.find(mine) is None
    forger = PortalSeal(lambda: [b"the forger has no key of the portal"])
    said = {**a_session().told(), "roles": ["beheerder"]}
    keeper.rows = {of_me: replace(my_row, sealed=forger.seal(said, mine, "session", "u-1"))}
    assert await sessions.find(mine) is None
    keeper.rows = {of_me: my_row}
    assert await sessions.find(mine) is not None


async def test_who_sends_twice_waits_at_whichever_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(at, "WAIT_SECONDS", 0.001)
    keeper, hour, taken = InMemory(), Hour(), []
    here, there = a_process(keeper, hour), a_process(keeper, hour)
    number = await here.begin(a_session())

    async def steps(one: Sessions, name: str) -> None:
        session = await found(one, number)
        async with one.sending(session):
            taken.append(f"{name} begins")
            await asyncio.sleep(0.02)
            taken.append(f"{name} ends")
        session.purposes[f"S-{name}"] = "weging"
        await one.save(session)

    await asyncio.gather(steps(here, "1"), steps(there, "2"))
    assert [one.partition(" ")[2] for one in taken] == ["begins", "ends"] * 2
    assert set((await found(here, number)).purposes) == {"S-1", "S-2"}
    # Who died meanwhile keeps nobody waiting for ever.
    await here.sending(await found(here, number)).__aenter__()
    hour.now += at.SENDING_SECONDS + 1
    await asyncio.wait_for(steps(there, "3"), 30)


async def test_nobody_is_logged_out_by_another_key_of_the_portal_until_the_former_is_taken_out(tmp_path: Path) -> None:
    file, keeper = tmp_path / "portal-key", InMemory()
    former, newer = (OKPKey.generate_key("Ed25519", {"kid": one}).as_dict(private=True) for one in ("a", "b"))
    file.write_text(json.dumps(former))
    sessions = Sessions(keeper, PortalSeal(of_keys(file)), 1800)
    number = await sessions.begin(a_session())

    def put(said: object) -> None:
        before = file.stat().st_mtime_ns
        file.write_text(json.dumps(said))
        os.utime(file, ns=(before + 1, before + 1))

    put({"keys": [newer, former]})
    assert keys_in(file)[0].kid == "b"
    session = await found(sessions, number)
    session.done = "decided"
    await sessions.save(session)
    assert (await found(sessions, number)).done == "decided"
    put(newer)
    assert await sessions.find(number) is None
    file.write_text("{}")
    with pytest.raises(PartDown):
        await sessions.find(number)


def test_nobody_fills_what_is_kept_with_numbers() -> None:
    """Of a number that does not exist too it is noted for what somebody opens it, before a service is asked."""
    session = a_session()
    know(session.purposes, {"S-first": "weging"})
    for place in range(MOST_KNOWN - 1):
        know(session.purposes, {f"S-{place}": "weging"})
    know(session.purposes, {"S-first": "contact-melder"})
    know(session.purposes, {"S-last": "weging"})
    assert len(session.purposes) == MOST_KNOWN
    assert session.purposes["S-first"] == "contact-melder", "who opened it again did so last"
    assert "S-0" not in session.purposes


def test_the_largest_session_is_taken_where_it_is_kept() -> None:
    session = replace(a_session(), resume="x" * 4000)
    for known in (session.purposes, session.holders):
        know(known, {f"S-{place:05}-9XD4T": "contact-melder" for place in range(MOST_KNOWN)})
    assert len(PortalSeal(lambda: [OWN]).seal(session.told(), "number", "session", "u-1")) < MOST_SEALED == TAKEN
