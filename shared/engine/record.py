"""Recording facts; the phase gate of Bijlage 1 judges each by its category (R-B1.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shared import audit
from shared.contracts.intake import Subject
from shared.engine.documents import Finding
from shared.engine.effects import Effect, Ground
from shared.engine.given import GivenRecord, Recorded
from shared.engine.goes_on import became_known, numbered
from shared.engine.hear import at_most_thrice
from shared.engine.loaded import Loaded
from shared.engine.parts import Parts
from shared.engine.records import item_name
from shared.engine.rectified import child_marked
from shared.engine.wording import faults_in_record
from shared.engine.write import Change, Writer
from shared.errors import Conflict, Invalid
from shared.identity import Person
from shared.protocol.faults import Fault
from shared.protocol.records import BIJLAGE, judge_record


class Recording:
    """Records facts of Bijlage 1 and of the handling (a question, a paper, an intervention)."""

    def __init__(self, parts: Parts, writer: Writer) -> None:
        self.parts = parts
        self.platform = parts.platform
        self.policy = parts.policy
        self._writer = writer

    async def record(self, number: str, person: Person, given: GivenRecord) -> Recorded:
        """Record a fact on `number`. Raises Forbidden, Conflict (not now), Invalid (what is wrong, each with its
        article), NotFound or Elsewhere."""
        role = self.parts.role_of(person)
        return await at_most_thrice(lambda: self._record(number, person, role, given))

    async def record_by_task(self, number: str, person: Person, role: str, given: GivenRecord) -> Recorded:
        """As `record`, of somebody without the file, under the designation `role` of his task."""
        return await at_most_thrice(lambda: self._record(number, person, role, given))

    async def _record(self, number: str, person: Person, role: str, given: GivenRecord) -> Recorded:
        loaded, name, finding, persons = await self.judged(number, person, role, given)
        effects: list[Effect] = [*self.policy.recorded(loaded, name, finding), *child_marked(loaded, finding)]
        if persons:
            effects.append(became_known(loaded, persons))
        return await self._write(loaded, person, role, name, finding, effects, len(persons))

    async def judged(
        self, number: str, person: Person, role: str, given: GivenRecord
    ) -> tuple[Loaded, str, Finding, Mapping[str, Subject]]:
        """What would be recorded, its name, and whom it brings to light; nothing is written. Raises as `record`."""
        meeting = given.record.fields.get("meeting")
        loaded = await self.parts.loader.for_change(
            number, given.expected_version, by=person, meeting=meeting if isinstance(meeting, str) else None
        )
        if not self.policy.is_here(loaded.state, self.platform.name) or loaded.content is None:
            raise Conflict("Hieraan wordt niets meer toegevoegd.", state=loaded.state)
        faults = self._faults(loaded, role, given)
        if faults:
            raise Invalid(faults)
        return loaded, *self._finding(loaded, person, given)

    def _faults(self, loaded: Loaded, role: str, given: GivenRecord) -> list[Fault]:
        record = given.record
        faults = list(judge_record(loaded.law, loaded.state, record, role, loaded.facts()))
        faults += faults_in_record(loaded, record) if not faults else ()
        return [*faults, *self.policy.record_faults(loaded, given)]

    def _finding(
        self, loaded: Loaded, person: Person, given: GivenRecord
    ) -> tuple[str, Finding, Mapping[str, Subject]]:
        """The document, its name, and whom it brings to light: each with the next S, which is never given twice."""
        record, known = given.record, loaded.dossier.people
        fields = dict(record.fields)
        if fields.get("persons"):
            fields["persons"] = numbered(fields["persons"], known)
        finding = Finding(
            category=record.category,
            about=record.about,
            finding=record.finding,
            matches=dict(record.matches) if record.matches else None,
            fields=fields,
            recorded_by=person.user_id,
            recorded_at=self.platform.clock.now().isoformat(),
            special_grounds=dict(record.special_grounds),
        )
        return item_name(loaded), finding, finding.persons

    async def _write(
        self,
        loaded: Loaded,
        person: Person,
        role: str,
        name: str,
        finding: Finding,
        effects: Sequence[Effect],
        persons: int,
    ) -> Recorded:
        now = self.platform.clock.now()
        performer = self.parts.performer
        asked = performer.asked(loaded, effects, now)
        envelopes = performer.posted(loaded, Ground(name, BIJLAGE, person.user_id, now), effects)
        version = loaded.dossier.version + 1
        line = audit.line(
            now,
            "fact recorded",
            actor=person.user_id,
            role=role,
            record=loaded.number,
            reason=finding.category,
            turn=loaded.next_turn,
            concerns=[one.and_these(finding.persons) for one in loaded.concerns],
            answered=finding.special_grounds,
        )
        await self._writer.write(
            Change(
                loaded,
                state=loaded.dossier.state,
                documents={name: finding},
                rows=[line, *envelopes],
                asks=asked,
                people=persons,
            )
        )
        return Recorded(name, version, tuple(one.id for one in asked))
