"""What still has to be done of what was granted on a request, at who has the file (AVG 16, 17 and 19)."""

from __future__ import annotations

from collections.abc import Iterator

from shared.protocol.conditions.case import Case, condition
from shared.protocol.conditions.rectifying import rectifiable, to_be_told
from shared.protocol.facts import Facts, Grant
from shared.protocol.restricting import WHO_HE_IS

ERASURE = "erasure"
CARRIED_OUT_BY, KNOW_OF_IT = "art. 10 lid 2", "art. 19 AVG"
CORRECTED, WITHDRAWN, TAKEN_OUT, STATED = "corrected", "withdrawn", "taken-out", "stated"


def in_its_place(facts: Facts, thing: str) -> tuple[str, ...]:
    """An item, and what came to stand in its place, one after the other."""
    instead: dict[str, list[str]] = {}
    for one in (*facts.items, *facts.superseded):
        if one.corrects:
            instead.setdefault(one.corrects, []).append(one.name)
    found = [thing]
    for name in found:
        found += [one for one in instead.get(name, ()) if one not in found]
    return tuple(found)


def is_taken_out(facts: Facts, grant: Grant) -> bool:
    """Whether who asked proved not to be concerned."""
    return not {grant.subject, facts.person(grant.subject)}.isdisjoint(facts.left_out)


def still_counts(facts: Facts, grant: Grant, thing: str) -> tuple[str, ...]:
    """Of something that was granted what counts as it did: of a correction the item itself, of an erasure what stands in its place
    too. Empty: it was put right."""
    if thing == WHO_HE_IS:
        is_another = grant.kind != ERASURE and grant.subject in facts.same
        return () if is_another or is_taken_out(facts, grant) else (WHO_HE_IS,)
    counting = {*(one.name for one in (*facts.items, *facts.quarantined)), *facts.objects}
    named = in_its_place(facts, thing) if grant.kind == ERASURE else (thing,)
    return tuple(one for one in named if one in counting)


def _left(facts: Facts, grant: Grant) -> Iterator[str]:
    for thing in grant.things:
        yield from still_counts(facts, grant, thing)


def to_be_put_right(facts: Facts, grant: Grant) -> tuple[str, ...]:
    """What can be corrected or withdrawn, and was not."""
    possible = set(rectifiable(facts))
    return tuple(dict.fromkeys(one for one in _left(facts, grant) if one in possible))


def cannot_change(facts: Facts, grant: Grant) -> tuple[str, ...]:
    """What stays as it is: the report, who he is, an object, what somebody acted on; as long as he was not taken out."""
    if is_taken_out(facts, grant):
        return ()
    possible = set(rectifiable(facts))
    return tuple(dict.fromkeys(one for one in _left(facts, grant) if one not in possible))


def what_was_done(facts: Facts, grant: Grant, thing: str) -> str:
    """By which of `CORRECTED`, `WITHDRAWN`, `TAKEN_OUT` and `STATED` a thing was put right."""
    out = is_taken_out(facts, grant)
    if still_counts(facts, grant, thing):
        return TAKEN_OUT if out else STATED
    decided = (*facts.right_before, *facts.decisions)
    last = next((one for one in reversed(decided) if one.key == "rectify" and one.about[:1] == (thing,)), None)
    if last is None:
        return TAKEN_OUT if out else CORRECTED if thing == WHO_HE_IS else WITHDRAWN
    return WITHDRAWN if grant.kind == ERASURE or last.outcome == WITHDRAWN else CORRECTED


def things_put_right(facts: Facts, grant: Grant) -> frozenset[str]:
    """What others who had it are told of, for this grant: the items, what stood in their place, and the person."""
    return frozenset((grant.subject, *(name for thing in grant.things for name in in_its_place(facts, thing))))


def _granted(case: Case) -> Grant | None:
    # Where there is only one, what is missing shows before it is named.
    granted = case.facts.granted
    return next(iter(granted.values())) if len(granted) == 1 else granted.get(case.it)


@condition(CARRIED_OUT_BY, "wat is toegewezen, is rechtgezet: verbeterd of vervallen, en bij verwijdering vervallen")
def granted_is_put_right(case: Case) -> str | None:
    grant = _granted(case)
    if grant is None:
        return None
    said = []
    if left := to_be_put_right(case.facts, grant):
        how = "vervallen" if grant.kind == ERASURE else "verbeterd of vervallen"
        said.append(f"op {grant.request} is toegewezen, en nog niet {how}: {', '.join(left)}")
    if grant.kind == ERASURE and (fixed := cannot_change(case.facts, grant)):
        called = ", ".join(f"{grant.subject} zelf" if one == WHO_HE_IS else case.called([one]) for one in fixed)
        said.append(
            f"niet te verwijderen zolang {grant.subject} een betrokkene is: {called}; neem {grant.subject} eruit"
        )
    return "; ".join(said) or None


@condition(
    CARRIED_OUT_BY,
    "bij wat niet kan worden veranderd – de melding zelf, wie iemand is, waarop al is gehandeld – staat een aanvullende verklaring",
    at="fields.statement",
)
def what_stays_has_a_statement(case: Case) -> str | None:
    statement, grant = case.fields.get("statement"), _granted(case)
    if grant is None or grant.kind == ERASURE or statement:
        return None
    fixed = cannot_change(case.facts, grant)
    if not fixed:
        return None
    called = ", ".join(f"wie {grant.subject} is" if one == WHO_HE_IS else case.called([one]) for one in fixed)
    return f"schrijf wat hiernaast hoort te staan, omdat het zelf niet verandert: {called}"


@condition(KNOW_OF_IT, "wie heeft gekregen wat op dit verzoek is rechtgezet, is dat verteld")
def who_had_it_was_told(case: Case) -> str | None:
    grant = _granted(case)
    if grant is None:
        return None
    mine = things_put_right(case.facts, grant)
    left = [f"{case.called([to])} ({thing})" for thing, to in to_be_told(case.facts) if thing in mine]
    return f"nog niet verteld dat het niet klopt, aan: {', '.join(left)}" if left else None


@condition(CARRIED_OUT_BY, "wat op een verzoek is toegewezen, is uitgevoerd")
def everything_granted_is_done(case: Case) -> str | None:
    waiting = case.facts.granted
    return f"nog niet uitgevoerd wat is toegewezen op: {', '.join(waiting)}" if waiting else None
