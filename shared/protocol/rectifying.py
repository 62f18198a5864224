"""What is wrong is put right: a fact is corrected or withdrawn, a person was named twice or is not concerned (AVG 5, 19).

The old version stays on the record. What no longer counts follows from the decisions, by their codes alone, so that
every later holder knows it too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from shared.protocol.conditions import rectifying as c
from shared.protocol.conditions.approach import PROCESS_CATEGORIES
from shared.protocol.conditions.dates import not_in_the_future
from shared.protocol.facts import Item, Taken, person_of
from shared.protocol.kinds import Date
from shared.protocol.model import Decision, Field, Outcome
from shared.protocol.moments import NOT_CONCERNED, SAME_PERSON
from shared.protocol.municipality import Municipality, Who
from shared.protocol.states import PHASES

RECTIFY = "rectify"
ACCURACY, RECIPIENTS_KNOW = "art. 5 lid 1 onder d AVG", "art. 19 AVG"
IN_HAND = tuple(state for number in (1, 2, 3, 4) for state in PHASES[number].states)


# --- the decisions ------------------------------------------------------------------------------------


def _whoever_has_the_file(chosen: Municipality) -> Who:
    return Who(tuple(chosen.file_roles))


def rectify(chosen: Municipality) -> Decision:
    """AVG 5 lid 1 onder d: what is not accurate is corrected or no longer counts."""
    return Decision(
        key=RECTIFY,
        article=ACCURACY,
        question="Klopt dit gegeven niet?",
        states=IN_HAND,
        who=_whoever_has_the_file(chosen),
        outcomes=(
            Outcome("corrected", "het moet anders zijn", None, ACCURACY, corrects=True, needs=(c.is_no_handling,)),
            Outcome("withdrawn", "het vervalt", None, ACCURACY),
        ),
        fields=(Field("wrong", "Wat klopt er niet, en waaruit blijkt dat?", ACCURACY),),
        about=("fact",),
    )


def same_person(chosen: Municipality) -> Decision:
    """One person who was named twice is one person, with one duty to inform."""
    return Decision(
        key=SAME_PERSON,
        article=ACCURACY,
        question="Is deze persoon dezelfde als een ander die al is genoemd?",
        states=IN_HAND,
        who=_whoever_has_the_file(chosen),
        outcomes=(Outcome("same", "ja, het is één persoon", None, ACCURACY, needs=(c.two_persons,)),),
        fields=(Field("known", "Waaruit blijkt dat?", ACCURACY),),
        about=("person", "person"),
    )


def not_concerned(chosen: Municipality) -> Decision:
    """Somebody who proves not to be concerned is taken out: nothing of him is shared any more."""
    return Decision(
        key=NOT_CONCERNED,
        article=ACCURACY,
        question="Blijkt deze persoon niet betrokken te zijn?",
        states=IN_HAND,
        who=_whoever_has_the_file(chosen),
        outcomes=(Outcome("taken-out", "ja, deze persoon gaat eruit", None, ACCURACY),),
        fields=(Field("known", "Waaruit blijkt dat?", ACCURACY),),
        about=("person",),
    )


def set_right(chosen: Municipality) -> Decision:
    """AVG 19: whoever received what was wrong is told so, in whichever phase, unless that is impossible or disproportionate;
    what he says to that is kept."""
    told = not_in_the_future("toldOn", "de datum waarop het is verteld", RECIPIENTS_KNOW)
    confirmed = not_in_the_future("confirmedOn", "de datum waarop het is bevestigd", RECIPIENTS_KNOW)
    return Decision(
        key=c.SET_RIGHT,
        article=RECIPIENTS_KNOW,
        question="Is deze ontvanger verteld wat niet klopt?",
        states=IN_HAND,
        who=_whoever_has_the_file(chosen),
        outcomes=(
            Outcome("told", "ja", None, RECIPIENTS_KNOW, needs=(c.had_it, told)),
            Outcome("impossible", "dat is onmogelijk of onevenredig", None, RECIPIENTS_KNOW, needs=(c.had_it,)),
            Outcome(
                "confirmed",
                "ja, en hij heeft bevestigd dat het bij hem is rechtgezet",
                None,
                RECIPIENTS_KNOW,
                needs=(c.knows_of_it, confirmed, c.confirmed_after_telling),
            ),
        ),
        fields=(
            Field("toldOn", "Op welke datum?", RECIPIENTS_KNOW, Date(), ("told",)),
            Field("why", "Waarom kan het niet?", RECIPIENTS_KNOW, outcomes=("impossible",)),
            Field("confirmedOn", "Op welke datum heeft hij het bevestigd?", RECIPIENTS_KNOW, Date(), ("confirmed",)),
            Field("how", "Hoe heeft hij het bevestigd?", RECIPIENTS_KNOW, outcomes=("confirmed",)),
        ),
        about=("rectified", "receiver"),
    )


def not_before_everybody_knows(decision: Decision) -> Decision:
    """AVG 19: a signal does not end while somebody who had what was put right was not told; nobody could record it afterwards."""
    outcomes = (
        replace(one, needs=(*one.needs, c.everybody_set_right)) if one.ends else one for one in decision.outcomes
    )
    return replace(decision, outcomes=tuple(outcomes))


# --- what follows from them ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """What no longer counts. `replaced`: an item and what stands in its place, if anything; `same`: who is somebody
    else, and who; `left_out`: who is not concerned."""

    replaced: Mapping[str, str | None] = field(default_factory=dict)
    same: Mapping[str, str] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()

    def person(self, subject: str) -> str:
        """Who somebody is, when he was named twice."""
        return person_of(self.same, subject)

    def concerned(self, subjects: Iterable[str]) -> tuple[str, ...]:
        """Whom it is about: nobody twice, and nobody who was taken out."""
        return tuple(one for one in subjects if self.person(one) == one and one not in self.left_out)

    def without(self, subjects: Iterable[str]) -> tuple[str, ...]:
        """`subjects` as they stand: each once, without who was taken out."""
        return tuple(dict.fromkeys(one for one in map(self.person, subjects) if one not in self.left_out))

    def is_made_undone(self, item: Item) -> bool:
        """Whether it stood in the place of something by a correction that was withdrawn."""
        return bool(item.corrects) and item.name not in self.replaced.values()

    def counts(self, item: Item) -> bool:
        """Whether an item is shared and weighed. What is about somebody who was taken out is not; a record of the
        handling of it stays what it is."""
        if item.name in self.replaced or self.is_made_undone(item):
            return False
        return item.category in PROCESS_CATEGORIES or self.person(item.about) not in self.left_out

    def of(self, item: Item) -> Item:
        """An item with the persons as they are known now."""
        fields = dict(item.fields)
        if isinstance(fields.get("subjects"), (list, tuple)):
            fields["subjects"] = list(self.without(fields["subjects"]))
        return replace(item, about=self.person(item.about), fields=fields)


def standing(taken: Iterable[Taken]) -> Standing:
    """What follows from the decisions that count, in their order."""
    replaced: dict[str, str | None] = {}
    same: dict[str, str] = {}
    left_out: set[str] = set()
    for one in taken:
        if one.key == RECTIFY:
            replaced[one.about[0]] = one.about[1] if len(one.about) > 1 else None
        elif one.key == SAME_PERSON:
            same[one.about[0]] = one.about[1]
        elif one.key == NOT_CONCERNED:
            left_out.add(one.about[0])
    return Standing(replaced, same, frozenset(left_out))


def split(items: Sequence[Item], known: Standing) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
    """The items that count, and those that only stay on the record."""
    counting = tuple(known.of(one) for one in items if known.counts(one))
    return counting, tuple(known.of(one) for one in items if not known.counts(one))
