"""Binding: the chapters of a verantwoordingsdossier are named with their hashes, and those that are missing by their service (R-2.4)."""

from __future__ import annotations

from collections.abc import Sequence

from services.oversight import store
from shared import audit
from shared.accountability import BOUND_KIND, Binding, Bound, bound_of, missing_of, moment_said
from shared.errors import Forbidden, Invalid, NotFound
from shared.identity import Person
from shared.protocol.designations import FG
from shared.protocol.faults import Fault
from shared.service.platform import Platform

ACCOUNT_BOUND = "accountability file bound"
OF_ACCOUNTING = "art. 2"


class AccountBinding:
    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    async def bind(self, number: str, person: Person, seals: Sequence[str]) -> Binding:
        """What the FG gathered of a signal, bound and signed; nothing of a chapter is kept here.

        Raises Forbidden, NotFound where there never was such a signal, Invalid with every seal that is not believed or is of a
        service that is there already, PartDown and NotSigned.
        """
        role = person.role_among({FG})
        async with self.platform.database.reading() as session:
            if await session.get(store.Whereabout, number) is None:
                raise NotFound
        chapters, faults = {}, []
        for place, seal in enumerate(seals):
            try:
                found = await bound_of(self.platform.verifier, seal, number, person)
            except Forbidden as problem:
                faults.append(Fault(f"seals.{place}", problem.detail, OF_ACCOUNTING, "no-seal"))
                continue
            if found.service in chapters:
                faults.append(
                    Fault(f"seals.{place}", "is van een dienst die er al bij is", OF_ACCOUNTING, "chapter-twice")
                )
            chapters[found.service] = found
        if faults:
            raise Invalid(faults)
        now, missing = self.platform.clock.now(), missing_of(chapters)
        bound = Bound(
            number=number,
            made_at=moment_said(now),
            made_for=person.user_id,
            chapters=tuple(chapters[one] for one in sorted(chapters)),
            missing=missing,
            complete=not missing,
        )
        signature = self.platform.signer.sign(BOUND_KIND, {"bound": bound.model_dump(mode="json", by_alias=True)})
        reason = f"missing: {', '.join(missing)}" if missing else "complete"
        line = audit.line(now, ACCOUNT_BOUND, actor=person.user_id, role=role, record=number, reason=reason)
        async with self.platform.database.transaction() as session:
            session.add(line)
        return Binding(bound=bound, signature=signature)
