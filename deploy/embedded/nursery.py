"""Services as separate processes that share what they import.

Importing the libraries takes a service three seconds of computing. So one process imports them once, while the
parts are still starting, and every service is forked from it: same code, own process, own environment.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import psutil

from deploy.embedded.home import SERVICE_NAMES
from deploy.embedded.parts import give_way


class Child:
    """A forked service: what of `Popen` the supervisor uses."""

    returncode = None

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._process = psutil.Process(pid)

    def poll(self) -> int | None:
        """None while it runs. With which code it ended only its parent knows."""
        return None if self._process.is_running() and self._process.status() != psutil.STATUS_ZOMBIE else 1

    def send_signal(self, number: int) -> None:
        with contextlib.suppress(psutil.NoSuchProcess):
            self._process.send_signal(number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        try:
            self._process.wait(timeout)
        except psutil.TimeoutExpired:
            raise subprocess.TimeoutExpired([str(self.pid)], timeout or 0.0) from None
        return 0


class Nursery:
    """The house's side: starts the importing process, and has it fork."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def open(self) -> None:
        """Begin importing; returns at once."""
        with self._log.open("ab") as stream:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "deploy.embedded.nursery"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stream,
                cwd="/",
                start_new_session=True,
            )

    def fork(self, argv: list[str], env: dict[str, str], log: Path, nice: int) -> Child:
        """A new process that runs `deploy.embedded.serve` with `argv`; waits until the imports are done."""
        if self._process is None or self._process.poll() is not None:
            self.open()
        assert self._process is not None
        assert self._process.stdin
        assert self._process.stdout
        order = {"argv": argv, "env": env, "log": str(log), "nice": nice}
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()
        return Child(int(self._process.stdout.readline()))

    def close(self) -> None:
        if self._process is not None and self._process.stdin:
            self._process.stdin.close()
            self._process.wait(10)


def _become(order: dict[str, object]) -> None:
    """In the child: take the place of a process that was started with `order`. Never returns."""
    code = 1
    try:
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        log = os.open(str(order["log"]), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for target, source in ((0, nothing), (1, log), (2, log)):
            os.dup2(source, target)
        os.environ.clear()
        os.environ.update(order["env"])  # type: ignore[call-overload]
        give_way(os.getpid(), int(str(order["nice"])))
        sys.argv = list(order["argv"])  # type: ignore[call-overload]
        import_module("deploy.embedded.serve").main()
        code = 0
    finally:
        sys.stdout.flush()
        os._exit(code)


def main() -> None:
    # Ended children are not waited for; who wants to know looks whether they are there.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    import_module("deploy.embedded.serve")
    for name in SERVICE_NAMES:
        import_module(f"services.{name}.app")
    import_module("services.portal.app")
    # What was imported stays shared: the collector does not touch it.
    gc.collect()
    gc.freeze()
    # An end of the input is the end of the house.
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _become(json.loads(line))
        print(pid, flush=True)


if __name__ == "__main__":
    main()
