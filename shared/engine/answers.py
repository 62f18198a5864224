"""What a task takes: as `open-decisions` says it of a dossier, for who has no file and so no open decisions."""

from __future__ import annotations

from typing import Any

from shared.engine.asking import CO_SIGNATURE, OF_PROPOSALS, QUESTION_BACK
from shared.engine.loaded import Loaded
from shared.engine.policy import Policy
from shared.engine.tables import TaskRow
from shared.errors import Conflict
from shared.protocol.co_signing import ANSWER_BACK, CO_SIGNER_SAYS, TAKES_BACK
from shared.protocol.fields import schema
from shared.protocol.model import Decision
from shared.protocol.standing_back import AWB, STANDS_BACK

ANSWERS_TO_PROPOSALS = {
    CO_SIGNATURE: CO_SIGNER_SAYS,
    QUESTION_BACK: {ANSWER_BACK: "antwoorden", TAKES_BACK: "voorstel intrekken"},
}
"""By kind of task: each answer to a proposal with what people call it; each has a reason and nothing else."""

_STAND_BACK = {
    "key": "",
    "question": "Bent u zelf bij dit signaal betrokken, of hebt u er een persoonlijk belang bij?",
    "article": AWB,
    "reason": True,
    "outcomes": [{"key": STANDS_BACK, "answer": "ja, ik doe niet mee", "fields": schema(())}],
}


def asked_by(policy: Policy, task: TaskRow, loaded: Loaded) -> dict[str, Any]:
    """`asks`: the decision that ends the task, None for what is only read; `besides`: those that are taken meanwhile; `records`:
    what can be asked or reported meanwhile, each with the JSON Schema of its `fields`; `standBack`: what who is concerned
    himself answers instead, None where nobody stands back."""
    return {
        "asks": _answers(policy, task, loaded),
        "besides": [
            _asked(task, rule)
            for key in sorted(policy.besides(task))
            if task.kind not in OF_PROPOSALS and (rule := loaded.law.decision(key))
        ],
        "records": _records(policy, task, loaded),
        "standBack": _STAND_BACK if policy.tells_closing is not None else None,
    }


def _answers(policy: Policy, task: TaskRow, loaded: Loaded) -> dict[str, Any] | None:
    if said := ANSWERS_TO_PROPOSALS.get(task.kind):
        outcomes = [{"key": key, "answer": answer, "fields": schema(())} for key, answer in said.items()]
        return {"key": "", "question": None, "article": None, "reason": True, "outcomes": outcomes}
    asked = policy.answers(task)
    rule = loaded.law.decision(asked[0]) if asked else None
    return _asked(task, rule) if rule else None


def _asked(task: TaskRow, rule: Decision) -> dict[str, Any]:
    """`key`, `question`, `article`, whether it takes a `reason`, and `outcomes`: key, answer, and the JSON Schema of the
    `fields` that it asks of the role of this task."""
    return {
        "key": rule.key,
        "question": rule.question,
        "article": rule.article,
        "reason": task.role not in rule.in_codes,
        "outcomes": [
            {
                "key": one.key,
                "answer": one.answer,
                "fields": schema([field for field in rule.asked(one) if not field.roles or task.role in field.roles]),
            }
            for one in rule.outcomes
        ],
    }


def _records(policy: Policy, task: TaskRow, loaded: Loaded) -> list[dict[str, Any]]:
    try:
        categories, _, filled = policy.recordable(task, loaded)
    except Conflict:
        return []
    return [
        {
            "category": one.key,
            "name": one.name,
            "fields": schema([field for field in one.fields if field.name not in filled]),
        }
        for one in loaded.law.categories
        if one.key in categories
    ]
