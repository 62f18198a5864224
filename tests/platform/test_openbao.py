"""What counts as "the key is gone": OpenBao's exact answer, and nothing that merely looks like it.

A declaration of destruction rests on it (art. 9): a node without a leader must not make one.
"""

from __future__ import annotations

import asyncio
import base64
import gc
import secrets
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from deploy.tls.authority import Authority
from shared.errors import CannotSucceed, PartDown
from shared.keys import transit as answers
from shared.keys.letters import Opener
from shared.keys.own_letterbox import RSA_SECONDS
from shared.keys.transit import Place, Transit
from shared.openbao import KEY_ABSENT, LOCKED, NOT_ACTIVE, NOT_DECRYPTED, BaoError, BaoRefused, OpenBao
from tests.platform.conftest import BaoOf
from tests.platform.real import Bao

ROOM = "room-signal"
PLACE = Place(ROOM, "S-00000-00000", "report", 1)
NO_MOUNT = 'no handler for route "room-signal/keys/x". route entry not found.'
Answer = tuple[int, dict[str, Any]]


async def said(call: Awaitable[Any]) -> tuple[int, list[str]]:
    """What OpenBao answers to something that it does not do."""
    with pytest.raises(BaoError) as caught:
        await call
    return caught.value.status, caught.value.errors


@pytest.fixture
def key() -> str:
    return secrets.token_hex(20)


@pytest.fixture
def owner(bao_of: BaoOf) -> Transit:
    return Transit(bao_of("assessment"), ROOM)


@pytest.fixture
def destroyer(bao_of: BaoOf) -> Transit:
    return Transit(bao_of("retention"), ROOM)


async def test_of_a_key_that_was_never_there(owner: Transit, destroyer: Transit, key: str) -> None:
    with pytest.raises(BaoRefused):
        await owner.encrypt(key, [(PLACE, b"x")])
    decrypt = owner.bao.call("POST", f"{ROOM}/decrypt/{key}", {"ciphertext": "vault:v1:AAAA"})
    assert await said(decrypt) == (400, [KEY_ABSENT])
    with pytest.raises(CannotSucceed):
        await owner.decrypt(key, [(PLACE, "vault:v1:AAAA")])
    assert await owner.bao.call("DELETE", f"{ROOM}/keys/{key}/soft-delete") == {}
    config = owner.bao.call("POST", f"{ROOM}/keys/{key}/config", {"deletion_allowed": True})
    assert await said(config) == (400, [answers.gone_at_config(key)])
    assert await said(destroyer.bao.call("DELETE", f"{ROOM}/keys/{key}")) == (400, [answers.gone_at_delete(key)])
    for done in (owner.lock(key), owner.allow_deletion(key), destroyer.delete(key)):
        await done


async def test_of_a_key_that_is_locked_and_then_destroyed(owner: Transit, destroyer: Transit, key: str) -> None:
    await owner.make(key)
    ciphertext = (await owner.encrypt(key, [(PLACE, b"x")]))[0]
    assert await owner.decrypt(key, [(PLACE, ciphertext)]) == [b"x"]
    refused = (400, [f"error deleting policy {key}: deletion is not allowed for this key"])
    assert await said(destroyer.delete(key)) == refused
    await owner.lock(key)
    await owner.lock(key)
    assert await said(owner.encrypt(key, [(PLACE, b"x")])) == (400, [LOCKED])
    with pytest.raises(CannotSucceed):
        await owner.decrypt(key, [(PLACE, ciphertext)])
    # Locked is not allowed: retention's hand alone destroys nothing.
    assert await said(destroyer.delete(key)) == refused
    await owner.allow_deletion(key)
    await destroyer.delete(key)
    for done in (owner.lock(key), owner.allow_deletion(key), destroyer.delete(key)):
        await done
    with pytest.raises(CannotSucceed):
        await owner.decrypt(key, [(PLACE, ciphertext)])


async def test_what_does_not_belong_where_it_lies(owner: Transit, key: str) -> None:
    await owner.make(key)
    good = (await owner.encrypt(key, [(PLACE, b"x")]))[0]
    moved = Place(ROOM, "S-00000-00000", "report", 2)
    later = good.replace("vault:v1:", "vault:v9:")
    for wrong in ((moved, good), (PLACE, "rubbish"), (PLACE, "vault:v1:AAAA"), (PLACE, later)):
        with pytest.raises(CannotSucceed):
            await owner.decrypt(key, [(PLACE, good), wrong])


async def test_a_letter_for_another_key_is_no_outage(bao_of: BaoOf, key: str) -> None:
    """OpenBao answers it with a 500; the letter is parked, not offered for ever."""
    bao = bao_of("assessment")
    await Transit(bao, "letterbox-assessment").make(key, "rsa-3072", seconds=RSA_SECONDS)
    wrapped = "vault:v1:" + base64.b64encode(b"x" * 384).decode()
    for body in ({"ciphertext": wrapped}, {"batch_input": [{"ciphertext": wrapped}]}):
        assert await said(bao.call("POST", f"letterbox-assessment/decrypt/{key}", body)) == (500, [NOT_DECRYPTED])
    header = base64.urlsafe_b64encode(
        f'{{"alg":"RSA-OAEP-256","enc":"A256GCM","kid":"assessment.{key}"}}'.encode()
    ).decode()
    letter = f"{header}.{base64.urlsafe_b64encode(b'x' * 384).decode()}.AAAA.AAAA.AAAA"
    with pytest.raises(CannotSucceed):
        await Opener(bao, "assessment").open(letter)


# --- a server that answers as OpenBao does in a bad moment ----------------------------------------------------------


@pytest.fixture
async def answering(tmp_path: Path) -> AsyncIterator[Callable[..., Awaitable[tuple[OpenBao, list[str]]]]]:
    """`await answering((status, body), times)`: a client of a server that answers so, `times` times, and then well; with a
    third argument one of a cluster, whose active node has that address."""
    runners: list[web.AppRunner] = []
    clients: list[OpenBao] = []
    authority = Authority(tmp_path / "tls")
    authority.make()

    async def make(answer: Answer, times: int, *active: str) -> tuple[OpenBao, list[str]]:
        asked: list[str] = []

        async def handle(request: web.Request) -> web.Response:
            if request.path.endswith("/login"):
                return web.json_response({"auth": {"client_token": "t"}})
            if request.path.endswith("/renew-self"):
                return web.json_response({})
            if request.path.endswith("/sys/leader"):
                return web.json_response({"ha_enabled": bool(active), "leader_address": "".join(active)})
            asked.append(request.path.removeprefix("/v1/"))
            if len(asked) <= times:
                return web.json_response(answer[1], status=answer[0])
            return web.json_response(
                {"data": {"batch_results": [{"ciphertext": "vault:v1:AAAA", "plaintext": "eA=="}]}}
            )

        app = web.Application()
        app.router.add_route("*", "/{path:.*}", handle)
        runners.append(web.AppRunner(app))
        await runners[-1].setup()
        site = web.TCPSite(runners[-1], "127.0.0.1", 0, ssl_context=authority.of("openbao").served)
        await site.start()
        credentials = tmp_path / "approle"
        credentials.write_text("{}")
        port = runners[-1].addresses[0][1]
        clients.append(OpenBao(f"https://127.0.0.1:{port}", credentials, authority.of("assessment")))
        return clients[-1], asked

    yield make
    for client in clients:
        await client.close()
    for runner in runners:
        await runner.cleanup()


Answering = Callable[..., Awaitable[tuple[OpenBao, list[str]]]]


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_node_without_a_leader_is_an_outage(answering: Answering, key: str, status: int) -> None:
    bao, _ = await answering((status, {"errors": [NOT_ACTIVE]}), 1000)
    room = Transit(bao, ROOM)
    calls = (
        room.make(key),
        room.encrypt(key, [(PLACE, b"x")]),
        room.decrypt(key, [(PLACE, "vault:v1:AAAA")]),
        room.lock(key),
        room.allow_deletion(key),
        room.delete(key),
    )
    for call in calls:
        with pytest.raises(PartDown):
            await call


async def test_words_around_the_exact_answer_do_not_count(answering: Answering, key: str) -> None:
    """Another key's absence, a mount that is missing, a longer sentence: not this key's end."""
    others = (answers.gone_at_delete("another"), answers.gone_at_config("another"), NO_MOUNT, NOT_ACTIVE)
    for text in (*others, f"{answers.gone_at_delete(key)} perhaps"):
        bao, _ = await answering((404 if text == NO_MOUNT else 400, {"errors": [text]}), 1000)
        for call in (Transit(bao, ROOM).delete(key), Transit(bao, ROOM).allow_deletion(key)):
            with pytest.raises(BaoError):
                await call


async def test_a_key_that_was_just_made_is_asked_for_once_more(answering: Answering, key: str) -> None:
    """A standby may lag behind for a moment; a second "not found" is the truth."""
    bao, asked = await answering((400, {"errors": [KEY_ABSENT]}), 1)
    assert await Transit(bao, ROOM).decrypt(key, [(PLACE, "vault:v1:AAAA")]) == [b"x"]
    assert len(asked) == 2
    bao, asked = await answering((403, {"errors": ["permission denied"]}), 1)
    assert await Transit(bao, ROOM).encrypt(key, [(PLACE, b"x")]) == ["vault:v1:AAAA"]
    bao, asked = await answering((400, {"errors": [KEY_ABSENT]}), 1000)
    assert await said(Transit(bao, ROOM).encrypt(key, [(PLACE, b"x")])) == (400, [KEY_ABSENT])
    assert len(asked) == 2


@pytest.mark.parametrize("answer", [(400, {"errors": [KEY_ABSENT]}), (500, {"errors": [NOT_ACTIVE]})])
async def test_what_a_standby_does_not_know_is_asked_of_the_active_node(
    answering: Answering, key: str, answer: Answer
) -> None:
    active, of_active = await answering((200, {}), 0)
    standby, of_standby = await answering(answer, 1000, active._address)
    assert await Transit(standby, ROOM).decrypt(key, [(PLACE, "vault:v1:AAAA")]) == [b"x"]
    assert (len(of_standby), len(of_active)) == (1, 1)


async def test_what_another_problem_is_is_asked_once(answering: Answering, key: str) -> None:
    """Words that hold "not found" and mean something else; an outage of another kind."""
    active, of_active = await answering((200, {}), 0)
    others: list[Answer] = [
        (400, {"errors": [NO_MOUNT]}),
        (500, {"errors": [f"{NOT_ACTIVE} perhaps"]}),
        (503, {"errors": []}),
    ]
    for answer in others:
        standby, of_standby = await answering(answer, 1000, active._address)
        with pytest.raises((BaoError, PartDown)):
            await Transit(standby, ROOM).delete(key)
        assert len(of_standby) == 1
    assert of_active == []


async def test_the_only_node_is_the_active_one(bao_of: BaoOf) -> None:
    bao = bao_of("assessment")
    assert str(await bao._active()).startswith("http")
    assert await bao.reachable()


async def test_who_is_on_his_way_out_opens_nothing_any_more(openbao: Bao) -> None:
    """What a worker still asks while its service stops would open a connection that nobody closes."""
    client = OpenBao(openbao.address, openbao.credentials("assessment"), openbao.tls("assessment"))
    assert await client.reachable()
    await client.close()
    assert not await client.reachable()
    with pytest.raises(PartDown):
        await client.log_in()


def test_who_is_cut_off_leaves_no_connection_behind(openbao: Bao) -> None:
    """A service that ends cuts off whoever waits for an answer."""

    async def cut_off() -> None:
        bao = OpenBao(openbao.address, openbao.credentials("intake"), openbao.tls("intake"))
        # On connections that are open already.
        await asyncio.gather(*(bao.call("GET", "kv/data/nats/intake") for _ in range(5)))
        asking: list[asyncio.Task[Any]] = []
        # Who lost the processor meanwhile has his answers.
        while not any(one.cancelled() for one in asking):
            asking = [asyncio.create_task(bao.call("GET", "kv/data/nats/intake")) for _ in range(5)]
            for _ in range(10):
                await asyncio.sleep(0)
            for one in asking:
                one.cancel()
            await asyncio.wait(asking)
        await bao.close()

    gc.collect()
    # While its loop is there, what it has open is not given up.
    with warnings.catch_warnings(record=True) as left:
        warnings.simplefilter("always", ResourceWarning)
        asyncio.run(cut_off())
        gc.collect()
    assert [str(one.message) for one in left] == []
