"""That the drill of keys would see it: who takes somebody whom he has to refuse, what still has the former key, what is parked."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from deploy.drills import keys, keys_of_tls
from deploy.drills.keys_of_openbao import _has_alone
from deploy.drills.keys_of_tls import SSL_REQUEST, Port, refusals, strangers
from deploy.drills.place import Place
from deploy.drills.under_load import parked_in
from deploy.embedded.home import Home, HouseError
from deploy.embedded.parts import HERE
from tests.ports import own_port

Served = Callable[[ssl.SSLContext], Port]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "house")
    made.make()
    made.authority.make()
    return made


@pytest.fixture
def served() -> Iterator[Served]:
    """A port that says something to whoever gets through the handshake."""
    listening: list[socket.socket] = []

    def serve(context: ssl.SSLContext) -> Port:
        server = socket.create_server((HERE, own_port()))
        server.settimeout(60)
        listening.append(server)
        threading.Thread(target=_answer, args=(server, context), daemon=True).start()
        return Port("one", server.getsockname()[1], b"INFO ")

    yield serve
    for one in listening:
        one.close()


def _answer(server: socket.socket, context: ssl.SSLContext) -> None:
    with contextlib.suppress(OSError):
        while True:
            plain, _ = server.accept()
            with contextlib.suppress(OSError), context.wrap_socket(plain, server_side=True) as connection:
                connection.sendall(b"INFO {}\r\n")
                connection.recv(1)


def test_who_takes_only_the_house_is_right(home: Home, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    port = served(home.tls("nats").served)
    monkeypatch.setattr(keys_of_tls, "ports", lambda _: [port])
    with strangers(home) as who:
        assert set(who) == {"nothing", "a foreign certificate", "an expired certificate"}
        assert refusals(home, who) == []


def test_who_takes_everybody_is_seen(home: Home, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    open_to_all = home.tls("nats").served
    open_to_all.verify_mode = ssl.CERT_NONE
    port = served(open_to_all)
    monkeypatch.setattr(keys_of_tls, "ports", lambda _: [port])
    with strangers(home) as who:
        assert len(refusals(home, who)) == len(who)


def test_who_refuses_the_house_itself_is_seen(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys_of_tls, "ports", lambda _: [Port("nobody", 1, b"")])
    assert refusals(home, {}) == ["nobody refuses who is of the house"]


def test_strangers_cost_the_house_none_of_its_files(home: Home) -> None:
    before = {one.name: one.read_bytes() for one in (home.path / "tls").iterdir()}
    with strangers(home):
        pass
    assert {one.name: one.read_bytes() for one in (home.path / "tls").iterdir()} == before


def test_a_renewal_that_is_not_served_is_seen() -> None:
    assert keys_of_tls._same({"nats-1": 1, "postgres": 2}, {"nats-1": 3, "postgres": 2}) == ["postgres"]


def test_a_database_that_speaks_no_tls_is_not_taken_for_one_that_refuses_late() -> None:
    with socket.create_server((HERE, 0)) as server:

        def no() -> None:
            plain, _ = server.accept()
            with plain:
                assert plain.recv(64) == SSL_REQUEST
                plain.sendall(b"N")

        thread = threading.Thread(target=no)
        thread.start()
        port = Port("postgres", server.getsockname()[1], b"R", before=SSL_REQUEST)
        assert not port.takes(ssl.create_default_context())
        thread.join()


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ('seal {\n current_key_id = "embedded-2"\n}', True),
        ('seal {\n current_key_id = "embedded-2"\n previous_key_id = "embedded-1"\n}', False),
        ('seal {\n current_key_id = "embedded-1"\n}', False),
    ],
)
def test_a_node_that_still_has_the_former_key_is_seen(text: str, right: bool) -> None:
    assert _has_alone(text, 'current_key_id = "embedded-2"') is right


def test_what_is_parked_is_seen_and_what_waits_is_not() -> None:
    row: dict[str, Any] = {"id": "a", "why": "not read", "parked": True}
    queues: list[dict[str, Any]] = [
        {"queue": "received", "rows": [row, row | {"id": "b", "parked": False}]},
        {"queue": "grace", "rows": []},
    ]
    assert parked_in("rights-1", queues) == ["rights-1: received has a parked: not read"]
    with pytest.raises(HouseError, match="does not know"):
        parked_in("rights-1", None)


def test_a_part_that_there_is_not_is_named() -> None:
    with pytest.raises(HouseError, match=", ".join(keys.PARTS)):
        keys.run(cast(Place, SimpleNamespace(only=("seals",))))


def test_each_part_is_held_once() -> None:
    assert sorted(one for several in keys.AT_ONCE for one in several) == sorted(keys.PARTS)
