"""What one service adds to deciding. Pure: functions of what was loaded. A policy is as short as it can be."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from sqlmodel import col

from shared.engine.documents import Finding
from shared.engine.effects import Effect
from shared.engine.given import Given, GivenRecord
from shared.engine.loaded import Loaded
from shared.engine.rectified import shown_items, shown_receivers, shown_subjects
from shared.engine.tables import DecisionRow, Dossier, TaskRow
from shared.engine.wording import remarks_on
from shared.errors import Conflict
from shared.identity import Person
from shared.pages import Keyset
from shared.protocol.facts import Facts
from shared.protocol.faults import Fault
from shared.protocol.judge import Attempt
from shared.protocol.model import HOLDER_OF, Law, Outcome, State


class Policy:
    """Subclassed by every service that decides."""

    own_archive: str | None = None
    """The archive for what this service made itself; None where nothing is ever sealed."""
    asks: ClassVar[Mapping[str, tuple[State, ...] | None]] = {}
    """The kinds of tasks here, and in which states one can be seen (None: as long as the dossier is here)."""
    over: tuple[State, ...] = (State.ENDED, State.CLOSED, State.DUTY_DONE, State.REQUEST_DONE)
    """States in which nothing is asked any more."""
    order = Keyset("signals", col(Dossier.arrived_at), col(Dossier.number))
    """Of the work list: the oldest first."""
    opening = "signal opened"
    """What the audit trail says when somebody looks at it."""
    records = True
    """Whether facts are recorded here."""
    tells_closing: ClassVar[tuple[str, ...] | None] = None
    """Who hears that a dossier is closed to a person; None where none is."""
    tells = True
    """Whether supervision hears of decisions by a letter."""
    withdrawable = True
    """Whether who recorded a decision can take it back for a while; without, it counts and is told at once."""
    decides: Collection[str] | None = None
    """The keys of what is decided here, where the law asks more in the same state of who holds something else; None: all."""
    side_by_side = False
    """Decisions stand beside each other: each can be withdrawn in its own time, whatever else was decided since."""
    proposals_lapse = True
    """What was proposed can no longer be confirmed once something else was decided or recorded."""

    def roles(self, law: Law) -> frozenset[str]:
        """Under which designations somebody decides here, besides by a task."""
        return frozenset(law.file_roles)

    def readers(self, law: Law) -> frozenset[str]:
        """Under which designations somebody sees what is decided on."""
        return self.roles(law)

    def watchers(self, law: Law) -> frozenset[str]:
        """Who besides may see what can be decided and what was."""
        return frozenset({"fg"})

    def not_by(self, loaded: Loaded, person: Person, attempt: Attempt) -> Fault | None:
        """Why this person does not decide this, though somebody with his designation does; None when he may."""
        return None

    def tells_of(self, loaded: Loaded) -> bool:
        """Whether supervision hears of decisions on this by a letter."""
        return self.tells

    def is_decided_here(self, key: str) -> bool:
        return self.decides is None or key in self.decides

    def is_here(self, state: State, service: str) -> bool:
        """Whether what stands in this state is decided on in `service`."""
        return HOLDER_OF.get(state) == service

    # --- what is shown ---------------------------------------------------------------------------

    def asked(self, loaded: Loaded, question: Finding) -> dict[str, Any]:
        """What who keeps a source reads of a question. Where none is asked, nothing."""
        return {}

    def show(self, loaded: Loaded) -> dict[str, Any]:
        """What somebody with the file sees; `remarks`: what he has to mind in the words of the report."""
        content = loaded.opened
        return {
            "report": content.report.shown(),
            "subjects": shown_subjects(loaded),
            "objects": {name: one.model_dump(exclude_none=True) for name, one in content.objects.items()},
            "items": shown_items(loaded),
            "receivers": shown_receivers(loaded),
            "remarks": remarks_on(loaded),
        }

    def show_task(self, task: TaskRow, loaded: Loaded) -> dict[str, Any]:
        """What who is asked may see, and nothing else. A co-signature is shown by the engine."""
        return {}

    def answers(self, task: TaskRow) -> tuple[str, tuple[str, ...]] | None:
        """Which decision answers a task, and about what; None for one that is only read."""
        return None

    def besides(self, task: TaskRow) -> frozenset[str]:
        """Which decisions, by their keys, are taken on a task besides the one that answers it, and about the same."""
        return frozenset()

    def recordable(self, task: TaskRow, loaded: Loaded) -> tuple[frozenset[str], str, Mapping[str, Any]]:
        """What who is asked can record: which categories, about what, and which fields are filled in by his task.
        Raises Conflict where that is nothing."""
        raise Conflict("Bij deze taak wordt niets vastgelegd.")

    # --- what the law sees ------------------------------------------------------------------------

    def facts(self, loaded: Loaded) -> Facts:
        """What the law judges by: what every dossier has, and what this service knows besides."""
        return loaded.facts()

    # --- what the law cannot see -----------------------------------------------------------------

    def faults(self, loaded: Loaded, given: Given) -> Sequence[Fault]:
        """What is wrong with a decision beyond what the law can see."""
        return ()

    def record_faults(self, loaded: Loaded, given: GivenRecord) -> Sequence[Fault]:
        """What is wrong with a record beyond what the law can see."""
        return ()

    def has_lapsed(self, loaded: Loaded, proposal: DecisionRow) -> bool:
        """Whether what was proposed cannot be confirmed any more, for a reason that the law cannot see."""
        return False

    def acted_before(self, loaded: Loaded, user_id: str) -> tuple[str, ...]:
        """Under which designations somebody decided elsewhere on what this is about."""
        return ()

    def leads_to(self, loaded: Loaded, given: Given, outcome: Outcome) -> State:
        """Where an outcome leaves what was decided on."""
        return outcome.leads_to or loaded.state

    # --- what follows ----------------------------------------------------------------------------

    def proposed(self, loaded: Loaded, decision: DecisionRow) -> Sequence[Effect]:
        """What a proposal sets going, besides asking who has to co-sign. `loaded` knows the proposal."""
        return ()

    def follows(self, loaded: Loaded, decision: DecisionRow) -> Sequence[Effect]:
        """What a decision sets going, besides what every one does (common.py). `loaded` knows the decision.

        Asked again when it is settled or withdrawn: the same decision gives the same effects.
        """
        return ()

    def makes(self, loaded: Loaded, attempt: Attempt, now: datetime) -> Mapping[str, Finding]:
        """The items that a decision makes, by their names; `loaded` is as it was before."""
        return {}

    def recorded(self, loaded: Loaded, item: str, finding: Finding) -> Sequence[Effect]:
        """What a record sets going. `loaded` is as it was before."""
        return ()
