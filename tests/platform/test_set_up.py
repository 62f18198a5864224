"""The set-up of an installation, as the job of the chart and the Compose file run it, on the real parts."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hvac
import nats
import pytest
from hvac.exceptions import Forbidden, InvalidRequest

from deploy import set_up
from deploy.openbao.applied import APPLIED
from deploy.set_up import SetUpSettings, main
from deploy.tls.identities import SETUP_USER
from shared.privileges import SERVICES
from tests.parts import run_async
from tests.platform.real import HERE, RealParts

PASSWORDS = ("postgres", "provisioner", "openbao_database", "door", "nats_set_up")


@pytest.fixture
def told(parts: RealParts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The environment of the job; returns the folder of its secret."""
    secret = parts.home.secret
    found = {
        "postgres": secret("postgres"),
        "provisioner": secret("provisioner"),
        "openbao_database": secret("postgres-openbao"),
        "door": secret("door-password"),
        "nats_set_up": parts.nats.passwords[SETUP_USER],
    }
    folder = tmp_path / "secrets"
    folder.mkdir()
    for name, password in found.items():
        (folder / name).write_text(f"{password}\n")
        monkeypatch.setenv(f"MELDPUNT_{name.upper()}_PASSWORD", str(folder / name))
    for of, prefix in ((SETUP_USER, ""), ("openbao", "OPENBAO_")):
        tls = parts.home.tls(of)
        files = {"AUTHORITIES": tls.authorities, "CERTIFICATE": tls.certificate, "KEY": tls.key}
        for name, file in files.items():
            monkeypatch.setenv(f"MELDPUNT_{prefix}TLS_{name}", str(file))
    monkeypatch.setenv("MELDPUNT_OPENBAO_ADDRESS", parts.openbao.address)
    monkeypatch.setenv("MELDPUNT_NATS_ADDRESS", parts.nats.address)
    # Of two that are named one is away: the set-up and OpenBao go to the other.
    monkeypatch.setenv("MELDPUNT_DATABASE_HOSTS", f"{HERE}:1,{HERE}:{parts.postgres.port}")
    return folder


async def _schemas(parts: RealParts) -> dict[str, int]:
    """By service, how many tables its database has."""
    found = {}
    for service in SERVICES:
        connection = await parts.postgres.connect(service.name)
        try:
            found[service.name] = await connection.fetchval(
                "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner = $1",
                f"{service.name}_owner",
            )
        finally:
            await connection.close()
    return found


async def _streams(parts: RealParts) -> dict[str, int]:
    """By stream, how many consumers it has."""
    connection = await nats.connect(
        parts.nats.address,
        user=SETUP_USER,
        password=parts.nats.passwords[SETUP_USER],
        tls=parts.home.tls(SETUP_USER).context,
        tls_handshake_first=True,
    )
    try:
        found = await connection.jetstream().streams_info()
        return {str(one.config.name): one.state.consumer_count for one in found}
    finally:
        await connection.close()


def test_every_part_is_as_the_table_says_and_again(parts: RealParts, told: Path) -> None:
    for _ in range(2):
        main(["apply"])
        schemas, streams = run_async(_schemas(parts)), run_async(_streams(parts))
        assert min(schemas.values()) > 5
        assert streams == {one.stream: sum(one.name in other.consumes for other in SERVICES) for one in SERVICES}


def test_everybody_is_given_what_is_his(
    parts: RealParts, told: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "given"
    main(["identities", str(folder)])
    written = {str(one.relative_to(folder)): one for one in folder.rglob("*") if one.is_file()}
    expected = {f"{one.name}/approle" for one in SERVICES} | {"nats/nats.json"}
    assert set(written) == expected
    assert {stat.S_IMODE(one.stat().st_mode) for one in written.values()} == {0o600}
    assert capsys.readouterr().out == ""
    for service in SERVICES:
        role = json.loads(written[f"{service.name}/approle"].read_text())
        tls = parts.home.tls(service.name)
        shown = (str(tls.certificate), str(tls.key))
        bao = hvac.Client(url=parts.openbao.address, cert=shown, verify=str(tls.authorities))
        token = bao.auth.approle.login(role["role_id"], role["secret_id"])
        assert token["auth"]["policies"] == [f"service-{service.name}"]
    users = json.loads(written["nats/nats.json"].read_text())["authorization"]["users"]
    assert {one["user"] for one in users} == {SETUP_USER, *(one.name for one in SERVICES)}


def test_of_several_servers_of_nats_each_has_a_configuration_of_its_own(
    parts: RealParts, told: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers = {f"nats-{one}": f"nats-{one}.example.nl:6222" for one in (1, 2, 3)}
    monkeypatch.setenv("MELDPUNT_NATS_SERVERS", ",".join(f"{name}={place}" for name, place in servers.items()))
    with pytest.raises(SystemExit, match="nats_routes_password"):
        main(["identities", str(tmp_path / "without")])
    (told / "routes").write_text("shown among servers\n")
    monkeypatch.setenv("MELDPUNT_NATS_ROUTES_PASSWORD", str(told / "routes"))
    main(["identities", str(tmp_path / "given")])
    assert SetUpSettings.model_validate({}).nats_replicas == 3
    for name in servers:
        config = json.loads((tmp_path / "given" / name / "nats.json").read_text())
        assert config["server_name"] == name
        assert config["cluster"]["port"] == 6222
        assert config["cluster"]["routes"] == [
            f"nats-route://routes:shown%20among%20servers@{place}" for place in servers.values()
        ]
        assert config["cluster"]["tls"]["verify"]
    assert not (tmp_path / "given" / "nats").exists()


@pytest.mark.parametrize("servers", ["nats-1=a:1,nats-2=b:1", "nats-1=a:1,nats-1=b:1,nats-2=c:1", "a:1", "nats-1=a"])
def test_what_names_no_servers_is_refused_with_whatever_else_is_wrong(
    told: Path, monkeypatch: pytest.MonkeyPatch, servers: str
) -> None:
    monkeypatch.setenv("MELDPUNT_NATS_SERVERS", servers)
    monkeypatch.setenv("MELDPUNT_WORKLOAD_ISSUER", "https://cluster.example.nl")
    with pytest.raises(ValueError, match="workload_namespace") as caught:
        main(["apply"])
    assert "an odd number of servers" in str(caught.value)


def test_who_is_not_the_provisioner_sets_nothing_up(parts: RealParts, told: Path, tmp_path: Path) -> None:
    (told / "provisioner").write_text("guessed")
    with pytest.raises(InvalidRequest):
        main(["identities", str(tmp_path / "given")])
    assert not (tmp_path / "given").exists()


@pytest.fixture
def released(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """`released("0.2.0")`: the set-up is that of this version."""
    return lambda version: monkeypatch.setattr(set_up, "RELEASE", version)


def _forget(parts: RealParts) -> None:
    """As where nothing was set up by this command yet."""
    parts.openbao.administrator.delete(APPLIED.replace("/data/", "/metadata/"))


def _rights(parts: RealParts) -> Any:
    return parts.openbao.administrator.sys.read_policy("service-casework")["data"]["rules"]


def test_an_older_version_takes_nothing_from_a_newer_one(
    parts: RealParts, told: Path, tmp_path: Path, released: Callable[[str], None]
) -> None:
    """Also when the newer one stopped half-way: it says which it is before it gives anything."""
    bao = parts.openbao.administrator
    _forget(parts)
    released("0.2.0")
    main(["apply"])
    more = json.dumps({"path": {"kv/data/only-of-the-newer": {"capabilities": ["read"]}}})
    before = _rights(parts)
    try:
        bao.sys.create_or_update_policy("service-casework", more)
        for older in ("0.1.0", "0.1.12"):
            released(older)
            for step in (["apply"], ["identities", str(tmp_path / "given")]):
                with pytest.raises(SystemExit, match=rf"0\.2\.0 was set up here last, and this is {older}.*--go-back"):
                    main(step)
        assert "only-of-the-newer" in _rights(parts)
        assert not (tmp_path / "given").exists()
        # The same one, and a newer one, go on; and back only who is told to.
        for version in ("0.2.0", "0.10.0"):
            released(version)
            main(["apply"])
        released("0.2.0")
        main(["apply", "--go-back"])
        assert _rights(parts) == before
        main(["apply"])
        released("0.1.0")
        with pytest.raises(SystemExit, match=r"0\.2\.0"):
            main(["apply"])
        # A name that this one does not know is of something later; one that somebody deleted says nothing.
        bao.write_data(APPLIED, data={"data": {"version": "2030.1"}})
        with pytest.raises(SystemExit, match=r"2030\.1 was set up here last"):
            main(["apply"])
        bao.delete(APPLIED)
        main(["apply"])
        assert bao.read(APPLIED)["data"]["data"] == {"version": "0.1.0"}
    finally:
        _forget(parts)
        bao.sys.create_or_update_policy("service-casework", before)


def test_no_service_reads_or_writes_which_version_was_set_up(parts: RealParts, told: Path) -> None:
    main(["apply"])
    assert parts.openbao.administrator.read(APPLIED)["data"]["data"] == {"version": set_up.RELEASE}
    for service in SERVICES:
        role, tls = parts.openbao.credentials(service.name), parts.home.tls(service.name)
        given = json.loads(role.read_text())
        shown = (str(tls.certificate), str(tls.key))
        bao = hvac.Client(url=parts.openbao.address, cert=shown, verify=str(tls.authorities))
        bao.auth.approle.login(given["role_id"], given["secret_id"])
        with pytest.raises(Forbidden):
            bao.read(APPLIED)
        with pytest.raises(Forbidden):
            bao.write_data(APPLIED, data={"data": {"version": "0.0.1"}})
