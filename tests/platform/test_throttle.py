"""Logging in at OpenBao: who tries slows down himself only, learns nothing, and there is one way to begin."""

from __future__ import annotations

import json
import secrets
from typing import Any

import httpx
import pytest

from deploy.openbao import log_in as provider
from deploy.openbao import people
from deploy.openbao.apply import client as provisioner
from tests.platform.real import Bao

USERS = {"beheerder": secrets.token_urlsafe(9), "anna": secrets.token_urlsafe(9)}
STRANGER = "127.0.0.2"
BEYOND = 7
"""More than what OpenBao locks after, and more than anybody mistypes."""


@pytest.fixture
def bao(openbao: Bao) -> Bao:
    people.apply(openbao.administrator, openbao.address, USERS)
    return openbao


def tried(bao: Bao, mount: str, user: str, password: str, at: str = "127.0.0.1") -> httpx.Response:
    with httpx.Client(
        transport=httpx.HTTPTransport(local_address=at, verify=bao.tls("setup").context), timeout=60
    ) as http:
        return http.post(f"{bao.address}/v1/auth/{mount}/login/{user}", json={"password": password})


def test_a_strangers_wrong_passwords_lock_out_nobody(bao: Bao) -> None:
    for _ in range(BEYOND):
        assert tried(bao, "userpass", "beheerder", "guess").status_code == 400
    assert tried(bao, "userpass", "beheerder", USERS["beheerder"]).status_code == 200


def test_nor_who_sets_up_or_a_service(bao: Bao) -> None:
    for _ in range(BEYOND):
        assert tried(bao, "provisioner", "provisioner", "guess").status_code == 400
    provisioner(bao.address, bao._home.secret("provisioner"), bao.tls("setup"))
    role = json.loads(bao.credentials("intake").read_text())
    address, shown = f"{bao.address}/v1/auth/approle/login", bao.tls("intake").context
    for _ in range(BEYOND):
        assert httpx.post(address, json=role | {"secret_id": "guess"}, verify=shown).status_code == 400
    assert httpx.post(address, json=role, verify=shown).status_code == 200


@pytest.mark.parametrize("times", [1, BEYOND])
def test_an_unknown_name_is_answered_as_a_known_one_is(bao: Bao, times: int) -> None:
    answers = {
        (answer.status_code, answer.text.replace(name, "NAME"), answer.headers["content-type"])
        for name in ("beheerder", "nobody", "a.name-elsewhere", "BEHEERDER")
        for answer in [tried(bao, "userpass", name, "guess") for _ in range(times)]
    }
    assert answers == {(400, '{"errors":["invalid username or password"]}\n', "application/json")}


def test_who_tries_too_often_waits_and_nobody_else_does(bao: Bao) -> None:
    """By his address, whatever names he tries and whatever he says of where he comes from."""
    people.throttle(bao.administrator, 10)
    try:
        found = [tried(bao, "userpass", f"name-{n}", "guess", STRANGER).status_code for n in range(15)]
        assert found == [400] * 10 + [429] * 5
        assert tried(bao, "userpass", "anna", USERS["anna"], STRANGER).status_code == 429
        assert tried(bao, "userpass", "anna", USERS["anna"]).status_code == 200
    finally:
        people.throttle(bao.administrator, people.LOG_INS_PER_MINUTE)
    quota = bao.administrator.read("sys/quotas/rate-limit/log-in")["data"]
    assert (quota["path"], quota["rate"]) == ("auth/userpass/login/*", people.LOG_INS_PER_MINUTE)


@pytest.fixture
def own_token(bao: Bao) -> str:
    """The token that anna has at the provider."""
    return str(tried(bao, "userpass", "anna", USERS["anna"]).json()["auth"]["client_token"])


def authorize(bao: Bao, token: str, changed: dict[str, str | None], method: str = "GET") -> httpx.Response:
    client_id, _ = people.portal_client(bao.administrator)
    asked: dict[str, Any] = (
        provider.authorization(client_id, secrets.token_urlsafe(48), "a-nonce-of-the-portal") | changed
    )
    asked = {name: value for name, value in asked.items() if value is not None}
    address = f"{bao.address}/v1/identity/oidc/provider/{provider.PROVIDER}/authorize"
    where: dict[str, Any] = {"params": asked} if method == "GET" else {"json": asked}
    return httpx.request(method, address, headers={"X-Vault-Token": token}, verify=bao.tls("portal").context, **where)


@pytest.mark.parametrize(
    "changed",
    [
        {"code_challenge_method": "plain"},
        {"code_challenge_method": None},
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge": None},
        {"nonce": None},
        {"redirect_uri": "http://127.0.0.1:4711/callback"},
        {"redirect_uri": "http://127.0.0.1/callback/"},
        {"redirect_uri": "http://127.0.0.1/callback?x=y"},
        {"redirect_uri": "http://elsewhere.example.nl/callback"},
        {"redirect_uri": None},
        {"response_type": "token"},
        {"scope": "openid groups"},
        {"request": "e30"},
        {"max_age": "0"},
        {"max_age": "86400"},
        {"max_age": None},
    ],
    ids=str,
)
def test_there_is_one_way_to_begin_a_log_in(bao: Bao, own_token: str, changed: dict[str, str | None]) -> None:
    assert authorize(bao, own_token, {}).status_code == 200
    assert authorize(bao, own_token, changed).status_code == 403
    assert authorize(bao, own_token, changed, "POST").status_code == 403


def test_a_code_is_worth_nothing_without_its_verifier(bao: Bao, own_token: str) -> None:
    client = people.portal_client(bao.administrator)
    code = authorize(bao, own_token, {}).json()["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": provider.REDIRECT}
    address = f"{bao.address}/v1/identity/oidc/provider/{provider.PROVIDER}/token"
    for verifier in ({}, {"code_verifier": secrets.token_urlsafe(48)}):
        answer = httpx.post(address, data=form | verifier, auth=client, verify=bao.tls("portal").context)
        assert answer.status_code == 400


def test_the_token_of_the_provider_is_for_that_and_for_a_minute(bao: Bao, own_token: str) -> None:
    found = bao.administrator.auth.token.lookup(own_token)["data"]
    assert found["creation_ttl"] == people.PERSON_SECONDS == 60
    assert found["policies"] == ["person"]
    shown = bao.tls("portal").context
    with httpx.Client(base_url=f"{bao.address}/v1", headers={"X-Vault-Token": own_token}, verify=shown) as http:
        for method, path in (
            ("GET", "auth/token/lookup-self"),
            ("POST", "auth/token/renew-self"),
            ("POST", "auth/token/create"),
            ("GET", "identity/oidc/client/portal"),
            ("LIST", "auth/userpass/users"),
            ("POST", "auth/userpass/users/anna"),
        ):
            assert http.request(method, path).status_code == 403, path
