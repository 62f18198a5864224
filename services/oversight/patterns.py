"""What the audit trail shows that somebody should look at: facts, counted by a rule that is written here. Pure.

Each says what happened, how often and when; none says that anything is wrong, and nothing is scored or ranked (R-5.8, R-7.7). What
oversight cannot know is not guessed: whose address a signal is about stands in no line.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from shared.clock import AMSTERDAM, calendar_date
from shared.engine.freeze import FROZEN

LOOKS = (
    *("signal opened", "task opened", "contact data opened", "reasons read", "sealed signal looked up"),
    *("closed case consulted", "minutes read", "letter read", "request letter read", "share read"),
)
"""Somebody saw something that belongs to a record; of an action with a code behind it (`task opened: …`) what comes before."""
WHOLE_FILE = ("signal opened", "closed case consulted")
WORKED_ON = (
    "decision taken",
    "decision proposed",
    "decision co-signed",
    "fact recorded",
    "share answered",
    "decision previewed",
)
"""Somebody did something with a record besides looking."""
FROM_HOUR, UNTIL_HOUR, SATURDAY = 7, 20, 5
"""Working hours: Monday to Friday, from the first to the second, on the clock in Amsterdam."""
OUTSIDE_LOOKS, BURST_RECORDS, BURST_WITHIN, IDLE_RECORDS = 3, 20, timedelta(hours=1), 5
WORKS_WITHIN = timedelta(days=7)
"""So long before the day, or until the end of the next one, somebody who opened a file did something with it."""
NOT_WHOLE, TAMPERED, OUTSIDE_HOURS, BURST, NO_WORK = "chain", "tampered", "outside-hours", "burst", "no-work"
RECORDS_NAMED = 50


@dataclass(frozen=True)
class TrailLine:
    """A line of the audit trail as its producer signed it."""

    producer: str
    seq: int
    entry: Mapping[str, Any]

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(str(self.entry["at"]))

    @property
    def has_a_moment(self) -> bool:
        try:
            return self.at.tzinfo is not None
        except (KeyError, ValueError):
            return False

    @property
    def day(self) -> date:
        return calendar_date(self.at)

    @property
    def what(self) -> str:
        return str(self.entry.get("action") or "").partition(":")[0]

    @property
    def actor(self) -> str:
        return str(self.entry.get("actor") or "")

    @property
    def record(self) -> str:
        return str(self.entry.get("record") or "")

    @property
    def is_look(self) -> bool:
        return self.what in LOOKS and bool(self.actor and self.record) and self.entry.get("result") != "refused"


@dataclass(frozen=True)
class Pattern:
    """What is put before the FG. `cause`: the same for the same thing; `concerning`: whose doing it is."""

    kind: str
    cause: str
    facts: Mapping[str, Any]
    concerning: tuple[str, ...] = ()


def is_outside(at: datetime) -> bool:
    """Whether a moment is outside working hours."""
    here = at.astimezone(AMSTERDAM)
    return here.weekday() >= SATURDAY or not FROM_HOUR <= here.hour < UNTIL_HOUR


def not_whole(problems: Mapping[str, str]) -> Iterator[Pattern]:
    """The chain of a producer is not what it signed; by producer what is wrong."""
    for producer, problem in sorted(problems.items()):
        which = hashlib.sha256(problem.encode()).hexdigest()[:16]
        yield Pattern(NOT_WHOLE, f"{NOT_WHOLE}|{producer}|{which}", {"producer": producer})


def tampered(lines: Iterable[TrailLine]) -> Iterator[Pattern]:
    """A service said that rows are not what it wrote: a dossier that was frozen, a turn that came twice, lines that vanished."""
    for one in lines:
        if one.what in (FROZEN, "a turn came twice", "audit lines refused") or one.what.endswith(" not believed"):
            facts = {"producer": one.producer, "line": one.seq, "action": one.what, "at": one.at.isoformat()}
            facts |= {name: one.entry[name] for name in ("record", "reason") if one.entry.get(name)}
            yield Pattern(TAMPERED, f"{TAMPERED}|{one.producer}|{one.seq}", facts)


def misuse(lines: Iterable[TrailLine], today: date) -> Iterator[Pattern]:
    """What a person did on a day that is over; whether somebody worked on what he opened is known a day later."""
    known = [one for one in lines if one.actor]
    days: dict[tuple[str, date], list[TrailLine]] = defaultdict(list)
    for one in known:
        if one.is_look:
            days[one.actor, one.day].append(one)
    worked = _worked(known)
    for (actor, day), looks in sorted(days.items()):
        if day >= today:
            continue
        looks.sort(key=lambda one: one.at)
        outside = [one for one in looks if is_outside(one.at)]
        if len(outside) >= OUTSIDE_LOOKS:
            yield _of(OUTSIDE_HOURS, actor, day, outside)
        burst = _burst(looks)
        if burst:
            yield _of(BURST, actor, day, burst)
        # Of the first days that are known, what was done before is not.
        if day + timedelta(days=1) < today:
            idle = [one for one in looks if one.what in WHOLE_FILE and not _is_worked(one, worked)]
            if len({one.record for one in idle}) >= IDLE_RECORDS:
                yield _of(NO_WORK, actor, day, idle)


Worked = Mapping[tuple[str, str], list[date]]


def _worked(lines: Iterable[TrailLine]) -> Worked:
    """On which days somebody did something with a record, by person and record."""
    found: dict[tuple[str, str], list[date]] = defaultdict(list)
    for one in lines:
        if one.what in WORKED_ON:
            found[one.actor, one.record].append(one.day)
    return found


def _is_worked(look: TrailLine, worked: Worked) -> bool:
    first, last = look.day - WORKS_WITHIN, look.day + timedelta(days=1)
    return any(first <= on <= last for on in worked.get((look.actor, look.record), ()))


@dataclass
class AccessSeen:
    """What one person saw in a month: the moments by record; how often outside working hours; the most different records within
    an hour; and which files he opened without doing anything with them, then or about then."""

    actor: str
    seen: dict[str, list[datetime]] = field(default_factory=dict)
    outside: int = 0
    most_in_an_hour: int = 0
    without_work: set[str] = field(default_factory=set)

    @property
    def looks(self) -> int:
        return sum(map(len, self.seen.values()))


def accesses(lines: Iterable[TrailLine], first: date, after: date, today: date) -> list[AccessSeen]:
    """Who saw what from `first` until before `after`, by the id of the user. `lines` begin sooner and end later: whether somebody
    worked on it shows there, once the day after it is over."""
    known = [one for one in lines if one.actor]
    worked, found = _worked(known), dict[str, AccessSeen]()
    looks = sorted((one for one in known if one.is_look and first <= one.day < after), key=lambda one: one.at)
    hours: dict[str, deque[TrailLine]] = defaultdict(deque)
    for one in looks:
        mine, hour = found.setdefault(one.actor, AccessSeen(one.actor)), hours[one.actor]
        mine.seen.setdefault(one.record, []).append(one.at)
        mine.outside += is_outside(one.at)
        hour.append(one)
        while one.at - hour[0].at > BURST_WITHIN:
            hour.popleft()
        mine.most_in_an_hour = max(mine.most_in_an_hour, len({each.record for each in hour}))
        if one.what in WHOLE_FILE and one.day + timedelta(days=1) < today and not _is_worked(one, worked):
            mine.without_work.add(one.record)
    return [found[actor] for actor in sorted(found)]


def _burst(looks: list[TrailLine]) -> list[TrailLine]:
    """The first hour in which somebody saw so many different records."""
    for place, one in enumerate(looks):
        within = [other for other in looks[place:] if other.at - one.at <= BURST_WITHIN]
        if len({other.record for other in within}) >= BURST_RECORDS:
            return within
    return []


def _of(kind: str, actor: str, day: date, looks: list[TrailLine]) -> Pattern:
    records = sorted({one.record for one in looks})
    facts = {
        "actor": actor,
        "day": day.isoformat(),
        "looks": len(looks),
        "records": len(records),
        "from": looks[0].at.isoformat(),
        "until": looks[-1].at.isoformat(),
        "which": records[:RECORDS_NAMED],
    }
    return Pattern(kind, f"{kind}|{actor}|{day.isoformat()}", facts, (actor,))
