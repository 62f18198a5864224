"""What was granted and stays restricted, and what must be true before that is lifted (art. 18 AVG)."""

from __future__ import annotations

from collections.abc import Iterable

from shared.protocol.conditions.case import Case, condition
from shared.protocol.conditions.requests import asked
from shared.protocol.facts import Taken
from shared.protocol.request_kinds import KEPT_APART, LIFT, LIFT_TOLD, ON_ITEM, REQUEST_WITHDRAWN, WITHHOLD


def granted(kind: str, taken: Iterable[Taken]) -> tuple[str, ...]:
    """The things that were found of which it was decided last that what is asked is done, of a request to change something; and for which
    the restriction was not lifted since."""
    if kind not in KEPT_APART:
        return ()
    last = {one.about[0]: one.outcome for one in _since_lifted(taken) if one.key in (ON_ITEM, WITHHOLD) and one.about}
    return tuple(name for name, outcome in last.items() if outcome in ("done", "partly"))


def _since_lifted(taken: Iterable[Taken]) -> tuple[Taken, ...]:
    """What was decided since a restriction was lifted last: what is granted by a supplementary answer is restricted anew."""
    decisions = tuple(taken)
    lifted = max((place for place, one in enumerate(decisions) if one.key == LIFT_TOLD), default=-1)
    return decisions[lifted + 1 :]


@condition("art. 18 AVG", "er is iets afgeschermd: gedaan is wat werd gevraagd, en de afscherming is niet opgeheven")
def something_is_restricted(case: Case) -> str | None:
    ended = any(one.key == REQUEST_WITHDRAWN for one in case.facts.decisions)
    there = granted(str(asked(case).get("kind")), case.facts.decisions) and not ended
    return None if there else "er is niets afgeschermd dat kan worden opgeheven"


@condition("art. 18 lid 3 AVG", "over het opheffen is niet al besloten")
def lifting_is_not_decided(case: Case) -> str | None:
    taken = any(one.key == LIFT for one in _since_lifted(case.facts.decisions))
    return "over het opheffen is al besloten: vertel het de verzoeker" if taken else None


@condition("art. 18 lid 3 AVG", "over het opheffen is besloten, en de brief daarover is niet al verstuurd")
def lifting_waits(case: Case) -> str | None:
    keys = [one.key for one in case.facts.decisions]
    if LIFT not in keys:
        return "er is niet besloten dat een afscherming wordt opgeheven"
    waits = any(one.key == LIFT for one in _since_lifted(case.facts.decisions))
    return None if waits else "de afscherming is al opgeheven"
