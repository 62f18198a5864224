"""What the processes of a cluster say of themselves: what they lack, and what waits with them, as operators and their figures have it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx

from deploy.cluster.home import ClusterHome, replicas
from deploy.embedded.home import SERVICE_NAMES
from deploy.embedded.parts import HERE, answers_ok
from shared.asking import NATS, OPENBAO, POSTGRES
from shared.metrics.catalogue import LACKS, OLDEST_ROW, ROWS_WAITING

SHOWN_AS = {OPENBAO: "openbao", NATS: "nats", POSTGRES: "database"}
"""What a service says that it lacks."""
FIGURE = re.compile(r"^(?P<name>\w+)\{(?P<labels>[^}]*)\} (?P<value>[0-9.e+-]+)$", re.MULTILINE)
LABEL = re.compile(r'(\w+)="([^"]*)"')


@dataclass(frozen=True)
class Waiting:
    """Of one queue: how many rows, and for how long the oldest of them, in seconds."""

    rows: int
    age: float


Queues = dict[tuple[str, str], Waiting]
"""By service and queue."""


class Looks:
    def __init__(self, home: ClusterHome) -> None:
        self._home = home
        self._http = httpx.Client(timeout=15, limits=httpx.Limits(max_keepalive_connections=0))

    def close(self) -> None:
        self._http.close()

    def says_so(self, service: str, part: str) -> bool:
        """Whether every process of `service` says that it lacks `part`, in what operators read and in what is measured."""
        shown = SHOWN_AS[part]
        with ThreadPoolExecutor() as asking:
            told = [asking.submit(self.problems, one, service) for one in replicas(service)]
            measured = [asking.submit(self._measures, one, service, shown) for one in replicas(service)]
            return all(shown in one.result() for one in told) and all(one.result() for one in measured)

    def lacks_anything(self, service: str) -> bool:
        """Whether any of its processes says that something is away, or does not answer."""
        ports = (self._home.state() or {})["several"]
        return any(self.problems(one, service) or not answers_ok(ports[one], "/readyz") for one in replicas(service))

    def problems(self, one: str, service: str) -> dict[str, str]:
        """What a process says that it lacks; that it says nothing is one too."""
        try:
            answer = self._asked(one, "/statusz", f"operations-{service}")
            return dict(answer.raise_for_status().json()["problems"])
        except httpx.HTTPError as problem:
            return {"http": type(problem).__name__}

    def queues(self, services: Iterable[str] = SERVICE_NAMES) -> Queues:
        """What waits with each of `services`, of those that say it."""
        with ThreadPoolExecutor() as asking:
            told = list(asking.map(lambda one: self._figures(replicas(one)[0], one), services))
        return waiting("\n".join(told))

    def _measures(self, one: str, service: str, part: str) -> bool:
        found = figures(self._figures(one, service), LACKS.name)
        return any(labels["part"] == part and value == 1 for labels, value in found)

    def _figures(self, one: str, service: str) -> str:
        try:
            return self._asked(one, "/metrics", f"metrics-{service}").raise_for_status().text
        except httpx.HTTPError:
            return ""

    def _asked(self, one: str, path: str, secret: str) -> httpx.Response:
        port = (self._home.state() or {})["several"][one]
        return self._http.get(
            f"http://{HERE}:{port}{path}", headers={"Authorization": f"Bearer {self._home.secret(secret)}"}
        )


def figures(text: str, name: str) -> list[tuple[Mapping[str, str], float]]:
    """Of what a process tells who fetches its figures: labels and value of each of `name`."""
    found = (one for one in FIGURE.finditer(text) if one["name"] == name)
    return [(dict(LABEL.findall(one["labels"])), float(one["value"])) for one in found]


def waiting(text: str) -> Queues:
    """The queues of which `text` has figures."""
    rows, ages = (
        {(labels["service"], labels["queue"]): value for labels, value in figures(text, metric.name)}
        for metric in (ROWS_WAITING, OLDEST_ROW)
    )
    return {one: Waiting(int(rows[one]), ages.get(one, 0.0)) for one in rows}
