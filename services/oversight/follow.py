"""Following a chain of audit lines: pure, so that it can be done in a thread. No tables are read here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.oversight.trail import AuditBatch, Line
from shared.audit import GENESIS, as_bytes, chain
from shared.transparency import Witnessed

Lines = Sequence[Line]


@dataclass(frozen=True)
class Reached:
    """How far a chain was followed: to line `seq`, where its value is `head`."""

    seq: int = 0
    head: str = GENESIS


@dataclass
class Walk:
    """One check of a chain. `signed`: how far it was whole before; where that line is passed, it has that value.

    `noted`: of how many lines a witness knows. `tree`: over all lines so far, when it begins at the first one.
    """

    at: Reached
    signed: Reached
    noted: int
    tree: Witnessed | None = None

    def follow(self, batches: Sequence[AuditBatch], lines: Lines) -> str | None:
        """Go on over `batches`, which oversight itself wrote; what is wrong, or None. `at` is how far it is whole."""
        left = iter(lines)
        for batch in batches:
            if batch.first != self.at.seq + 1 or batch.previous != self.at.head or batch.last < batch.first:
                return f"regels vanaf {self.at.seq + 1} ontbreken of zijn vervangen"
            head = self.at.head
            for expected in range(batch.first, batch.last + 1):
                seq, entry, *found_by = next(left, Line(None, {}, None, None))
                if seq != expected:
                    return f"regel {expected} ontbreekt"
                if found_by != [entry.get("actor"), entry.get("record")]:
                    return f"regel {expected} staat onder een andere naam dan zij zegt"
                head = chain(head, entry)
                if self.tree is not None:
                    self.tree.add(as_bytes(entry))
                    if not self.tree.holds:
                        return f"regels tot en met {expected} zijn vervangen sinds een getuige ze heeft genoteerd"
            if head != batch.head:
                return f"een regel tussen {batch.first} en {batch.last} is gewijzigd"
            if self.at.seq < self.signed.seq <= batch.last and Reached(batch.last, head) != self.signed:
                return f"regels tot en met {self.signed.seq} zijn vervangen sinds zij zijn gecontroleerd"
            self.at = Reached(batch.last, head)
        return None

    def missing(self) -> str | None:
        """At the end of the lines: whether there once were more."""
        return vanished(self.at) if self.at.seq < max(self.signed.seq, self.noted) else None


def vanished(at: Reached) -> str:
    """What is said of a chain that ends, or is another, where there once was more."""
    return f"regels bij {at.seq} die eerder zijn gecontroleerd, ontbreken of zijn vervangen"
