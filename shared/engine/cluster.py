"""Clusters: joining, splitting, and one decision for several dossiers, each of which gets it as its own.

There is no row of a cluster. A dossier bears its number under the MAC of its head, by a record of its own, and whoever
decides names every member: a row that is changed makes nobody a member. One from which the number is taken is left out
until somebody opens it; then it is frozen.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from shared import audit
from shared.engine import store
from shared.engine.common import record_of, told_to_supervision
from shared.engine.decide import Deciding
from shared.engine.documents import Words
from shared.engine.given import Given, Open, Shown
from shared.engine.head import Head, changed
from shared.engine.hear import at_most_thrice
from shared.engine.loaded import Loaded
from shared.engine.parts import Parts
from shared.engine.records import CLUSTERING
from shared.engine.show import Showing
from shared.engine.voices import with_voices
from shared.engine.wording import faults_in_words
from shared.engine.write import Change, Writer
from shared.errors import Conflict, Forbidden, Invalid, MeldpuntError, NotBelieved, NotFound
from shared.identity import Person
from shared.numbers import cluster_number
from shared.protocol.clusters import (
    CLUSTERED,
    JOINED,
    SPLIT,
    Member,
    deciding_faults,
    joining_faults,
    open_for_all,
    shared_faults,
    splitting_faults,
)
from shared.protocol.co_signing import QUESTIONED, WAITING
from shared.protocol.faults import Fault
from shared.protocol.judge import Allowed, Attempt


@dataclass(frozen=True)
class GivenMember:
    """A signal that is named, as who names it saw it. `own`: what is decided on it instead, with a reason of its own."""

    number: str
    expected_version: int
    own: Attempt | None = None


@dataclass(frozen=True)
class Clustered:
    """A cluster with its members, in the order of their numbers, as they are now."""

    number: str
    members: Mapping[str, int] = field(default_factory=dict)
    """The version of each, by its number."""


class Clusters:
    """What can be done with several dossiers of this service at once."""

    def __init__(self, parts: Parts, writer: Writer, deciding: Deciding, showing: Showing) -> None:
        self.parts = parts
        self.platform = parts.platform
        self.writer = writer
        self._deciding = deciding
        self._showing = showing

    # --- joined and split ------------------------------------------------------------------------

    async def join(
        self, person: Person, named: Sequence[GivenMember], reason: str, grounds: Mapping[str, str]
    ) -> Clustered:
        """Make `named` a cluster, or one with that which some of them are in. Raises Forbidden, Invalid with what is
        wrong with each."""
        role = self.parts.role_of(person)

        async def act() -> Clustered:
            found = await self._named(person, named)
            known = next((one.dossier.cluster for one in found.values() if one.dossier.cluster), None)
            faults = joining_faults(_members(named, found), await self._bearing(known), reason)
            return await self._record(person, role, found, known or cluster_number(), JOINED, reason, grounds, faults)

        return await at_most_thrice(act)

    async def split(
        self, person: Person, cluster: str, named: Sequence[GivenMember], reason: str, grounds: Mapping[str, str]
    ) -> Clustered:
        """Let `named` leave `cluster`. Raises Forbidden, Invalid with what is wrong with each."""
        role = self.parts.role_of(person)

        async def act() -> Clustered:
            found = await self._named(person, named)
            faults = splitting_faults(_members(named, found), cluster, reason)
            return await self._record(person, role, found, cluster, SPLIT, reason, grounds, faults)

        return await at_most_thrice(act)

    async def _record(
        self,
        person: Person,
        role: str,
        found: Mapping[int, Loaded],
        cluster: str,
        outcome: str,
        reason: str,
        grounds: Mapping[str, str],
        faults: Sequence[Fault],
    ) -> Clustered:
        """On each of `found` a record of its own, all in one transaction."""
        read = [faults_in_words(one, {"reason": reason}, grounds, (role,)) for one in found.values()]
        if faults or any(read):
            raise Invalid(list(dict.fromkeys([*faults, *(one for each in read for one in each)])))
        words = Words(reason=reason.strip(), special_grounds=dict(grounds))
        await self.writer.write(*(self._recorded(one, person, role, cluster, outcome, words) for one in found.values()))
        return Clustered(cluster, {one.number: one.dossier.version + 1 for one in _in_order(found)})

    def _recorded(self, loaded: Loaded, person: Person, role: str, cluster: str, outcome: str, words: Words) -> Change:
        record = record_of(
            loaded,
            self.platform.clock.now(),
            key=CLUSTERING,
            outcome=outcome,
            article=CLUSTERED,
            recorder=person.user_id,
            role=role,
            # Not the numbers of the others: who sees this one may not be allowed to know of them.
            about=(cluster,),
            tells=self.parts.policy.tells,
        )
        told = [told_to_supervision(loaded, record, words, None, None)] if record.tells else []
        line = audit.line(
            record.taken_at,
            f"cluster {outcome}",
            actor=person.user_id,
            role=role,
            record=loaded.number,
            reason=cluster,
            turn=loaded.next_turn,
            concerns=loaded.concerns,
            answered=words.special_grounds,
        )
        bears = cluster if outcome == JOINED else None

        def becomes(head: Head) -> Head:
            return replace(head, dossier=changed(head.dossier, cluster=bears))

        return Change(
            loaded,
            state=loaded.dossier.state,
            decision=record,
            documents={f"decision-{record.id}": words},
            rows=[line, *self.parts.performer.posted(loaded, record, told)],
            becomes=becomes,
        )

    # --- decided ---------------------------------------------------------------------------------

    async def decide(
        self, person: Person, cluster: str, attempt: Attempt, named: Sequence[GivenMember]
    ) -> dict[str, Shown]:
        """One decision on every member, each judged and written as its own, all or none; by the number of each.

        Raises Forbidden or Conflict when that is the answer for every member, else Invalid with what is wrong with each.
        """
        self.parts.role_of(person)
        return await at_most_thrice(lambda: self._decide(person, cluster, attempt, named))

    async def _decide(
        self, person: Person, cluster: str, attempt: Attempt, named: Sequence[GivenMember]
    ) -> dict[str, Shown]:
        found = await self._named(person, named, attempt.meeting)
        own_reasons = [one.own.reason if one.own else None for one in named]
        faults = deciding_faults(_members(named, found), cluster, await self._bearing(cluster), own_reasons)
        laws = {one.law.version: one.law for one in found.values()}.values()
        faults += [fault for law in laws for fault in shared_faults(law, attempt)]
        if faults:
            raise Invalid(list(dict.fromkeys(faults)))
        allowed = self._allowed(person, attempt, named, found)
        leads = {
            place: self.parts.policy.leads_to(found[place], given, answer.outcome)
            for place, (given, answer) in allowed.items()
        }
        # Where it goes for whom it is not different: who goes there too goes on with the cluster.
        together = next(leads[place] for place, one in enumerate(named) if one.own is None)
        changes, shown = [], dict[str, Shown]()
        for place, (given, answer) in allowed.items():
            loaded = found[place]
            goes_with = cluster if leads[place] == together else None
            change, shown[loaded.number] = self._deciding.change(loaded, person, given, answer, goes_with)
            changes.append(change)
        await self.writer.write(*changes)
        return dict(sorted(shown.items()))

    def _allowed(
        self, person: Person, attempt: Attempt, named: Sequence[GivenMember], found: Mapping[int, Loaded]
    ) -> dict[int, tuple[Given, Allowed]]:
        allowed: dict[int, tuple[Given, Allowed]] = {}
        refused: dict[int, MeldpuntError | Invalid] = {}
        for place, one in enumerate(named):
            loaded = found[place]
            given = with_voices(loaded, Given(one.own or attempt, one.expected_version))
            roles = person.roles & frozenset(self.parts.policy.roles(loaded.law))
            try:
                if not roles:
                    raise Forbidden
                allowed[place] = given, self._deciding.allowed(loaded, person, roles, given)
                self._deciding.asks_log_in(loaded, person, given.attempt.key)
            except (Forbidden, Conflict, Invalid) as problem:
                refused[place] = problem
        if refused:
            raise _answer(refused, len(named), {place for place, one in enumerate(named) if one.own})
        return allowed

    # --- shown -----------------------------------------------------------------------------------

    async def open_decisions(self, cluster: str, person: Person) -> tuple[Clustered, Open]:
        """What is open for every member. Raises Forbidden, NotFound when there is none that this person may see."""
        law = self.parts.present
        person.role_among(self.parts.policy.roles(law) | self.parts.policy.readers(law))
        numbers = await self._bearing(cluster)
        mine = [one.number for one in await self._showing.members(cluster, person)]
        if not mine:
            raise NotFound
        found = {one: await self._showing.open_decisions(one, person) for one in mine}
        first = next(iter(found.values()))
        in_one_state = len({one.state for one in found.values()}) == 1
        all_of_it = len(mine) == len(numbers) and in_one_state
        decisions = open_for_all({number: one.decisions for number, one in found.items()}) if all_of_it else ()
        opened = replace(first, decisions=decisions, records=(), actions=(), shareable=(), concerns={})
        return Clustered(cluster, {number: one.version for number, one in found.items()}), opened

    async def _bearing(self, cluster: str | None) -> list[str]:
        async with self.platform.database.reading() as session:
            return await store.bearing(session, cluster) if cluster else []

    async def _named(
        self, person: Person, named: Sequence[GivenMember], meeting: str | None = None
    ) -> dict[int, Loaded]:
        """Those of `named` that are here for this person, by their place. Raises Invalid when one is not as he saw it, or
        frozen; what is closed to him is as what does not exist."""
        found: dict[int, Loaded] = {}
        faults: list[Fault] = []
        for place, one in enumerate(named):
            try:
                loaded = await self.parts.loader.for_change(
                    one.number, one.expected_version, by=person, meeting=meeting
                )
                self._deciding.is_here(loaded)
            except NotFound:
                continue
            except NotBelieved as problem:
                words = "is bevroren: wat er staat, is niet wat er is vastgelegd"
                faults.append(Fault(f"members.{place}", words, CLUSTERED, problem.code))
            except Conflict as problem:
                faults.append(Fault(f"members.{place}", problem.detail, CLUSTERED, problem.code))
            else:
                found[place] = loaded
        if faults:
            raise Invalid(faults)
        return found


def _members(named: Sequence[GivenMember], found: Mapping[int, Loaded]) -> list[Member]:
    return [
        Member(one.number)
        if place not in found
        else Member(
            one.number,
            found[place].state,
            found[place].dossier.cluster,
            _waits(found[place]),
        )
        for place, one in enumerate(named)
    ]


def _waits(loaded: Loaded) -> bool:
    """Whether something was proposed on it that can still be answered."""
    live = (one for one in loaded.decisions if one.version == loaded.dossier.version)
    return any(one.status in (WAITING, QUESTIONED) for one in live)


def _in_order(found: Mapping[int, Loaded]) -> list[Loaded]:
    return sorted(found.values(), key=lambda one: one.number)


def _answer(
    refused: Mapping[int, MeldpuntError | Invalid], count: int, own: Collection[int]
) -> MeldpuntError | Invalid:
    """What somebody is answered: what is said of every member once, else everything that is wrong, by the member."""
    first = next(iter(refused.values()))
    alike = {type(one) for one in refused.values()} == {type(first)} and len(refused) == count
    if alike and isinstance(first, (Forbidden, Conflict)):
        return first
    faults: list[Fault] = []
    for place, problem in refused.items():
        where = f"members.{place}.own" if place in own else f"members.{place}"
        if isinstance(problem, Invalid):
            faults += (replace(one, field=f"{where}.{one.field}") for one in problem.faults)
        else:
            faults.append(Fault(where, problem.detail, None, problem.code))
    return Invalid(faults)
