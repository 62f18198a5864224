"""What somebody typed while his log-in had ended: for him alone, in his browser, for minutes, and nowhere to be read."""

from __future__ import annotations

import pytest
from starlette.datastructures import FormData

from services.portal.kept import KEPT_SECONDS, MOST_KEPT, MOST_PAGES, Kept
from services.portal.leaving import own
from tests.portal.test_sessions import Hour

PAGE = "/dossiers/S-7K3MQ-9XD4T/besluiten/weging-1?antwoord=suspicion"
WORDS = FormData([("csrf", "x"), ("version", "3"), ("deed", "draft"), ("reason", "Wilgenroos"), ("a", "1"), ("a", "2")])


def test_he_finds_it_again_on_his_page() -> None:
    kept = Kept(Hour())
    secret = kept.put("u-1", PAGE, WORDS)
    assert kept.page_of(secret, "u-1") == PAGE
    for _ in range(2):
        found = kept.words(secret, "u-1", PAGE)
        assert found is not None
        # What the page had filled in comes from the page anew.
        assert found.multi_items() == [("reason", "Wilgenroos"), ("a", "1"), ("a", "2")]
    kept.drop(secret)
    assert kept.words(secret, "u-1", PAGE) is None


@pytest.mark.parametrize("secret", [None, "", "é", "AAAA", "A" * 44])
def test_without_what_opens_it_there_is_nothing(secret: str | None) -> None:
    kept = Kept(Hour())
    kept.put("u-1", PAGE, WORDS)
    assert kept.words(secret, "u-1", PAGE) is None
    assert kept.page_of(secret, "u-1") is None


def test_nobody_else_finds_it_nor_he_elsewhere_or_too_late() -> None:
    hour = Hour()
    kept = Kept(hour)
    secret = kept.put("u-1", PAGE, WORDS)
    assert kept.words(secret, "u-2", PAGE) is None
    assert kept.page_of(secret, "u-2") is None
    assert kept.words(secret, "u-1", "/") is None
    hour.now += KEPT_SECONDS + 1
    assert kept.words(secret, "u-1", PAGE) is None
    assert kept.page_of(secret, "u-1") is None
    secret = kept.put("u-1", PAGE, WORDS)
    kept.drop_all_of("u-1")
    assert kept.page_of(secret, "u-1") is None


def test_it_is_not_to_be_read_in_the_memory_of_the_portal() -> None:
    kept = Kept(Hour())
    secret = kept.put("u-1", PAGE, WORDS)
    assert "Wilgenroos" not in repr(vars(kept))
    assert secret not in repr(vars(kept))


def test_nobody_fills_the_memory() -> None:
    kept = Kept(Hour())
    large = FormData([("reason", "x" * 900_000)])
    users = [f"u-{place}" for place in range(MOST_KEPT // 900_000 + 5)]
    secrets = {one: kept.put(one, PAGE, large) for one in users}
    assert kept.page_of(secrets[users[0]], users[0]) is None
    assert kept.page_of(secrets[users[-1]], users[-1]) == PAGE


def test_nobody_pushes_out_what_another_typed() -> None:
    kept = Kept(Hour())
    other = kept.put("u-2", PAGE, WORDS)
    large = FormData([("reason", "x" * 900_000)])
    mine = [kept.put("u-1", PAGE, large) for _ in range(MOST_KEPT // 900_000 + 5)]
    assert kept.page_of(other, "u-2") == PAGE
    assert [one for one in mine if kept.page_of(one, "u-1")] == mine[-MOST_PAGES:]


@pytest.mark.parametrize("path", ["/", PAGE, "/taken/rights/0f8fad5b-d9cb-469f-a165-70867728950e", "/beheer?pagina=2"])
def test_a_page_of_the_portal_is_one_to_go_back_to(path: str) -> None:
    assert own(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "//elsewhere.example.nl",
        "https://elsewhere.example.nl/",
        "/\\elsewhere.example.nl",
        "/%2f/elsewhere",
        "/@elsewhere.example.nl",
        "javascript:alert(1)",
        "/x?terug=https://elsewhere.example.nl",
        "/x\r\nSet-Cookie: a=b",
        "/x\n",
        "/Jan%20Wilgenroos",
        "",
        "dossiers",
        "/inloggen",
        "/callback?code=x",
        "/uitgelogd",
        "/bijna-uitgelogd?terug=-",
        "/" + "a" * 200,
    ],
)
def test_nothing_else_is(path: str) -> None:
    assert own(path) == "/"
