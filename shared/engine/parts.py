"""What every part of the engine of one service stands on."""

from __future__ import annotations

from dataclasses import dataclass

from shared.engine.given import Withdrawable
from shared.engine.load import Loader
from shared.engine.loaded import Loaded
from shared.engine.perform import Performer
from shared.engine.policy import Policy
from shared.identity import Person
from shared.protocol.model import Law
from shared.service.platform import Platform


@dataclass(frozen=True)
class Parts:
    """What the use cases of one engine share."""

    platform: Platform
    policy: Policy
    loader: Loader
    performer: Performer

    @property
    def present(self) -> Law:
        """The law with which this installation began: who may come here is judged before anything is looked up."""
        return self.platform.settings.laws.configured

    def withdrawable(self, loaded: Loaded) -> tuple[Withdrawable, ...]:
        """What can still be taken back: the last decision while nothing was recorded since, or where decisions stand
        beside each other every one in its own time."""
        now, taken = self.platform.clock.now(), loaded.taken
        if not self.policy.side_by_side:
            taken = tuple(one for one in taken[-1:] if one.version == loaded.dossier.version)
        return tuple(
            Withdrawable(one, loaded.law.answered(one.key, one.outcome), one.effective_at)
            for one in taken
            if one.settled_at is None and one.effective_at and one.effective_at > now
        )

    def role_of(self, person: Person, *, reading: bool = False, watching: bool = False) -> str:
        """The designation under which `person` decides here (reads, or watches); raises Forbidden when there is none.

        Judged before anything is looked up, so that nobody learns what exists.
        """
        allowed = self.policy.readers(self.present) if reading else self.policy.roles(self.present)
        return person.role_among(allowed | (self.policy.watchers(self.present) if watching else frozenset()))
