"""Keys that are renewed while OpenBao serves: the seal key, secret ids, and those that sign log-ins."""

from __future__ import annotations

import json
import re
from argparse import Namespace
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import hvac
import pytest

from deploy.embedded.home import PARTS, SERVICE_NAMES, Home, HouseError
from deploy.embedded.keys import keys
from deploy.embedded.renew import RENEWED, renewed
from deploy.embedded.seal import SealRotation, recovery_key, was_sealed_anew
from deploy.embedded.status import processes_of
from deploy.openbao import people, renew, revoke
from deploy.openbao.log_ins import credentials
from deploy.openbao.server import seal_id
from shared.keys.mac import Mac
from tests.platform.conftest import BaoOf
from tests.platform.real import Bao, RealParts

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "house")
    made.make()
    return made


@pytest.fixture(scope="module")
def sealed() -> Iterator[RealParts]:
    """An OpenBao of its own: the key that opens it goes."""
    made = RealParts()
    assert made.openbao
    yield made
    made.stop()


# --- the seal key -------------------------------------------------------------------------------------------------------


def test_another_seal_key_and_nothing_opens_with_the_one_of_before(sealed: RealParts) -> None:
    said: list[str] = []
    rotation = SealRotation(sealed.home, sealed.nodes, sealed.write_openbao, said.append)
    (first,) = sealed.home.seal_keys()
    kept = first.read_text()
    sealed.openbao.administrator.write_data("kv/data/kept", data={"data": {"n": 1}})
    made = recovery_key(sealed.openbao.administrator)
    assert len(made) == 1
    assert recovery_key(sealed.openbao.administrator) == [], "it is shown once"
    rotation.rotate()
    (second,) = sealed.home.seal_keys()
    assert (seal_id(first), seal_id(second)) == ("embedded-1", "embedded-2")
    assert not first.exists()
    assert said == ["OpenBao is sealed with embedded-2; nothing opens with embedded-1"]
    # Whoever has the former key, and the name of the newer one, opens nothing.
    good, bad = second.read_text(), kept
    sealed.supervisor._end("openbao")
    sealed.home.write(second, bad)
    sealed.supervisor._spawn(sealed.write_openbao("openbao"))
    with pytest.raises(HouseError):
        sealed.supervisor.wait_for("openbao", 2)
    sealed.supervisor._end("openbao")
    sealed.home.write(second, good)
    sealed.supervisor._spawn(sealed.write_openbao("openbao"))
    sealed.supervisor.wait_for("openbao", 30)
    assert sealed.openbao.anew().read("kv/data/kept")["data"]["data"] == {"n": 1}


def test_without_a_recovery_key_nothing_is_thrown_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenBao seals nothing anew then, and says so nowhere but in its log."""
    parts = RealParts()
    try:
        assert parts.openbao
        said: list[str] = []
        rotation = SealRotation(parts.home, parts.nodes, parts.write_openbao, said.append)
        rotation.when_asked()
        assert said == [], "nobody asked"
        parts.home.write(parts.home.seal_asked, "")
        with monkeypatch.context() as patch:
            patch.setattr("deploy.embedded.seal.PATIENCE", 2)
            rotation.when_asked()
        assert not parts.home.seal_asked.exists(), "who asked is not left waiting"
        assert "was not rotated: HouseError" in said[0]
        first, second = parts.home.seal_keys()
        # It goes on where it was.
        recovery_key(parts.openbao.anew())
        rotation.rotate()
        assert parts.home.seal_keys() == [second]
        assert not first.exists()
        assert parts.openbao.anew().is_authenticated()
    finally:
        parts.stop()


def test_who_rotates_keeps_the_order_of_numbers(home: Home) -> None:
    for number in (9, 10, 1, 2):
        home.new_seal_key(number)
    assert [seal_id(one) for one in home.seal_keys()] == [f"embedded-{n}" for n in (1, 2, 9, 10)]
    assert all(re.fullmatch("[0-9a-f]{64}", one.read_text()) for one in home.seal_keys())


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("2026-11-29T12:00:01.508Z [INFO]  core.autoseal: upgrading stored keys", True),
        ("2026-11-29T11:59:59.508Z [INFO]  core.autoseal: upgrading stored keys", False),
        ("2026-11-29T12:00:01.508Z [INFO]  core.autoseal: upgrading recovery key", False),
        ("2026-11-29T12:00:01.508Z [WARN]  core: post-unseal upgrade seal keys failed", False),
        ("", False),
    ],
)
def test_only_a_line_of_this_time_says_that_it_was_sealed_anew(line: str, counts: bool) -> None:
    assert was_sealed_anew(f"==> a banner\n{line}\n", NOW) is counts


# --- secret ids ---------------------------------------------------------------------------------------------------------


def test_every_process_has_another_secret_id_and_those_of_before_are_refused(openbao: Bao, tmp_path: Path) -> None:
    files = {one: tmp_path / one for one in ("rights-1", "rights-2")}
    openbao.give_credentials("rights")
    try:
        for file in files.values():
            file.write_text(json.dumps(bao_credentials(openbao)))
        before = {name: secret_id(file) for name, file in files.items()}
        assert all(renew.counts(openbao.administrator, "rights", one) for one in before.values()), (
            "or this shows nothing"
        )
        ended = renew.secret_ids(openbao.administrator, "rights", handed(files))
        assert ended >= 2
        assert not any(renew.counts(openbao.administrator, "rights", one) for one in before.values())
        after = {name: secret_id(file) for name, file in files.items()}
        assert len({*before.values(), *after.values()}) == 4
        for one in after.values():
            assert renew.counts(openbao.administrator, "rights", one)
        assert len(renew.accessors(openbao.administrator, "rights")) == 2
    finally:
        openbao.give_credentials("rights")


def test_a_process_that_renews_its_own_at_the_same_moment_is_not_shut_out(openbao: Bao, tmp_path: Path) -> None:
    """It had asked for one just before, and puts that in its file just after: that one is ended."""
    file, own = tmp_path / "rights", bao_credentials(openbao)

    def write(text: str) -> None:
        file.write_text(json.dumps(own) if not file.exists() else text)

    try:
        renew.secret_ids(openbao.administrator, "rights", {"rights": (file.read_text, write)})
        assert secret_id(file) != own["secret_id"]
        assert renew.counts(openbao.administrator, "rights", secret_id(file))
    finally:
        openbao.give_credentials("rights")


def bao_credentials(openbao: Bao) -> dict[str, str]:
    return credentials(openbao.administrator, "rights")


def secret_id(file: Path) -> str:
    return str(json.loads(file.read_text())["secret_id"])


def handed(files: dict[str, Path]) -> renew.Files:
    return {name: (file.read_text, partial(_write, file)) for name, file in files.items()}


def _write(file: Path, text: str) -> None:
    file.write_text(text)


# --- rows ---------------------------------------------------------------------------------------------------------------


async def test_who_runs_on_believes_what_a_process_with_a_newer_key_wrote(
    openbao: Bao, bao_of: BaoOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when somebody had written a row before that names a version that there was not yet."""
    monkeypatch.setattr("shared.keys.mac.UNKNOWN_SECONDS", 0.0)
    running = Mac("rights", bao_of("rights"))
    await running.prepare()
    first = await running.of("thing", {"n": 1})
    newest = int(first[1])
    assert not await running.agrees("thing", {"n": 1}, f"v{newest + 1}:{first[3:]}")
    revoke.rotate_rows(openbao.administrator, "rights")
    begun = Mac("rights", bao_of("rights"))
    await begun.prepare()
    second = await begun.of("thing", {"n": 1})
    assert second.startswith(f"v{newest + 1}:")
    assert await running.agrees("thing", {"n": 1}, second)
    assert await begun.agrees("thing", {"n": 1}, first)
    assert not await running.agrees("thing", {"n": 2}, second)


# --- log-in, and what is asked for ----------------------------------------------------------------------------------------


def test_the_provider_signs_with_another_key_and_forgets_the_one_of_before(openbao: Bao, home: Home) -> None:
    people.apply(openbao.administrator, openbao.address, {})
    before = kids(openbao)
    people.renew_signing(openbao.administrator, "24h")
    assert before < kids(openbao), "what was signed just before is still believed"


def kids(openbao: Bao) -> set[str]:
    shown = openbao.tls("access").context
    found: dict[str, Any] = httpx.get(
        f"{openbao.address}/v1/identity/oidc/provider/meldpunt/.well-known/keys", verify=shown, timeout=60
    ).json()
    return {one["kid"] for one in found["keys"]}


def test_what_there_is_not_is_named_with_what_there_is(home: Home) -> None:
    with pytest.raises(HouseError, match=", ".join(RENEWED)):
        renewed(home, hvac.Client(), "everything")


def test_nothing_is_renewed_where_nobody_runs(home: Home) -> None:
    with pytest.raises(HouseError, match="no house is running"):
        keys(home, Namespace(what="renew", key="seal"))


def test_the_processes_of_a_service_are_those_that_its_house_has(home: Home) -> None:
    addresses = {one: f"http://127.0.0.1:{port}" for port, one in enumerate((*PARTS, *SERVICE_NAMES), 1)}
    home.write_state({"addresses": addresses})
    assert processes_of(home, "assessment") == {"assessment": addresses["assessment"]}
    home.write_state({"addresses": addresses, "several": {"assessment-1": 92, "assessment-2": 93, "nats-1": 95}})
    found = {"assessment-1": "http://127.0.0.1:92", "assessment-2": "http://127.0.0.1:93"}
    assert processes_of(home, "assessment") == found
