"""What was shared and waits for its receiver is kept back while somebody in it is restricted (AVG 18 lid 2; R-10.3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from services.export.store import RestrictedRow, Share, delete_rows
from shared.bus.inbox import Handled, Incoming
from shared.contracts.acts import Restricted
from shared.contracts.export import ShareContent, SharedItem
from shared.contracts.intake import Subject
from shared.errors import CannotSucceed, Conflict, NotBelieved, PartDown
from tests.platform.test_shares import ANNA, ESRA, NUMBER, Exporting, export

__all__ = ["export"]
REQUEST = "V-7K3MQ-9XD4T"
OF_ANOTHER: dict[str, Any] = {
    "items": (SharedItem(item="item-7", category="bag", about="S2", text="Een woning."),),
    "subjects": {"S2": Subject(name="Piet Paardenbloem")},
}


def said(minutes: float = 0, **more: Any) -> Restricted:
    at = datetime.now(UTC) + timedelta(minutes=minutes)
    facts: dict[str, Any] = {"subject": "S1", "by": "anna", "role": "oov", "at": at}
    return Restricted(number=NUMBER, request=REQUEST, **facts | more)


async def heard(export: Exporting, message: Restricted, producer: str = "rights") -> Handled:
    return await export.sharing.keeping_back.heard(Incoming(uuid4(), producer, signed=True), message)


async def restrict(export: Exporting, producer: str = "rights", minutes: float = 0, **more: Any) -> None:
    handled = await heard(export, said(minutes, **more), producer)
    await export.platform.database.together(handled.effect)


@pytest.mark.allowed("R-10.3")
@pytest.mark.refused("R-10.3", "R-T.15")
async def test_it_is_neither_read_nor_fetched_until_it_is_lifted(export: Exporting) -> None:
    read = await export.comes("department", "vergunningen")
    other = await export.comes("department", "vergunningen", **OF_ANOTHER)
    fetched = await export.comes()
    link = await export.sharing.make_link(fetched, ANNA)
    await restrict(export)
    late = await export.comes("department", "vergunningen")
    for identifier in (read, late):
        with pytest.raises(Conflict, match="niet beschikbaar"):
            await export.inbox.one(identifier, ESRA)
        with pytest.raises(Conflict):
            await export.inbox.document(identifier, ESRA)
    with pytest.raises(Conflict, match="niet beschikbaar"):
        await export.sharing.fetch(link.link, link.secret)
    assert (await export.sharing.one(fetched, ANNA))["restricted"] is True
    assert (await export.inbox.one(other, ESRA))["restricted"] is False, "of somebody else it goes on"
    # What is older than what is known changes nothing.
    await restrict(export, minutes=-10, restricted=False)
    with pytest.raises(Conflict):
        await export.inbox.one(read, ESRA)
    await restrict(export, minutes=1, restricted=False)
    for identifier in (read, late):
        assert (await export.inbox.one(identifier, ESRA))["restricted"] is False
    assert await export.sharing.fetch(link.link, link.secret)


@pytest.mark.refused("R-10.3")
async def test_an_item_alone_keeps_back_what_has_it_and_what_is_urgent_goes(export: Exporting) -> None:
    whole = await export.comes("department", "vergunningen")
    other = await export.comes("department", "vergunningen", **OF_ANOTHER)
    urgent = await export.comes("department", "vergunningen", urgent=True)
    await restrict(export, whole=False, items=("item-7",))
    with pytest.raises(Conflict):
        await export.inbox.one(other, ESRA)
    assert (await export.inbox.one(whole, ESRA))["restricted"] is False
    await restrict(export, minutes=1)
    with pytest.raises(Conflict):
        await export.inbox.one(whole, ESRA)
    assert (await export.inbox.one(urgent, ESRA))["restricted"] is False


@pytest.mark.refused("R-10.3")
async def test_nobody_else_says_so_and_a_row_frees_nothing(export: Exporting) -> None:
    identifier = await export.comes("department", "vergunningen")
    with pytest.raises(CannotSucceed):
        await restrict(export, "casework")
    await restrict(export)
    row = await export.row(identifier)
    async with export.platform.database.transaction() as session:
        await session.merge(Share(**row.model_dump() | {"restricted": None}))
        kept = (await session.scalars(select(RestrictedRow))).one()
        kept.restricted = False
    with pytest.raises(NotBelieved):
        await export.inbox.one(identifier, ESRA)
    with pytest.raises(NotBelieved):
        await export.comes("department", "vergunningen")
    async with export.platform.database.transaction() as session:
        await delete_rows(session, [NUMBER])
        assert (await session.scalars(select(RestrictedRow))).all() == []


@pytest.mark.refused("R-10.3")
async def test_a_row_from_before_it_was_kept_back_opens_nothing(export: Exporting) -> None:
    """It has its MAC, and is believed for that: what rights said is asked at every read."""
    read, fetched = await export.comes("department", "vergunningen"), await export.comes()
    other = await export.comes("department", "vergunningen", **OF_ANOTHER)
    link = await export.sharing.make_link(fetched, ANNA)
    before = [await export.row(one) for one in (read, fetched)]
    await restrict(export)
    async with export.platform.database.transaction() as session:
        for one in before:
            await session.merge(Share(**one.model_dump()))
    assert (await export.row(read)).restricted is None
    for reading in (lambda: export.inbox.one(read, ESRA), lambda: export.inbox.document(read, ESRA)):
        with pytest.raises(Conflict, match="niet beschikbaar"):
            await reading()
    with pytest.raises(Conflict, match="niet beschikbaar"):
        await export.sharing.fetch(link.link, link.secret)
    row = await export.row(fetched)
    assert (row.state, row.fetched_at, row.issued) == ("waiting", None, []), "nothing went"
    assert await export.inbox.one(other, ESRA), "of somebody else it goes on"
    # What rights said is believed for its MAC too.
    async with export.platform.database.transaction() as session:
        kept = (await session.scalars(select(RestrictedRow))).one()
        kept.restricted = False
    with pytest.raises(NotBelieved):
        await export.inbox.one(read, ESRA)


@pytest.mark.refused("R-10.3")
async def test_a_share_that_somebody_wrote_frees_none_of_the_others(export: Exporting) -> None:
    identifier = await export.comes("department", "vergunningen")
    row = await export.row(identifier)
    async with export.platform.database.transaction() as session:
        session.add(Share(**row.model_dump() | {"id": uuid4()}))
    await restrict(export)
    with pytest.raises(Conflict, match="niet beschikbaar"):
        await export.inbox.one(identifier, ESRA)


@pytest.mark.refused("R-10.3")
async def test_what_comes_or_is_said_meanwhile_is_not_overlooked(export: Exporting) -> None:
    """Each message is looked at before it has its effect: what had its effect between is known there."""
    message = said()
    handled = await heard(export, message)
    late = await export.comes("department", "vergunningen")
    with pytest.raises(PartDown):
        await export.platform.database.together(handled.effect)
    older = await heard(export, said(minutes=-10, restricted=False))
    await export.platform.database.together((await heard(export, message)).effect)
    await export.platform.database.together(older.effect)
    with pytest.raises(Conflict, match="niet beschikbaar"):
        await export.inbox.one(late, ESRA)


@pytest.mark.refused("R-10.3")
async def test_what_is_restricted_while_it_is_read_does_not_go(
    export: Exporting, monkeypatch: pytest.MonkeyPatch
) -> None:
    identifier, fetched = await export.comes("department", "vergunningen"), await export.comes()
    link = await export.sharing.make_link(fetched, ANNA)
    opened = export.sharing.rows.opened

    minutes = iter(range(4))

    async def meanwhile(row: Share) -> ShareContent:
        content = await opened(row)
        monkeypatch.setattr(export.sharing.rows, "opened", opened)
        await restrict(export, minutes=next(minutes))
        return content

    for reading in (lambda: export.inbox.one(identifier, ESRA), lambda: export.sharing.fetch(link.link, link.secret)):
        monkeypatch.setattr(export.sharing.rows, "opened", meanwhile)
        with pytest.raises(Conflict, match="niet beschikbaar"):
            await reading()
        await restrict(export, minutes=next(minutes), restricted=False)
