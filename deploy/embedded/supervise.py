"""Keeping processes running: start, wait until ready, start again when one dies, stop all in order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from deploy.embedded.home import PARTS, Home, HouseError
from deploy.embedded.nursery import Child, Nursery
from deploy.embedded.parts import Command, give_way, wait_until
from deploy.tls.identities import ETCD


class Supervisor:
    """The child processes of one house. A file in `run/held/` keeps one of them stopped, for trying."""

    def __init__(self, home: Home, say: Callable[[str], None]) -> None:
        self._home = home
        self._say = say
        self._commands: dict[str, Command] = {}
        self._running: dict[str, subprocess.Popen[bytes] | Child] = {}
        self._nursery = Nursery(home.log("nursery"))
        self._after: dict[str, Callable[[], None]] = {}
        self._stopping = threading.Event()
        self._failures: dict[str, int] = {}
        self.changed: Callable[[], None] = lambda: None
        self.chores: list[Callable[[], None]] = []
        """Called again and again while it watches; nothing is started again meanwhile."""

    def open_nursery(self) -> None:
        """Have the services' libraries imported while other things happen."""
        self._nursery.open()

    def start(self, command: Command, *, wait: float | None = None, after: Callable[[], None] | None = None) -> None:
        """Start a process; `after` is called once it is ready, also after every restart."""
        self._commands[command.name] = command
        if after:
            self._after[command.name] = after
        self._spawn(command)
        if wait is not None:
            self.wait_for(command.name, wait)

    def wait_for(self, name: str, seconds: float, *, needs_all: bool = False) -> None:
        """Until it is ready; raises HouseError when it has stopped, or, where it `needs_all`, another has."""
        command = self._commands[name]

        def ready() -> bool:
            for one in self._running if needs_all else (name,):
                if self._running[one].poll() is not None:
                    raise HouseError(f"{one} stopped while starting; {self._home.log(one)} says why")
            return command.ready()

        wait_until(ready, seconds, name)

    def pids(self) -> dict[str, int]:
        return {name: process.pid for name, process in self._running.items() if process.poll() is None}

    def of_part(self, *parts: str) -> list[str]:
        """The names of the processes of these parts; where there are several of one, each has its number."""
        return [name for name in self._commands if name in parts or name.rpartition("-")[0] in parts]

    def tell(self, name: str, number: int) -> None:
        """Send a signal to a process, if it runs."""
        if name in self._running and self._running[name].poll() is None:
            self._running[name].send_signal(number)

    def _spawn(self, command: Command) -> None:
        log: Path = self._home.log(command.name)
        env = command.env if command.bare else {**os.environ, **command.env}
        code = self._home.code(command.name)
        if command.forked and code.exists():
            command = _of_other_code(command, code.read_text())
            env |= command.env
        if command.forked:
            self._running[command.name] = self._nursery.fork(command.argv, env, log, command.nice)
            return
        with log.open("ab") as stream:
            process = self._running[command.name] = subprocess.Popen(
                command.argv,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                env=env,
                user=command.uid,
                cwd=command.folder,
                # A group of its own: Ctrl-C reaches the house, and the house stops its parts in order.
                start_new_session=True,
            )
        if command.nice:
            give_way(process.pid, command.nice)

    def watch(self) -> None:
        """Until `stop`: start again what died, hold what is held, and do what is to be done now and then."""
        while not self._stopping.wait(0.3):
            for name, command in list(self._commands.items()):
                process = self._running.get(name)
                held = self._home.held(name).exists()
                if held and process is not None and process.poll() is None:
                    self._end(name)
                elif not held and process is not None and process.poll() is not None:
                    self._restart(name, command)
            for chore in self.chores:
                chore()

    def without(self, name: str, work: Callable[[], object]) -> None:
        """Do `work` while `name` is stopped, and start that again, also when `work` failed; until it is ready."""
        self._end(name)
        problem: Exception | None = None
        try:
            work()
        except Exception as caught:
            problem = caught
        self._spawn(self._commands[name])
        self.changed()
        self.wait_for(name, 120)
        if problem:
            raise problem

    def _restart(self, name: str, command: Command) -> None:
        self._failures[name] = self._failures.get(name, 0) + 1
        self._say(f"{name} has stopped; starting it again")
        self._spawn(command)
        self.changed()
        after = self._after.get(name)
        if after:
            try:
                self.wait_for(name, 120)
                after()
            except Exception as problem:
                self._say(f"{name} is back, but its set-up failed: {type(problem).__name__}")

    def _end(self, name: str, patience: float = 15) -> None:
        process = self._running[name]
        if process.poll() is not None:
            return
        process.send_signal(self._commands[name].stop_signal)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)

    def stop(self) -> None:
        """Services first, all together; then the parts, in the order opposite to their start."""
        self._stopping.set()
        parts = self.of_part(*PARTS, ETCD)
        services = [name for name in self._commands if name not in parts]
        for name in services:
            if self._running[name].poll() is None:
                self._running[name].send_signal(signal.SIGTERM)
        end = time.monotonic() + 12
        for name in services:
            try:
                self._running[name].wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                self._running[name].kill()
        self._nursery.close()
        for name in reversed(parts):
            self._end(name)


def _of_other_code(command: Command, folder: str) -> Command:
    """A service from the code in `folder`: not forked, since what is forked has the code of the house."""
    argv = [sys.executable, "-m", "deploy.embedded.serve", *command.argv[1:]]
    return replace(command, argv=argv, forked=False, env={**command.env, "PYTHONPATH": folder})
