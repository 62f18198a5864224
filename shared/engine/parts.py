"""What every part of the engine of one service stands on."""

from __future__ import annotations

from dataclasses import dataclass

from shared.engine.load import Loader
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

    def role_of(self, person: Person, *, reading: bool = False, watching: bool = False) -> str:
        """The designation under which `person` decides here (reads, or watches); raises Forbidden when there is none.

        Judged before anything is looked up, so that nobody learns what exists.
        """
        allowed = self.policy.readers(self.present) if reading else self.policy.roles(self.present)
        return person.role_among(allowed | (self.policy.watchers(self.present) if watching else frozenset()))
