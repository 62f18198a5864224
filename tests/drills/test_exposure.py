"""What a cluster shows: one trace over several processes, TLS on every port, and nothing that people type in any byte."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from deploy.cluster import replica
from deploy.cluster.home import POSTGRES_NODES, ClusterHome, replicas
from deploy.drills.load import DECISION
from deploy.drills.place import Place
from deploy.embedded.client import HouseClient
from deploy.embedded.home import SERVICE_NAMES
from deploy.embedded.parts import HERE
from tests.house import until
from tests.parts import Parts
from tests.security.search import hits, plant
from tests.security.test_nothing_in_clear import SKIP, canary, planted_report

pytestmark = pytest.mark.drill
REPORTS = 12
"""So many that neither process of a service gets none of them but once in thousands of times."""
OF_A_REPORT = ("intake", "assessment")
"""Through whose hands each goes until it is decided."""
LOCK = Path(__file__).with_name("sslyze.lock")
OLD = ("ssl_2_0", "ssl_3_0", "tls_1_0", "tls_1_1", "tls_1_2")


class Several(Parts):
    """A cluster, through which reports went that have `mark` in every word, and the decisions on them."""

    def __init__(self, home: ClusterHome, client: HouseClient) -> None:
        self.home = home
        self.client = client
        self.mark = canary()
        self.numbers = [self._decided() for _ in range(REPORTS)]

    def _decided(self) -> str:
        # On connections of its own: which of several answers is chosen anew.
        with HouseClient(self.home) as client:
            number: str = client.post("intake", "/v1/signals", "collega", planted_report(self.mark, "colleague"))[
                "number"
            ]
            path = f"/v1/signals/{number}"
            asked = f"{path}/open-decisions"
            until(lambda: client.request("GET", "assessment", asked, "anna").is_success)
            version = client.get("assessment", asked, "anna")["version"]
            body = DECISION | {"reason": f"Om {self.mark}.", "expectedVersion": version}
            client.post("assessment", f"{path}/decisions", "anna", body)
        return number

    def spans(self) -> dict[str, list[dict[str, Any]]]:
        """By trace."""
        found = defaultdict(list)
        for file in (self.home.path / "logs").glob("traces-*.jsonl"):
            for line in file.read_text().splitlines():
                if line.endswith("}"):
                    span = json.loads(line)
                    found[span["context"]["trace_id"]].append(span)
        return found


@pytest.fixture(scope="module")
def several() -> Iterator[Several]:
    folder = Path(tempfile.mkdtemp(prefix="meldpunt-exposure-"))
    folder.chmod(0o755)
    place = Place(folder, print)
    with place.cluster() as home, HouseClient(home) as client:
        yield Several(home, client)
    place.remove()
    folder.rmdir()


def _of(span: dict[str, Any]) -> tuple[str, str]:
    """Which service, and which of its processes."""
    found = span["resource"]["attributes"]
    return found["service.name"], found["service.instance.id"]


def test_one_trace_leads_over_whichever_processes_took_part(several: Several) -> None:
    asked = "SELECT entry ->> 'trace' AS trace FROM audit_line WHERE record = $1 AND entry ->> 'action' = $2"

    def traces() -> list[str] | None:
        found = [several.sql("oversight", asked, number, "report accepted") for number in several.numbers]
        return [f"0x{one[0]['trace']}" for one in found] if all(found) else None

    told = until(traces)
    assert len(set(told)) == REPORTS

    def whole() -> list[list[dict[str, Any]]] | None:
        spans = several.spans()
        each = [spans.get(one, []) for one in told]
        return each if all({*OF_A_REPORT} <= {_of(span)[0] for span in one} for one in each) else None

    each = until(whole, 15)
    for spans in each:
        known = {span["context"]["span_id"] for span in spans}
        (root,) = (span for span in spans if span["parent_id"] not in known)
        assert _of(root)[0] == "intake", "everything hangs from the request at the door"
    took_part = {_of(span) for spans in each for span in spans}
    for service in OF_A_REPORT:
        assert len([one for one in took_part if one[0] == service]) == len(replicas(service)), took_part


def _tls_ports(several: Several) -> dict[str, int]:
    """Every port at which a part of the cluster listens, as the machine has it: none is left out by a list of ours."""
    pids = (several.home.state() or {})["pids"]
    parts = {name: pid for name, pid in pids.items() if name.partition("-")[0] in ("nats", "openbao", "postgres")}
    # PostgreSQL itself is no child of the process that is named after it, which is its Patroni.
    home = ClusterHome(several.home.path)
    servers = {name: replica.postmaster(home, name) for name in POSTGRES_NODES}
    parts |= {f"{name} itself": one.pid for name, one in servers.items() if one}
    found = {}
    for name, pid in parts.items():
        for one in psutil.Process(pid).net_connections(kind="tcp"):
            if one.status == psutil.CONN_LISTEN:
                assert one.laddr.ip == HERE, f"{name} listens beyond this machine"
                found[f"{name} {one.laddr.port}"] = one.laddr.port
    return found


@pytest.fixture(scope="module")
def scanner(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """In an environment of its own: it wants an older library of cryptography than the house has."""
    folder = tmp_path_factory.mktemp("scanner")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "-r", str(LOCK)], check=True)
    return folder / "bin" / "sslyze"


def test_every_port_of_a_part_speaks_tls_1_3_alone(several: Several, scanner: Path, tmp_path: Path) -> None:
    ports = _tls_ports(several)
    for part in ("nats-1", "nats-2", "nats-3", "openbao-1", "openbao-2", "openbao-3", "postgres"):
        assert any(one.startswith(part) for one in ports), f"nothing listens of {part}: {sorted(ports)}"
    wrong = {}
    for name, port in ports.items():
        said = tmp_path / f"{port}.json"
        asked = ["--tlsv1_3", "--tlsv1_2", "--tlsv1_1", "--tlsv1", "--sslv3", "--sslv2", "--compression", "--reneg"]
        # A Patroni says over HTTPS whether its PostgreSQL is the primary.
        is_database = name.startswith("postgres ") or " itself " in name
        more = ["--starttls", "postgres"] if is_database else []
        argv = [str(scanner), *asked, *more, "--mozilla_config", "disable", "--json_out", str(said), f"{HERE}:{port}"]
        subprocess.run(argv, check=True, capture_output=True)
        if problem := _weak(json.loads(said.read_text()), port):
            wrong[name] = problem
    assert wrong == {}
    assert _heard(next(port for name, port in ports.items() if name.startswith("nats-1"))), "the look hears"


def _weak(said: dict[str, Any], port: int) -> str | None:
    """What is wrong with a port, by what was found there."""
    (found,) = said["server_scan_results"]
    if found["connectivity_status"] != "COMPLETED":
        # Where nodes of OpenBao speak among each other: to who does not name their own protocol nothing is said at all.
        return f"says something: {heard}" if (heard := _heard(port)) else None
    if found["connectivity_result"]["client_auth_requirement"] == "DISABLED":
        return "takes whoever shows no certificate"
    results = found["scan_result"]
    old = [one for one in OLD if results[f"{one}_cipher_suites"]["result"]["accepted_cipher_suites"]]
    if old:
        return f"speaks {', '.join(old)}"
    if not results["tls_1_3_cipher_suites"]["result"]["accepted_cipher_suites"]:
        return "does not speak TLS 1.3"
    return None


def _heard(port: int) -> str:
    """What a stranger gets to hear: with a handshake of any version, and in plain text. Empty when nothing."""
    shown = ssl.create_default_context()
    shown.check_hostname, shown.verify_mode = False, ssl.CERT_NONE
    with (
        contextlib.suppress(OSError),
        socket.create_connection((HERE, port), timeout=5) as plain,
        shown.wrap_socket(plain) as spoken,
    ):
        return spoken.version() or "TLS"
    with contextlib.suppress(OSError), socket.create_connection((HERE, port), timeout=5) as plain:
        plain.sendall(b"GET / HTTP/1.0\r\n\r\n")
        return plain.recv(100).decode(errors="replace")
    return ""


def test_nothing_that_people_type_is_in_a_byte_of_any_process(several: Several, tmp_path: Path) -> None:
    """Invariant 2, over every replica: databases and their logs of changes, streams, keys, logs, traces, figures."""
    for name in SERVICE_NAMES:
        several.sql(name, "CHECKPOINT")
    shown = several.home.path / "logs"
    for name in SERVICE_NAMES:
        secret = {"Authorization": f"Bearer {several.home.secret(f'metrics-{name}')}"}
        for one in replicas(name):
            port = (several.home.state() or {})["several"][one]
            answer = httpx.get(f"http://{HERE}:{port}/metrics", headers=secret).raise_for_status()
            (shown / f"metrics-{one}.txt").write_text(answer.text)
    assert hits(several.home.path, several.mark, SKIP) == []
    assert hits(several.home.path, several.numbers[0], SKIP), "the search finds what is there"
    planted = plant(tmp_path / "planted", several.mark)
    seen = {one.partition(":")[0] for one in hits(tmp_path / "planted", several.mark)}
    assert seen == {*planted}
