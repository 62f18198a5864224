"""The Compose file, with what its example of an environment says filled in: validated, not run."""

from __future__ import annotations

import ipaddress
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
SHOWN = {"ca": "ca.crt", "cert": "tls.crt", "key": "tls.key"}
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
        assert one["mem_limit"] == (
            "512m" if name == SET_UP else SIZES[0].need_of(name).memory.removesuffix("i").lower()
        )
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
    """And each a folder, so that what is renewed is seen; one that is not there stops it."""
    for name, one in services().items():
        assert "secrets" not in one
        folders = {volume["source"]: volume for volume in one["volumes"]}
        own = {f"./{of}/{name}" for of in ("secrets", "tls", "identities")}
        assert set(folders) <= own | {"./identities/shared", "./tombstones", "./witness"} | (
            {"./identities"} if name == SET_UP else set()
        )
        assert {f"./secrets/{name}", f"./tls/{name}"} <= set(folders)
        for source, folder in folders.items():
            assert (folder["type"], folder["bind"]) == ("bind", {"create_host_path": False})
            assert folder.get("read_only") or source in {
                f"./identities/{name}",
                "./identities",
                "./tombstones",
                "./witness",
            }


def test_every_file_that_a_process_is_told_of_lies_in_what_it_is_given() -> None:
    for name, one in services().items():
        targets = tuple(f"{volume['target']}/" for volume in one["volumes"])
        told = {value for value in one["environment"].values() if value.startswith("/run/meldpunt/")}
        assert [path for path in told if not f"{path}/".startswith((*targets, *_empty(one)))] == [], name


def _empty(one: dict[str, Any]) -> list[str]:
    return [f"{path.partition(':')[0]}/" for path in one["tmpfs"]]


def test_whom_the_pages_believe_is_in_the_networks_of_this_file_and_nobody_else() -> None:
    """Docker would take any that is free, and everybody in 172.16.0.0/12 could say who he is."""
    told = filled(said())
    subnets = [ipaddress.IPv4Network(one["ipam"]["config"][0]["subnet"]) for one in told["networks"].values()]
    (whole,) = {ipaddress.IPv4Network(services()["intake"]["environment"]["MELDPUNT_TRUSTED_PROXIES"])}
    assert services()["public"]["environment"]["MELDPUNT_TRUSTED_PROXIES"] == str(whole)
    assert len(set(subnets)) == len(subnets) == len(told["networks"])
    assert all(one.subnet_of(whole) for one in subnets)
    assert whole.num_addresses <= 32 * 16
    other = filled({**said(), "NETWORK_SUBNETS": "10.9"})["networks"]["to-intake"]["ipam"]["config"][0]["subnet"]
    assert other.startswith("10.9.")


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
    assert all(told["networks"][f"to-{one}"]["internal"] is True for one in asked)
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
        used.add(job["authorization"]["credentials_file"])
        assert given[job["authorization"]["credentials_file"]] == f"./secrets/{name}/metrics"
        files = [job["tls_config"][f"{one}_file"] for one in SHOWN]
        assert files == [f"/etc/prometheus/meldpunt/tls/{one}" for one in SHOWN.values()]
    assert used == set(given), "and it is given nothing else"
    shown = {one["target"]: one["source"] for one in told["services"][PROMETHEUS]["volumes"]}
    assert shown["/etc/prometheus/meldpunt/tls"] == f"./tls/{PROMETHEUS}"


def test_who_looks_at_it_shows_a_certificate() -> None:
    served = read((FOLDER / "prometheus-web.yaml").read_text())["tls_server_config"]
    assert (served["client_auth_type"], served["min_version"]) == ("RequireAndVerifyClientCert", "TLS13")
    mounted = {one["target"]: one["source"] for one in filled(said())["services"][PROMETHEUS]["volumes"]}
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
        ("ca.crt", shown.authorities),
        ("tls.crt", shown.certificate),
        ("tls.key", shown.key),
    ):
        (tmp_path / name).write_text(file.read_text())
    text = (FOLDER / "prometheus-web.yaml").read_text()
    (tmp_path / "web.yaml").write_text(text.replace("/etc/prometheus/meldpunt/tls/", f"{tmp_path}/"))
    (tmp_path / "wrong.yaml").write_text(text.replace("RequireAndVerify", "Perhaps"))
    assert run(promtool, "check", "web-config", "web.yaml", folder=tmp_path).returncode == 0
    assert run(promtool, "check", "web-config", "wrong.yaml", folder=tmp_path).returncode != 0
