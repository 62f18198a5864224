"""A Prometheus beside a house that runs: it reads every service each second, with the configuration that is made for it."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import yaml

from deploy.embedded.home import Home, HouseError, free_port
from deploy.embedded.parts import wait_until
from deploy.observability.programs import PACKAGES, program
from deploy.observability.written import HERE, RULES, SCRAPED, prometheus

PORT = 19090
BEGINS_SECONDS = 60.0
SLOW, SLOWLY = "rights", "4s"
"""Who answers a scrape after three seconds when he has no connection left, and how long is waited for him: elsewhere it is ten."""


class Prometheus:
    """What is asked of it; raises HouseError where it does not answer as it should."""

    def __init__(self, address: str) -> None:
        self._http = httpx.Client(base_url=f"{address}/api/v1", timeout=10)

    def found(self, expression: str) -> list[dict[str, str]]:
        """The labels of each series for which an expression holds now."""
        return [one["metric"] for one in self._ask("/query", query=expression)["result"]]

    def reads_everybody(self) -> bool:
        try:
            targets = self._ask("/targets", state="active")["activeTargets"]
        except HouseError:
            return False
        return len(targets) == len(SCRAPED) and all(one["health"] == "up" for one in targets)

    def _ask(self, path: str, **more: str) -> Any:
        try:
            answer = self._http.get(path, params=more).raise_for_status().json()
        except httpx.HTTPError as problem:
            raise HouseError(f"Prometheus does not answer what it is asked: {problem}") from problem
        return answer["data"]

    def close(self) -> None:
        self._http.close()


@contextlib.contextmanager
def watching(home: Home, folder: Path) -> Iterator[Prometheus]:
    """One that reads every process; ended afterwards. Raises HouseError where no Prometheus can be had."""
    argv = program("prometheus")
    if argv is None:
        raise HouseError(f"there is no Prometheus here, and none could be fetched: install {PACKAGES['prometheus']}")
    folder.mkdir(parents=True, exist_ok=True)
    addresses = (home.state() or {})["addresses"]
    hosts = {name: addresses[name].removeprefix("http://") for name in SCRAPED}
    config = prometheus(hosts, secrets=str(home.path / "secrets"), scheme="http", every=1)
    for job in config["scrape_configs"]:
        if job["job_name"] == f"meldpunt-{SLOW}":
            job |= {"scrape_interval": SLOWLY, "scrape_timeout": SLOWLY}
    (folder / "prometheus.yaml").write_text(yaml.safe_dump(config | {"alerting": {}}))
    (folder / RULES).write_text((HERE / RULES).read_text())
    address = f"127.0.0.1:{free_port(PORT, set())}"
    words = ["--config.file=prometheus.yaml", f"--web.listen-address={address}", "--storage.tsdb.path=data"]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([argv, *words, "--log.level=error"], cwd=folder, stdout=log, stderr=log)
        found = Prometheus(f"http://{address}")
        try:
            wait_until(found.reads_everybody, BEGINS_SECONDS, "Prometheus")
            yield found
        finally:
            found.close()
            process.terminate()
            process.wait(30)
