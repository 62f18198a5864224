"""A share that cannot wait leaves with its decision, stays, and shows to who judges it afterwards."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from services.export.wording import document
from services.oversight.use_cases import RegisterKeeping, RegisterReading
from shared.contracts.dossier import Disclosed
from shared.contracts.export import ShareContent
from shared.engine.common import following
from shared.engine.effects import CopyByLetter
from shared.errors import Conflict, Forbidden, Invalid
from shared.http.decisions import shown
from shared.identity import Person
from shared.pages import Window
from shared.protocol.laws import Laws
from shared.protocol.model import State
from shared.protocol.municipality import POLICE
from shared.protocol.passing_on import Forwarding
from tests.platform.conftest import DeskOf

FACT = "Er is een aanslag aangekondigd voor vanavond."
URGENT = Forwarding("partner", POLICE, ("report",), task="taak-politie", basis="vitaal-belang", urgent_because=FACT)
FG, PETRA = Person("fg", frozenset({"fg"})), Person("petra", frozenset({"privacy-officer"}))


@pytest.mark.allowed("R-12.4", "R-6.4", "R-T.14")
@pytest.mark.refused("R-12.4", "R-6.4")
async def test_it_leaves_at_once_cannot_be_withdrawn_and_is_marked(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    waits, goes = await desk.arrives(State.WEGING_2A), await desk.arrives(State.WEGING_2A)
    fields = {"considered": "Alle."}
    ordinary = Forwarding("partner", POLICE, ("report",), task="taak-politie", basis="aangifte")
    await desk.decide(waits, "weging-2a", "no-task", fields=fields, forwarding=ordinary)
    named = replace(URGENT, urgent_because="Jan Wilgenroos heeft een wapen.")
    with pytest.raises(Invalid, match="forwarding"):
        await desk.decide(goes, "weging-2a", "no-task", fields=fields, forwarding=named)
    found = await desk.decide(goes, "weging-2a", "no-task", fields=fields, forwarding=URGENT)
    now = desk.clock.now()
    for event in ("disclosed.v1", "share.v1"):
        (later,), (at_once,) = await desk.post(waits, event), await desk.post(goes, event)
        assert later.next_at > now == at_once.next_at
    decision = await desk.decision(found)
    with pytest.raises(Conflict):
        await desk.decide(goes, "withdrawal", confirms=decision.id)
    told = shown(found)
    assert told.withdrawable_until is None
    assert told.forwarding
    assert (told.forwarding.urgent, told.forwarding.urgent_because) == (True, FACT)
    (line,) = await desk.post(goes, "disclosed.v1")
    said = Disclosed.model_validate_json(line.body or b"")
    assert (said.urgent, FACT in said.model_dump_json()) == (True, False)
    assert said.tasks[0].endswith("(Politiewet 2012, artikel 3; de politie)")
    assert said.bases[0].endswith("(Algemene verordening gegevensbescherming, artikel 6 lid 1 onder d; het college)")
    loaded = await desk.engine.parts.loader.load(goes)
    (copy,) = [
        one.content
        for one in following(desk.engine.policy, loaded, decision)
        if isinstance(one, CopyByLetter) and isinstance(one.content, ShareContent)
    ]
    lines = document(Laws.read("midden-delfland-2025").configured, copy, live=True)["lines"]
    assert "leven of veiligheid" in dict(lines)["Spoed"]


@pytest.mark.allowed("R-6.4")
@pytest.mark.refused("R-6.4")
async def test_the_fg_and_the_privacy_officer_see_what_went_at_once(desk_of: DeskOf) -> None:
    desk = await desk_of("oversight")
    keeping, reading = RegisterKeeping(desk.platform), RegisterReading(desk.platform)
    for number, urgent in (("S-00000-00001", True), ("S-00000-00002", False)):
        line = Disclosed(
            number=number,
            road="forwarding",
            recipient_kind="partner",
            recipient=POLICE,
            items=("report",),
            ground=str(uuid4()),
            article="art. 12 lid 4",
            by="anna",
            decided_at=desk.clock.now(),
            urgent=urgent,
        )
        await desk.hears(keeping.disclosed, line, "assessment")
    for person in (FG, PETRA):
        found = (await reading.disclosures(person, None, Window(), urgent=True))["disclosures"]
        assert [(one["number"], one["urgent"]) for one in found] == [("S-00000-00001", True)]
    assert len((await reading.disclosures(FG, None, Window()))["disclosures"]) == 2
    with pytest.raises(Forbidden):
        await reading.disclosures(PETRA, None, Window())
