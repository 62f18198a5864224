"""One process of a house is ended and started again by its name; the house does the starting (here: a thread)."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from argparse import Namespace
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from deploy.embedded.home import PARTS, SERVICE_NAMES, Home, HouseError
from deploy.embedded.restart import restart
from tests.house import until

SLEEPS = [sys.executable, "-c", "import time; time.sleep(60)"]


class Lives(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Lives)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def home(tmp_path: Path, address: str) -> Home:
    """A house that is this process, as far as its state says."""
    made = Home(tmp_path / "house")
    made.make()
    addresses = {name: address for name in (*PARTS, *SERVICE_NAMES, "portal")}
    made.write_state({"pid": os.getpid(), "ready": True, "addresses": addresses, "pids": {}, "storage": None})
    return made


def starts(home: Home, name: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(SLEEPS)
    state = home.state() or {}
    home.write_state(state | {"pids": {name: process.pid}})
    return process


@pytest.mark.parametrize("name", ["intake", "portal", "nats"])
def test_it_is_ended_let_go_and_another(home: Home, name: str) -> None:
    first, begun = starts(home, name), []
    home.held(name).touch()

    def as_a_house_does() -> None:
        first.wait(30)
        until(lambda: not home.held(name).exists(), 10)
        begun.append(starts(home, name))

    house = threading.Thread(target=as_a_house_does)
    house.start()
    assert restart(home, Namespace(name=name)) == 0
    house.join()
    assert first.returncode == -15
    assert begun[0].poll() is None
    begun[0].kill()
    begun[0].wait(10)


def test_what_is_not_there_is_said(home: Home, tmp_path: Path) -> None:
    with pytest.raises(HouseError, match="no joost here: choose from postgres"):
        restart(home, Namespace(name="joost"))
    with pytest.raises(HouseError, match="no house is running"):
        restart(Home(tmp_path / "other"), Namespace(name="intake"))
