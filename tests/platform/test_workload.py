"""A process of which its cluster says who it is: it logs in with that, and with nothing else, and nobody else does with it."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hvac.exceptions import InvalidPath, InvalidRequest
from joserfc import jwt
from joserfc.jwk import ECKey

from deploy.openbao import log_ins, revoke
from deploy.openbao.log_ins import AUDIENCE, Workload
from deploy.set_up import SetUpSettings
from shared.errors import MeldpuntError
from shared.openbao import WORKLOAD, BaoError, BaoRefused, OpenBao
from tests.platform.real import HERE, Bao, RealParts

SERVICE, NAMESPACE, ISSUER = "worklist", "meldpunt", "https://cluster.example.nl"
PATH = f"sign/sign/{SERVICE}"


class Cluster:
    """What of Kubernetes matters here: a key with which it signs, and an address at which the public half is found."""

    def __init__(self, parts: RealParts) -> None:
        self.key = ECKey.generate_key("P-256", {"kid": "first"})
        public = self.key.as_dict(private=False) | {"alg": "ES256", "use": "sig"}
        keys = json.dumps({"keys": [public]}).encode()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "application/jwk-set+json")
                self.end_headers()
                self.wfile.write(keys)

            def log_message(self, *_: Any) -> None:
                pass

        tls = parts.home.tls("portal")
        shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        shown.load_cert_chain(tls.certificate, tls.key)
        self._server = ThreadingHTTPServer((HERE, 0), Handler)
        self._server.socket = shown.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        self.workload = Workload(
            ISSUER, f"https://{HERE}:{self._server.server_port}/openid/v1/jwks", NAMESPACE, tls.authorities.read_text()
        )

    def says(self, *, key: ECKey | None = None, **others: Any) -> str:
        """A token for the process of SERVICE, but for what is said otherwise."""
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": [AUDIENCE],
            "sub": self.workload.subject(SERVICE),
            "iat": now,
            "nbf": now,
            "exp": now + 600,
        }
        return jwt.encode({"alg": "ES256", "kid": "first"}, claims | others, key or self.key)

    def end(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def cluster(parts: RealParts, openbao: Bao) -> Iterator[Cluster]:
    """OpenBao takes its word for SERVICE, and for SERVICE nothing else."""
    found = Cluster(parts)
    try:
        log_ins.apply(openbao.administrator, [SERVICE], found.workload)
        yield found
    finally:
        log_ins.apply(openbao.administrator, [SERVICE], None)
        openbao.give_credentials(SERVICE)
        found.end()


@dataclass
class Pod:
    client: OpenBao
    file: Path


@pytest.fixture
async def pod(openbao: Bao, tmp_path: Path) -> AsyncIterator[Callable[..., Pod]]:
    """`pod(text, service)`: a process that finds `text` where its identity lies."""
    made: list[Pod] = []

    def start(text: str, service: str = SERVICE) -> Pod:
        file = tmp_path / f"token-{len(made)}"
        file.write_text(text)
        made.append(Pod(OpenBao(openbao.address, file, openbao.tls(SERVICE), service=service), file))
        return made[-1]

    yield start
    for one in made:
        await one.client.close()


async def signs(client: OpenBao, service: str = SERVICE) -> bool:
    answer = await client.call("POST", f"sign/sign/{service}", {"input": "eA=="})
    return bool(answer["data"]["signature"])


async def test_who_the_cluster_says_it_is_has_exactly_his_rights(cluster: Cluster, pod: Callable[..., Pod]) -> None:
    mine = pod(cluster.says())
    assert await signs(mine.client)
    with pytest.raises(BaoRefused):
        await signs(mine.client, "rights")


@pytest.mark.parametrize(
    "others",
    [
        {"sub": f"system:serviceaccount:{NAMESPACE}:meldpunt-rights"},
        {"sub": f"system:serviceaccount:elsewhere:meldpunt-{SERVICE}"},
        {"aud": ["https://kubernetes.default.svc"]},
        {"iss": "https://another.example.nl"},
        {"exp": 1_700_000_600, "nbf": 1_700_000_000, "iat": 1_700_000_000},
        {"key": ECKey.generate_key("P-256", {"kid": "first"})},
    ],
    ids=["another service", "another namespace", "for the API", "another cluster", "ended", "forged"],
)
async def test_what_is_not_said_of_it_opens_nothing(
    cluster: Cluster, pod: Callable[..., Pod], others: dict[str, Any]
) -> None:
    with pytest.raises((BaoError, BaoRefused)):
        await signs(pod(cluster.says(**others)).client)


async def test_another_one_does_not_log_in_as_it(cluster: Cluster, pod: Callable[..., Pod]) -> None:
    with pytest.raises(MeldpuntError):
        await signs(pod(cluster.says(), "rights").client, "rights")


async def test_its_file_is_read_at_each_log_in_and_never_written(
    openbao: Bao, cluster: Cluster, pod: Callable[..., Pod]
) -> None:
    mine = pod(cluster.says())
    assert await signs(mine.client)
    # The cluster puts the next one there, and what was had with the one before ends.
    newer = cluster.says(jti="next")
    mine.file.write_text(newer)
    await mine.client.renew_credentials(SERVICE)
    assert mine.file.read_text() == newer
    assert len(revoke.tokens(openbao.administrator, SERVICE)) >= 1
    revoke.end_access(openbao.administrator, SERVICE)
    assert revoke.tokens(openbao.administrator, SERVICE) == []
    assert await signs(mine.client)


def test_there_is_one_way_in(openbao: Bao, cluster: Cluster) -> None:
    with pytest.raises(InvalidPath):
        openbao.administrator.write(f"auth/approle/role/{SERVICE}/secret-id")
    log_ins.apply(openbao.administrator, [SERVICE], None)
    assert f"{WORKLOAD}/" not in openbao.administrator.sys.list_auth_methods()["data"]
    log_ins.apply(openbao.administrator, [SERVICE], cluster.workload)


def test_a_cluster_whose_keys_are_not_found_is_refused_at_the_set_up(openbao: Bao, cluster: Cluster) -> None:
    with pytest.raises(InvalidRequest):
        log_ins.apply(openbao.administrator, [SERVICE], replace(cluster.workload, authorities=None))
    assert openbao.administrator.read(f"auth/{WORKLOAD}/config")["data"]["jwks_ca_pem"]


def test_what_the_set_up_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("TLS_AUTHORITIES", "TLS_CERTIFICATE", "TLS_KEY", "OPENBAO_TLS_AUTHORITIES", "OPENBAO_TLS_CERTIFICATE"):
        monkeypatch.setenv(f"MELDPUNT_{name}", str(tmp_path))
    for name in ("POSTGRES_PASSWORD", "PROVISIONER_PASSWORD", "OPENBAO_DATABASE_PASSWORD", "DOOR_PASSWORD"):
        monkeypatch.setenv(f"MELDPUNT_{name}", str(tmp_path))
    for name in ("OPENBAO_TLS_KEY", "NATS_SET_UP_PASSWORD", "OPENBAO_ADDRESS", "NATS_ADDRESS", "DATABASE_HOSTS"):
        monkeypatch.setenv(f"MELDPUNT_{name}", str(tmp_path))
    assert SetUpSettings.model_validate({}).workload is None
    with pytest.raises(ValueError, match="workload_namespace"):
        SetUpSettings.model_validate({"workload_issuer": ISSUER})
    told = SetUpSettings.model_validate({"workload_issuer": ISSUER, "workload_namespace": NAMESPACE})
    assert told.workload == Workload(ISSUER, f"{ISSUER}/openid/v1/jwks", NAMESPACE)
