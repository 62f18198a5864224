"""What somebody typed while his log-in had ended: for him alone, in his browser, for minutes, and nowhere to be read."""

from __future__ import annotations

from dataclasses import replace

import pytest
from starlette.datastructures import FormData

from services.portal.answer import HttpAnswer
from services.portal.keeper import AtAccess
from services.portal.kept import Kept
from services.portal.leaving import own
from services.portal.sealing import PortalSeal
from services.portal.sessions import Session, Sessions
from tests.portal.keeping import InMemory

PAGE = "/dossiers/S-7K3MQ-9XD4T/besluiten/weging-1?antwoord=suspicion"
WORDS = FormData([("csrf", "x"), ("version", "3"), ("deed", "draft"), ("reason", "Wilgenroos"), ("a", "1"), ("a", "2")])


class Portal:
    def __init__(self, own: bytes = b"the portal's own", keeper: InMemory | None = None) -> None:
        sealing = PortalSeal(lambda: [own])
        self.keeper = keeper or InMemory()
        self.sessions, self.kept = Sessions(self.keeper, sealing, 1800), Kept(self.keeper, sealing)

    async def put(self, filled: FormData = WORDS) -> str:
        number = await self.sessions.begin(Session("resume", "u-1", ("oov",)))
        session = await self.sessions.find(number)
        assert session is not None
        secret = await self.kept.put(session, PAGE, filled)
        assert secret is not None
        return secret


async def test_he_finds_it_again_on_his_page() -> None:
    portal = Portal()
    kept, secret = portal.kept, await portal.put()
    assert await kept.page_of(secret, "u-1") == PAGE
    for _ in range(2):
        found = await kept.words(secret, "u-1", PAGE)
        assert found is not None
        # What the page had filled in comes from the page anew.
        assert found.multi_items() == [("reason", "Wilgenroos"), ("a", "1"), ("a", "2")]
    await kept.drop(secret)
    assert await kept.words(secret, "u-1", PAGE) is None


@pytest.mark.parametrize("secret", [None, "", "é", "AAAA", "A" * 44])
async def test_without_what_opens_it_there_is_nothing(secret: str | None) -> None:
    portal = Portal()
    await portal.put()
    assert await portal.kept.words(secret, "u-1", PAGE) is None
    assert await portal.kept.page_of(secret, "u-1") is None


async def test_nobody_else_finds_it_nor_he_elsewhere() -> None:
    portal = Portal()
    kept, secret = portal.kept, await portal.put()
    assert await kept.words(secret, "u-2", PAGE) is None
    assert await kept.page_of(secret, "u-2") is None
    assert await kept.words(secret, "u-1", "/") is None
    # Nor who says of a row that it is his, nor another portal that has what opens it.
    assert await Portal(b"another's", portal.keeper).kept.page_of(secret, "u-1") is None
    portal.keeper.kept = {name: replace(one, user_id="u-2") for name, one in portal.keeper.kept.items()}
    assert await kept.page_of(secret, "u-2") is None


async def test_it_is_not_to_be_read_where_it_is_kept_nor_in_the_memory_of_the_portal() -> None:
    portal = Portal()
    secret = await portal.put()
    for said in ("Wilgenroos", secret, PAGE, "S-7K3MQ-9XD4T"):
        assert said not in repr(vars(portal.keeper)) + repr(vars(portal.kept)) + repr(vars(portal.sessions))


async def test_what_is_longer_than_a_service_takes_is_not_kept() -> None:
    async def send(*_: object, **__: object) -> HttpAnswer:
        raise AssertionError("nobody is asked")

    assert not await AtAccess(send, lambda _: "shown").keep_words("a" * 64, "b" * 64, "x" * 190_001)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        PAGE,
        "/taken/rights/0f8fad5b-d9cb-469f-a165-70867728950e",
        "/beheer?pagina=2",
        "/dossiers/S-7K3MQ-9XD4T/delen/closing-1?antwoord=elsewhere&aan=partner:politie",
        "/dossiers/S-7K3MQ-9XD4T/besluiten/notice-sent?antwoord=sent&fields.letter=0f8fad5b-d9cb-469f-a165-70867728950e",
        "/toezicht/datalekken?cursor=WyJicmVhY2hlcyIs_Q",
        "/dossiers/S-7K3MQ-9XD4T/samen/invullen?" + "&".join(f"weging-{one}=suspicion" for one in range(12)),
    ],
)
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
        "/x?terug=//elsewhere.example.nl",
        "/x?terug=%2F%2Felsewhere.example.nl",
        "//elsewhere.example.nl?aan=partner:politie",
        "//?fields.letter=x",
        "/elsewhere:80?x",
        "/x.example.nl",
        "/x?wie=Jan%20Wilgenroos",
        "/x?wie=Jan Wilgenroos",
        "/x?a=b#//elsewhere.example.nl",
        "/x?a=b\n",
        "/x\r\nSet-Cookie: a=b",
        "/x\n",
        "/Jan%20Wilgenroos",
        "",
        "dossiers",
        "/inloggen",
        "/callback?code=x",
        "/uitgelogd",
        "/bijna-uitgelogd?terug=-",
        "/" + "a" * 1000,
    ],
)
def test_nothing_else_is(path: str) -> None:
    assert own(path) == "/"
