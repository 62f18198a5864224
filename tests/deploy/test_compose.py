"""The Compose file, with what its example of an environment says filled in: validated, not run."""

from __future__ import annotations

import json
import re
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose

from deploy.generate import ROOT
from deploy.tls.authority import Authority
from deploy.topology import PORT, SIZES, USER
from deploy.wiring import House
from shared.asking import PROMETHEUS, REACHED_FROM_OUTSIDE, SET_UP, edges
from tests.deploy.rendered import read
from tests.watchers import run, tool

FOLDER = ROOT / "deploy" / "compose"
TEXT = (FOLDER / "compose.yaml").read_text()
EXAMPLE = (FOLDER / ".env.example").read_text()
SHOWN = {"ca": "./tls/ca.crt", "cert": f"./tls/{PROMETHEUS}.crt", "key": f"./tls/{PROMETHEUS}.key"}
OURS = {*House().processes, SET_UP}


def said(example: str = EXAMPLE) -> dict[str, str]:
    found = dict(re.findall(r"^([A-Z_]+)=(.*)$", example, re.MULTILINE))
    return {**found, "IMAGE": f"registry.example.nl/meldpunt@sha256:{'0' * 64}"}


def filled(given: dict[str, str]) -> dict[str, Any]:
    """As Compose fills in `${NAME:-default}` and `${NAME:?what to do}`, once it has read the file."""

    def value(match: re.Match[str]) -> str:
        name, how, rest = match.groups()
        if given.get(name):
            return given[name]
        if how == "?":
            raise LookupError(name)
        return rest

    def inside(found: Any) -> Any:
        if isinstance(found, dict):
            return {key: inside(one) for key, one in found.items()}
        if isinstance(found, list):
            return [inside(one) for one in found]
        return re.sub(r"\$\{([A-Z_]+):([-?])([^}]*)\}", value, found) if isinstance(found, str) else found

    told: dict[str, Any] = inside(read(TEXT))
    return told


def services() -> dict[str, dict[str, Any]]:
    """Ours, without who watches them."""
    found: dict[str, dict[str, Any]] = filled(said())["services"]
    return {name: one for name, one in found.items() if name != PROMETHEUS}


def test_it_is_a_compose_file() -> None:
    assert set(PyCompose.from_yaml(yaml.safe_dump(filled(said()))).service_names()) == OURS | {PROMETHEUS}


@pytest.mark.parametrize(
    "wrong", [("read_only: true", "read_onli: true"), ("pids_limit: 256", "pids_limit: many"), ("- ALL", "- all: ALL")]
)
def test_what_is_no_compose_file_is_refused(wrong: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="line"):
        PyCompose.from_yaml(yaml.safe_dump(filled(said())).replace(*wrong, 1))


@pytest.mark.parametrize("name", ["IMAGE", "OPENBAO_ADDRESS", "PROVIDER_ISSUER", "ADDRESSES_PORTAL"])
def test_without_what_only_the_municipality_knows_nothing_starts(name: str) -> None:
    with pytest.raises(LookupError, match=name):
        filled({**said(), name: ""})


def test_the_example_names_everything_that_can_be_said() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+):", TEXT))
    assert asked == set(re.findall(r"^#?([A-Z_]+)=", EXAMPLE, re.MULTILINE))


def test_everything_runs_without_rights_and_writes_nowhere() -> None:
    for name, one in services().items():
        assert one["user"] == f"{USER}:{USER}"
        assert one["read_only"] is True
        assert one["cap_drop"] == ["ALL"]
        assert one["security_opt"] == ["no-new-privileges:true"]
        assert not {"privileged", "network_mode", "pid", "cap_add", "devices"} & set(one)
        assert one["mem_limit"] == SIZES[0].need_of(name).memory.removesuffix("i").lower()
        assert name == SET_UP or one["healthcheck"]["test"][-2:] == ["/app/deploy/probe.py", "/readyz"]


def test_two_share_a_network_where_one_may_ask_the_other_and_nowhere_else() -> None:
    told = services()
    for one, other in combinations(sorted(OURS), 2):
        between = {(edge.who, edge.whom) for edge in edges()} & {(one, other), (other, one)}
        shared = set(told[one]["networks"]) & set(told[other]["networks"])
        if between:
            ((_, asked),) = between
            assert shared == {f"to-{asked}"}
        else:
            # Two who ask the same one share its network. Neither takes anybody who is not of the house, nor is asked there.
            assert all(one != network.removeprefix("to-") != other for network in shared)


def test_only_what_is_for_outside_is_published_and_only_to_the_gateway_on_this_host() -> None:
    published = {name: one["ports"] for name, one in services().items() if "ports" in one}
    assert set(published) == set(REACHED_FROM_OUTSIDE)
    for (port,) in published.values():
        assert re.fullmatch(rf"127\.0\.0\.1:\d+:{PORT}", port)
    assert len({port for (port,) in published.values()}) == len(published)


def test_every_process_reads_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    house = House()
    for name, one in services().items():
        with monkeypatch.context() as process:
            for variable, value in one["environment"].items():
                process.setenv(variable, value)
            house.settings(name).model_validate({})
    assert set(json.loads(services()["portal"]["environment"]["MELDPUNT_SERVICES"])) == set(house.rows)


def test_nobody_is_given_a_secret_of_another() -> None:
    secrets = filled(said())["secrets"]
    assert all(set(one) == {"file"} for one in secrets.values()), "a file each, and no value"
    for name, one in services().items():
        for secret in one["secrets"]:
            file = secrets[secret["source"]]["file"]
            assert file == "./tls/ca.crt" or file.startswith((f"./secrets/{name}/", f"./tls/{name}.")), (name, file)
        if name != SET_UP:
            folders = [volume.partition(":")[0] for volume in one.get("volumes", [])]
            own = {f"./identities/{name}", "./identities/shared", "./tombstones", "./witness"}
            assert set(folders) <= own


# --- Prometheus --------------------------------------------------------------------------------------


def test_prometheus_runs_when_it_is_asked_for_and_has_no_rights() -> None:
    one = filled(said())["services"][PROMETHEUS]
    assert one["profiles"] == [PROMETHEUS]
    assert (one["user"], one["read_only"], one["cap_drop"]) == (f"{USER}:{USER}", True, ["ALL"])
    assert one["security_opt"] == ["no-new-privileges:true"]
    assert one["ports"] == ["127.0.0.1:9090:9090"]
    assert not {"privileged", "network_mode", "pid", "cap_add", "devices", "environment"} & set(one)


def test_it_reaches_whom_the_table_lets_it_and_nobody_else() -> None:
    """No part, no set-up, no way out of a process: it is in the network of each that it asks, and in its own."""
    told = filled(said())
    asked = {edge.whom for edge in edges() if edge.who == PROMETHEUS}
    assert set(told["services"][PROMETHEUS]["networks"]) == {f"out-{PROMETHEUS}", *(f"to-{one}" for one in asked)}
    assert all(told["networks"][f"to-{one}"] == {"internal": True} for one in asked)
    assert all(f"to-{one}" in told["services"][one]["networks"] for one in asked)


def test_it_scrapes_each_with_its_certificate_and_that_ones_secret() -> None:
    told = filled(said())
    given = {one["target"]: told["secrets"][one["source"]]["file"] for one in told["services"][PROMETHEUS]["secrets"]}
    jobs = read((FOLDER / "prometheus.yaml").read_text())["scrape_configs"]
    assert {one["tls_config"]["server_name"] for one in jobs} == {
        edge.whom for edge in edges() if edge.who == PROMETHEUS
    }
    used = set()
    for job in jobs:
        name = job["tls_config"]["server_name"]
        assert job["scheme"] == "https"
        assert job["dns_sd_configs"] == [{"names": [name], "type": "A", "port": PORT}]
        used |= {job["authorization"]["credentials_file"], *(job["tls_config"][f"{one}_file"] for one in SHOWN)}
        assert given[job["authorization"]["credentials_file"]] == f"./secrets/{name}/metrics"
        assert [given[job["tls_config"][f"{one}_file"]] for one in SHOWN] == [*SHOWN.values()]
    assert used == set(given), "and it is given nothing else"


def test_who_looks_at_it_shows_a_certificate() -> None:
    served = read((FOLDER / "prometheus-web.yaml").read_text())["tls_server_config"]
    assert (served["client_auth_type"], served["min_version"]) == ("RequireAndVerifyClientCert", "TLS13")
    mounted = {one.split(":")[1]: one.split(":")[0] for one in filled(said())["services"][PROMETHEUS]["volumes"]}
    assert mounted["/etc/prometheus/web.yaml"] == "./prometheus-web.yaml"
    assert "--web.config.file=/etc/prometheus/web.yaml" in filled(said())["services"][PROMETHEUS]["command"]


def test_prometheus_reads_its_configuration(tmp_path: Path) -> None:
    promtool = tool("promtool")
    checked = run(promtool, "check", "config", "--syntax-only", "prometheus.yaml", folder=FOLDER)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    authority = Authority(tmp_path / "tls")
    authority.make()
    shown = authority.of(SET_UP)
    for name, file in (
        ("ca.pem", shown.authorities),
        ("prometheus.pem", shown.certificate),
        ("prometheus.key", shown.key),
    ):
        (tmp_path / name).write_text(file.read_text())
    text = (FOLDER / "prometheus-web.yaml").read_text()
    (tmp_path / "web.yaml").write_text(text.replace("/etc/prometheus/meldpunt/", f"{tmp_path}/"))
    (tmp_path / "wrong.yaml").write_text(text.replace("RequireAndVerify", "Perhaps"))
    assert run(promtool, "check", "web-config", "web.yaml", folder=tmp_path).returncode == 0
    assert run(promtool, "check", "web-config", "wrong.yaml", folder=tmp_path).returncode != 0
