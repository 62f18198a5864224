"""What the letters about a request say, and that nobody can read from one what it does not say (R-10.13)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pdfua
import pytest

from services.rights.request_clock import clocks
from services.rights.request_letters import RequestLetters
from services.rights.requests import Requests
from shared.engine.tables import ItemRow
from shared.errors import Conflict, NotFound
from shared.pages import Window
from shared.protocol.facts import Item, Taken
from shared.protocol.request_letters import LetterTells, paragraphs, proof_told, says_nothing
from shared.protocol.request_proof import LookedAt
from shared.protocol.rights_sheet import RIGHTS, sheet
from tests.platform.conftest import DeskOf
from tests.platform.desk import ANNA, Desk
from tests.platform.requested import (
    FOUND,
    agreed,
    answered,
    identified,
    letter,
    recorded,
    requested,
    searched,
    set_aside,
    told_of_rights,
)
from tests.protocol.complete import complete_law

LAW = complete_law()
REGISTERED = {"kind": "access", "capacity": "self", "firstReceivedOn": "2026-11-02"}
SET_ASIDE = {"grounds": ["b"], "necessity": "Het loopt.", "proportionality": "Kort.", "reviewOn": "2026-12-31"}


def told(taken: Taken, *items: tuple[Item, Taken], **registered: Any) -> LetterTells:
    request = REGISTERED | registered
    return LetterTells(LAW, "V-7K3MQ-9XD4T", request, clocks(request, (), LAW), taken, items)


ITEM = Item("item-2", "request-found", "assessment", FOUND)
WITHHELD = Taken("request-withhold", "withheld", ("item-2",), SET_ASIDE)
REFUSED = told(Taken("request-weighed", "refused", (), {"toAsker": "Er is een dossier."}), (ITEM, WITHHELD))
NEUTRAL = told(Taken("request-neutral", "neutral", (), SET_ASIDE))


@pytest.mark.allowed("R-10.13")
def test_who_has_a_file_and_who_has_none_read_the_same_words() -> None:
    assert paragraphs("answer", REFUSED) == paragraphs("answer", NEUTRAL)
    assert says_nothing(REFUSED)
    assert says_nothing(NEUTRAL)


@pytest.mark.refused("R-10.13")
def test_what_was_written_by_somebody_is_in_neither() -> None:
    """Words that a human being chose could say what the letter does not."""
    for one in (REFUSED, NEUTRAL):
        said = str(paragraphs("answer", one))
        for words in ("dossier", "Het loopt", "Kort", FOUND["what"], "2026-12-31"):
            assert words not in said
        assert "strafbare feiten (b)" in said
    several = told(Taken("request-weighed", "refused", (), {"toAsker": "x"}), *([(ITEM, WITHHELD)] * 5))
    assert paragraphs("answer", several) == paragraphs("answer", NEUTRAL), "nor how much there is"


LOOKED = LookedAt("casework", "casusbehandeling", date(2026, 11, 20), ("gesloten casussen",), ("Alles is gelezen.",))


@pytest.mark.allowed("R-10.1")
@pytest.mark.refused("R-10.13")
def test_where_was_looked_stands_in_an_answer_that_says_what_there_is_and_in_no_other() -> None:
    given = Taken("request-item", "given", ("item-2",), {"ofOthers": "nothing"})
    tells = told(Taken("request-weighed", "granted", (), {"toAsker": "Alles."}), (ITEM, given))
    said = dict(paragraphs("answer", replace(tells, looked=(LOOKED,))))["Waar wij hebben gekeken"]
    assert said[1] == ("Casusbehandeling: op 20 november 2026; gesloten casussen. Wie keek, schreef: Alles is gelezen.")
    assert proof_told(replace(tells, looked=(LOOKED,))) == (LOOKED,)
    for one in (REFUSED, NEUTRAL):
        assert paragraphs("answer", replace(one, looked=(LOOKED,))) == paragraphs("answer", one)
        assert proof_told(replace(one, looked=(LOOKED,))) == ()


@pytest.mark.refused("R-10.9")
def test_a_refusal_of_a_change_says_on_which_ground_it_is() -> None:
    fields = {"refusedOn": "legal-task", "toAsker": "Dat moet van de wet.", "ofOthers": "nothing"}
    refused = Taken("request-item", "refused", ("item-2",), fields)
    taken = Taken("request-weighed", "refused", (), {"toAsker": "Wij wijzen het af."})
    said = str(paragraphs("answer", told(taken, (ITEM, refused), kind="erasure")))
    assert all(one in said for one in ("art. 17 lid 3 AVG", "Dat moet van de wet.", "bezwaar", "Autoriteit"))
    with pytest.raises(ValueError, match="nothing was decided"):
        paragraphs("answer", LetterTells(LAW, "V", REGISTERED, clocks(REGISTERED, (), LAW)))


@pytest.mark.allowed("R-10.11")
def test_the_sheet_names_every_right_and_says_how_to_use_it() -> None:
    said = str(sheet(LAW))
    assert all(name in said for name in RIGHTS)
    for one in (LAW.choices.notice["contact"], LAW.choices.notice["functionaris"], LAW.choices.notice["klacht"]):
        assert one in said


async def set_aside_wholly(desk: Desk, *, found: bool) -> str:
    """The letter to somebody of whom there is something, or nothing, that says neither."""
    number = await requested(desk)
    await told_of_rights(desk, number)
    await identified(desk, number)
    item = await recorded(desk, number) if found else None
    await searched(desk, number)
    if item:
        await desk.decide(number, "request-withhold", "withheld", fields=set_aside(desk), about=(item,))
        await agreed(desk)
        await desk.decide(number, "request-weighed", "refused", fields={"toAsker": "Er loopt een zaak."})
    else:
        await desk.decide(number, "request-neutral", "neutral", fields=set_aside(desk))
        await agreed(desk)
    await answered(desk, number, "sent-again-later")
    return number


@pytest.mark.allowed("R-10.13", "R-10.8")
async def test_both_letters_are_alike_but_for_their_number(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    copies = []
    for found in (True, False):
        number = await set_aside_wholly(desk, found=found)
        loaded = await desk.engine.parts.loader.load(number)
        (fields,) = [
            one.fields for one in loaded.opened.of_category("request-letter").values() if one.fields["kind"] == "answer"
        ]
        copies.append(str(fields["copy"]).replace(number, "V"))
    assert copies[0] == copies[1]
    listed = (await Requests(desk.engine).all(ANNA, Window()))["requests"]
    assert {one["reviewOn"] is None for one in listed} == {False}
    assert len({(one["state"], one["dueOn"], one["reviewOn"]) for one in listed}) == 1, (
        "nor does the register say which"
    )


@pytest.mark.refused("R-10.13")
async def test_nobody_answers_so_by_himself(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number = await requested(desk)
    await identified(desk, number)
    await searched(desk, number)
    await desk.decide(number, "request-neutral", "neutral", fields=set_aside(desk))
    with pytest.raises(Conflict):
        await letter(desk, number, "answer")


@pytest.mark.allowed("R-10.9")
async def test_a_letter_can_be_read_aloud_and_is_kept_as_ciphertext(desk_of: DeskOf, tmp_path: Path) -> None:
    desk = await desk_of("rights")
    number = await requested(desk)
    name = await letter(desk, number, "receipt")
    letters = RequestLetters(desk.engine)
    pdf = await letters.pdf(number, name, ANNA, "weigh")
    (tmp_path / "brief.pdf").write_bytes(pdf)
    assert list(pdfua.validate(str(tmp_path / "brief.pdf")).findings) == []
    rows = await desk.rows(ItemRow, number=number, item=name)
    assert [one.ciphertext.startswith("vault:v1:") for one in rows] == [True]
    with pytest.raises(NotFound):
        await letters.copy(number, "letter-" + "0" * 32, ANNA, "weigh")
    with pytest.raises(Conflict):
        await letters.make(number, ANNA, "receipt", 1)
