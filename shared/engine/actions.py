"""What who has the file can do with a dossier besides deciding and recording, each described as a decision is: what is asked of
him, and where it is sent. So every one has its form without a page of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from shared.engine.given import Possible, Withdrawable
from shared.engine.loaded import Loaded
from shared.engine.policy import Policy
from shared.engine.records import CLOSING
from shared.identity import Person
from shared.protocol.clusters import CLUSTERED, MOST_MEMBERS, can_bear
from shared.protocol.co_signing import ANSWER_BACK, CO_SIGNER_SAYS, QUESTIONED, WAITING
from shared.protocol.judge import MOST_REASON
from shared.protocol.kinds import Schema
from shared.protocol.standing_back import AWB, CLOSED_TO, OPENED_TO

_SIGNAL = r"^S-[0-9A-Z]{5}-[0-9A-Z]{5}$"
_USER_ID = "user-id"
"""The format of a string that is the id of a user: a page can show names for it."""


class Doing(StrEnum):
    """What can be done besides deciding, by its name in the interface."""

    WITHDRAW = "withdraw"
    CO_SIGN = "co-sign"
    ANSWER = "answer-question"
    TAKE_BACK = "take-back"
    CLOSE = "close"
    OPEN = "open"
    JOIN = "join"
    SPLIT = "split"


def actions_of(
    policy: Policy, loaded: Loaded, person: Person, withdrawable: tuple[Withdrawable, ...]
) -> list[Possible]:
    """Those of `person`, now; `withdrawable`: what can be taken back by who recorded it."""
    found = withdrawals(loaded, withdrawable)
    if not person.roles & policy.roles(loaded.law):
        return found
    return [*found, *_proposals(policy, loaded, person), *_closing(policy, loaded, person), *_clusters(loaded)]


def withdrawals(loaded: Loaded, withdrawable: tuple[Withdrawable, ...]) -> list[Possible]:
    """What can be taken back, by who recorded it."""
    return [_withdraw(loaded, one) for one in withdrawable]


def _withdraw(loaded: Loaded, one: Withdrawable) -> Possible:
    row = one.decision
    given = {"decision": str(row.id), "expectedVersion": loaded.dossier.version}
    return Possible(Doing.WITHDRAW, f"{one.says}: ongedaan maken?", row.article, "withdrawals", _asked(), given, one)


def _proposals(policy: Policy, loaded: Loaded, person: Person) -> Iterator[Possible]:
    """Who has the file co-signs where he decides: two pairs of eyes on what one proposed."""
    for row in loaded.decisions:
        lapsed = policy.proposals_lapse and row.version != loaded.dossier.version
        rule = loaded.law.decision(row.key)
        if row.status not in (WAITING, QUESTIONED) or lapsed or rule is None:
            continue
        given = {"key": row.key, "confirms": str(row.id), "expectedVersion": loaded.dossier.version}
        known: dict[str, Any] = {"article": row.article, "about": row}
        if row.recorder == person.user_id:
            if row.status == QUESTIONED:
                answer = given | {"outcome": ANSWER_BACK}
                question = "Wat antwoordt u op de vraag over uw voorstel?"
                yield Possible(Doing.ANSWER, question, path="decisions", fields=_asked(), given=answer, **known)
            back = {"decision": str(row.id), "expectedVersion": loaded.dossier.version}
            question = "Trekt u dit voorstel in?"
            yield Possible(Doing.TAKE_BACK, question, path="withdrawals", fields=_asked(), given=back, **known)
        elif row.status == WAITING and person.roles & {*rule.who.co_signers}:
            answers = {"outcome": {"title": "Uw antwoord", "type": "string"} | _one_of(CO_SIGNER_SAYS)}
            question = "Ondertekent u dit voorstel mede?"
            yield Possible(Doing.CO_SIGN, question, path="decisions", fields=_asked(answers), given=given, **known)


def _closing(policy: Policy, loaded: Loaded, person: Person) -> Iterator[Possible]:
    if policy.tells_closing is None:
        return
    given = {"key": CLOSING, "expectedVersion": loaded.dossier.version}
    whom: Schema = {"type": "array", "minItems": 1, "maxItems": 1, "title": "Voor wie?"}
    typed = whom | {
        "description": "Ook uzelf, als het om u gaat.",
        "items": {"type": "string", "format": _USER_ID, "minLength": 1, "maxLength": 100},
    }
    question = "Is iemand zelf bij dit signaal betrokken, en moet het voor die persoon worden gesloten?"
    yield Possible(Doing.CLOSE, question, AWB, "decisions", _asked({"about": typed}), given | {"outcome": CLOSED_TO})
    closed = {one: one for one in loaded.dossier.closed_to if one != person.user_id}
    if closed:
        chosen = {"about": whom | {"items": {"type": "string", "format": _USER_ID} | _one_of(closed)}}
        question = "Mag iemand voor wie dit signaal is gesloten, het weer zien?"
        yield Possible(Doing.OPEN, question, AWB, "decisions", _asked(chosen), given | {"outcome": OPENED_TO})


def _clusters(loaded: Loaded) -> Iterator[Possible]:
    row = loaded.dossier
    if row.signal != row.number or not can_bear(loaded.state):
        return
    others: Schema = {
        "title": "Met welke andere signalen?",
        "description": "Nummers zoals S-7K3MQ-9XD4T, elk op een eigen regel; wat al bij die signalen hoort, gaat mee",
        "type": "array",
        "minItems": 1,
        "maxItems": MOST_MEMBERS,
        "items": {"type": "string", "pattern": _SIGNAL},
    }
    question = "Gaat een andere melding over dezelfde activiteit, en worden zij samengevoegd?"
    version = {"expectedVersion": row.version}
    yield Possible(Doing.JOIN, question, CLUSTERED, "clusters", _asked({"others": others}), version)
    if row.cluster:
        given = {"members": [{"number": row.number} | version]}
        question = f"Hoort dit signaal niet meer bij cluster {row.cluster}?"
        yield Possible(Doing.SPLIT, question, CLUSTERED, f"/v1/clusters/{row.cluster}/splits", _asked(), given)


def _asked(properties: Schema | None = None) -> Schema:
    reason: Schema = {"title": "Waarom?", "description": "De reden komt in het dossier.", "type": "string"}
    every = {**(properties or {}), "reason": reason | {"minLength": 1, "maxLength": MOST_REASON}}
    return {"type": "object", "additionalProperties": False, "required": list(every), "properties": every}


def _one_of(named: Mapping[str, str]) -> Schema:
    return {"oneOf": [{"const": code, "title": name} for code, name in named.items()]}
