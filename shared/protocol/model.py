"""The words in which the protocol is written down. Standard library only; nothing here looks at a clock.

A *decision* states its article, the question, who answers it, who must co-sign, in which state of the
signal it can be taken, and where each outcome leads. A negative outcome is a value, not an error.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from shared.protocol.conditions.case import Condition
from shared.protocol.kinds import Kind, Text
from shared.protocol.municipality import Municipality, Terms, Who
from shared.protocol.states import HOLDER_OF, PHASE_OF, State

__all__ = ["HOLDER_OF", "PHASE_OF", "Category", "Decision", "Field", "Law", "Outcome", "State", "Terms", "Who"]


@dataclass(frozen=True)
class Field:
    """Something that has to be filled in. `outcomes`: only with these outcomes (empty: always).

    `roles`: only asked of who decides under one of these roles (empty: of everybody).
    """

    name: str
    question: str
    article: str
    kind: Kind = Text()  # noqa: RUF009 - a frozen value
    outcomes: tuple[str, ...] = ()
    required: bool = True
    roles: tuple[str, ...] = ()


GRANT_THAT_WAITS = "granted"
RECEIVER_OF_WRONG = "receiver"
ABOUT = {
    "source": "een bron",
    "question": "een vraag aan een bron",
    "item": "een gegeven",
    "recipient": "een ontvanger",
    "intervention": "een interventie",
    "partner": "een gevraagde partner",
    "fact": "een gegeven dat kan worden rechtgezet",
    "person": "een persoon",
    "rectified": "een gegeven of persoon waarvan is besloten dat het niet klopt",
    RECEIVER_OF_WRONG: "een ontvanger van wat niet klopt",
    GRANT_THAT_WAITS: "een verzoek waarop iets is toegewezen dat nog niet is uitgevoerd",
    "asked": "een nog niet beantwoorde vraag van een onderdeel",
    "finding": "een bevinding van een onderdeel die nog niet is beoordeeld",
    "holder": "een dienst die iets over een betrokkene kan hebben",
    "found": "een gegeven dat voor dit verzoek is gevonden",
}
"""What a decision can be about, besides the signal as a whole."""
RECIPIENTS = {
    "department": "een onderdeel van de gemeente",
    "partner": "een partner",
    "municipality": "de betrokken gemeente",
}
"""The kinds of recipients of a signal that is passed on."""


@dataclass(frozen=True)
class Outcome:
    """One answer. `leads_to` None: the signal stays in its state. `ends`: it leaves the active environment.

    `only_in`: this answer exists in these states only (empty: in all of the decision's). `needs`: what must be
    true of the signal. `forward_to`: kinds of recipients.
    """

    key: str
    answer: str
    leads_to: State | None
    article: str
    ends: bool = False
    forward_to: tuple[str, ...] = ()
    forward_only_to: str | None = None
    """The one recipient there is; then it cannot go to nobody."""
    urgent_to: tuple[str, ...] = ()
    """Who may be sent it at once for a danger to somebody's life or safety: no withdrawal, and no four eyes before it."""
    discloses: bool = False
    """With it data go to those named who are no part of the municipality, if any are: who is concerned knows by then,
    or a ground says why not (AVG 14 lid 3)."""
    only_in: tuple[State, ...] = ()
    needs: tuple[Condition, ...] = ()
    corrects: bool = False
    """It comes with what stands in the place of the item that it is about."""


@dataclass(frozen=True)
class Decision:
    key: str
    article: str
    question: str
    states: tuple[State, ...]
    who: Who
    outcomes: tuple[Outcome, ...]
    fields: tuple[Field, ...]
    about: tuple[str, ...] = ()
    """What it is about, one of each of `ABOUT`. Empty: the signal as a whole, or parts of it that are named."""
    about_many: bool = False
    """It is about any number of things of the one kind in `about`."""
    together: bool = False
    """Several of them can be decided at once (together.py)."""
    needs: tuple[Condition, ...] = ()
    in_codes: tuple[str, ...] = ()
    """Who decides under one of these roles chooses, and writes nothing: no reason in words is asked of him, or taken."""
    guidance: tuple[str, ...] = ()
    """What is shown beside the question; none of it has to be ticked."""
    log_in_anew: bool = False
    """It destroys, or lets a package out: who takes it has shown just now who he is (R-8.2)."""
    taken_in: str | None = None
    """The service in which it is decided when that is not the holder of the signal; the holder waits for it."""

    def outcome(self, key: str, state: State | None = None) -> Outcome | None:
        """The outcome `key`; with `state`, as it is in that state."""
        found = (one for one in self.outcomes if one.key == key)
        return next((one for one in found if state is None or not one.only_in or state in one.only_in), None)

    def outcomes_in(self, state: State) -> tuple[Outcome, ...]:
        return tuple(one for one in self.outcomes if not one.only_in or state in one.only_in)

    def asked(self, outcome: Outcome) -> tuple[Field, ...]:
        """What has to be filled in with `outcome`."""
        return tuple(one for one in self.fields if not one.outcomes or outcome.key in one.outcomes)


@dataclass(frozen=True)
class Category:
    """A category of Bijlage 1: from which phase it may be recorded, and whether its source is closed.

    `process`: no data about anybody but a record of the handling (a question, an intervention), asked for in
    `fields` and possible in `states` only. `by`: who records it, by a task of his own (None: who has the file); empty:
    nobody, it comes of a decision.
    """

    key: str
    name: str
    from_phase: int
    closed: bool = False
    verification_only: bool = False
    process: bool = False
    composed: bool = False
    """It is made of items that are chosen: its words are a short note at most, and can be left out."""
    states: tuple[State, ...] = ()
    fields: tuple[Field, ...] = ()
    needs: tuple[Condition, ...] = ()
    by: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Chapter:
    """A part of the protocol: a phase, keeping, or informing."""

    title: str
    purpose: str
    decisions: tuple[Decision, ...]


@dataclass(frozen=True)
class Law:
    """One municipality's protocol, in one version (R-2.5): what `Municipality` chose, and the rules that follow."""

    choices: Municipality
    chapters: tuple[Chapter, ...]
    categories: tuple[Category, ...]
    file_roles: tuple[str, ...]
    """Who may see the file (art. 7 lid 2)."""
    designations: dict[str, str]
    """Which designations exist, and for each who gives it: `beheerder`, or `controller` (set-up file)."""
    names: dict[str, str]
    """What roles, sources, organisations and items of closed lists are called, by their codes."""

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """In the order of the protocol."""
        return tuple(one for chapter in self.chapters for one in chapter.decisions)

    @property
    def version(self) -> str:
        return self.choices.version

    @property
    def in_force_from(self) -> date:
        return self.choices.in_force_from

    @property
    def title(self) -> str:
        return self.choices.title

    @property
    def municipality(self) -> str:
        return self.choices.name

    @property
    def terms(self) -> Terms:
        return self.choices.terms

    @property
    def organisations(self) -> dict[str, tuple[str, ...]]:
        """Who can receive a forwarded signal, per kind of recipient (C-11, C-12). A closed list: a name that is
        typed could be a person's."""
        return {kind: tuple(names) for kind, names in self.choices.organisations.items()}

    @property
    def meetings(self) -> dict[str, tuple[str, ...]]:
        """Which meetings exist, and which organisations besides the municipality may take part in each."""
        return {kind: tuple(names) for kind, names in self.choices.meetings.items()}

    @property
    def attendance_by(self) -> str:
        return self.choices.attendance_by

    @property
    def selection_list(self) -> str | None:
        return self.choices.selection_list

    def decision(self, key: str) -> Decision | None:
        return next((decision for decision in self.decisions if decision.key == key), None)

    def category(self, key: str) -> Category | None:
        return next((category for category in self.categories if category.key == key), None)

    def open_in(self, state: State) -> tuple[Decision, ...]:
        """The decisions that can be taken now, in the order of the protocol."""
        return tuple(decision for decision in self.decisions if state in decision.states)

    def people(self, roles: Iterable[str]) -> str:
        """Who has one of `roles`, as people say it."""
        kinds = {"bronhouder": "de bronhouder", "department": "het uitvoerende onderdeel", "lot": "een lid van het LOT"}
        named = [kinds.get(one.partition("-")[0]) or f"de {self.called(one)}" for one in roles]
        return " of ".join(dict.fromkeys(named))

    def called(self, code: str) -> str:
        """What people call a role, a source, an organisation or a category; an item goes by its own name."""
        return self.names.get(code, code)

    def answered(self, key: str, outcome: str) -> str:
        """A decision that was taken, as people say it: its question and what was answered."""
        decision = self.decision(key)
        if decision is None:
            return self.called(key)
        answer = decision.outcome(outcome)
        # What was decided together has no answer as a whole.
        return f"‘{decision.question}’ – ‘{answer.answer if answer else 'in delen beantwoord'}’"

    def said_of(self, key: str, outcome: str) -> str:
        """What was answered, without its question; the code of what this law does not have."""
        decision = self.decision(key)
        answer = decision.outcome(outcome) if decision else None
        return answer.answer if answer else outcome

    def closed_sources(self) -> tuple[str, ...]:
        return tuple(one.key for one in self.categories if one.closed)
