"""Words that are erased for who is concerned: deleted where they lie, while what was decided about them stays by its codes (AVG 17)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from shared.engine.documents import Document, Words, encrypted
from shared.engine.effects import Effect, EraseWords
from shared.engine.loaded import Loaded
from shared.engine.tables import DraftRow, ItemRow
from shared.keys.transit import Transit
from shared.protocol.carrying_out import granted
from shared.protocol.conditions.approach import PROCESS_CATEGORIES
from shared.protocol.conditions.carrying_out import ERASURE, in_its_place
from shared.protocol.rectifying import RECTIFY

ERASED = "Verwijderd op verzoek van de betrokkene (art. 17 AVG)."
"""What stands where the words were."""
_CODES = frozenset({"hit", "order", "department", "persons"})
"""Of what was filled in with an item, what others refer to: which question, which order, and who came to light by it."""


def words_to_erase(loaded: Loaded, request: str, before: int) -> tuple[str, ...]:
    """The documents whose words go when what was granted on `request` was carried out by the decision that made version `before`: the
    items that count no more, and why each was put right. Empty where it is no erasure."""
    grant = granted(loaded.bears_on_requests, before).get(request)
    if grant is None or grant.kind != ERASURE:
        return ()
    facts = loaded.facts()
    # What still counts was not withdrawn; of the handling stays what was done.
    gone = {one.name for one in facts.superseded if one.category not in PROCESS_CATEGORIES}
    items = [name for thing in grant.things for name in in_its_place(facts, thing) if name in gone]
    reasons = [f"decision-{one.id}" for one in loaded.decisions if one.key == RECTIFY and one.about[0] in items]
    known = {one.item for one in loaded.items}
    return tuple(dict.fromkeys(one for one in (*items, *reasons) if one in known))


async def without_words(room: Transit, loaded: Loaded, effects: Sequence[Effect]) -> list[ItemRow]:
    """The documents of `effects` as they are left, in one call to OpenBao; none where nothing is erased."""
    named = [name for one in effects if isinstance(one, EraseWords) for name in one.items]
    if not named:
        return []
    documents = [(loaded.number, name, _left(loaded, name)) for name in named]
    return await encrypted(room, loaded.dossier.room_key or "", documents)


async def erase(session: AsyncSession, number: str, left: Sequence[ItemRow]) -> None:
    """Put what is left in the place of what was; with it goes what anybody had typed about the dossier and not sent."""
    for one in left:
        mine = col(ItemRow.number) == number, col(ItemRow.item) == one.item
        values = {"ciphertext": one.ciphertext, "version": one.version, "category": one.category}
        await session.execute(update(ItemRow).where(*mine).values(**values))
    await session.execute(delete(DraftRow).where(col(DraftRow.number) == number))


def _left(loaded: Loaded, name: str) -> Document:
    finding = loaded.opened.findings.get(name)
    if finding is None:
        return Words(reason=ERASED, fields={"wrong": ERASED})
    kept = {key: one for key, one in finding.fields.items() if key in _CODES}
    return finding.model_copy(update={"finding": ERASED, "matches": None, "fields": kept, "special_grounds": {}})
