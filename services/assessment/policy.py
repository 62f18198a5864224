"""Assessment's policy: what goes on to phase 3, whom a paper asks, and when rights is asked about informing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from shared.contracts.assessment import Begun, InformingAsked, ResearchContent, ResearchLetter
from shared.engine.documents import Finding
from shared.engine.effects import Effect, HandOver, Tell
from shared.engine.given import GivenRecord
from shared.engine.goes_on import begun, going_on
from shared.engine.loaded import Loaded
from shared.engine.papers import paper_faults, paper_written, show_paper
from shared.engine.policy import Policy
from shared.engine.records import coded
from shared.engine.roads import PAPER
from shared.engine.tables import DecisionRow, TaskRow
from shared.protocol.conditions.notices import BEGINS
from shared.protocol.faults import Fault
from shared.protocol.model import State


class AssessmentPolicy(Policy):
    own_archive = "archive-signal"
    tells_closing = ("rights",)
    asks: ClassVar = {PAPER: None}

    def record_faults(self, loaded: Loaded, given: GivenRecord) -> Sequence[Fault]:
        return paper_faults(loaded, given)

    def recorded(self, loaded: Loaded, item: str, finding: Finding) -> Sequence[Effect]:
        return paper_written(loaded, item, finding) if finding.category == PAPER else ()

    def show_task(self, task: TaskRow, loaded: Loaded) -> dict[str, Any]:
        return show_paper(task, loaded)

    def follows(self, loaded: Loaded, decision: DecisionRow) -> Sequence[Effect]:
        """Heavy enough, rights is asked about informing (art. 16 lid 2); answered, the signal goes on to phase 3."""
        dossier = loaded.dossier
        if decision.state_before == State.RECEIVED and decision.key in BEGINS:
            return (Tell("rights", Begun(number=dossier.number, subjects=dossier.people, decision=coded(decision))),)
        if decision.state_after == State.INFORMING:
            asked = InformingAsked(
                number=dossier.number,
                subjects=dossier.people,
                asked_at=decision.taken_at,
                protocol=dossier.protocol,
                received_on=dossier.received_on,
                acted=loaded.acted(),
                closed_to=tuple(dossier.closed_to),
                begun=begun(loaded),
            )
            return (Tell("rights", asked),)
        if decision.state_after == State.SOURCE_LIST:
            open_categories = [one.key for one in loaded.law.categories if not one.process and one.key != "report"]
            going = going_on(ResearchContent, loaded, loaded.opened.of_category(*open_categories))
            return (HandOver("sources", ResearchLetter(number=dossier.number, letters=()), going),)
        return ()
