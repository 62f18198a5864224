"""Which answers a task takes: as `open-decisions` says it of a decision, for who has no file and so no open decisions."""

from __future__ import annotations

from typing import Any

from shared.engine.asking import CO_SIGNATURE, QUESTION_BACK
from shared.engine.loaded import Loaded
from shared.engine.policy import Policy
from shared.engine.tables import TaskRow
from shared.protocol.co_signing import ANSWER_BACK, CO_SIGNER_SAYS, TAKES_BACK
from shared.protocol.fields import schema

_SAYS = {
    CO_SIGNATURE: CO_SIGNER_SAYS,
    QUESTION_BACK: {ANSWER_BACK: "antwoorden", TAKES_BACK: "voorstel intrekken"},
}


def answers_of(policy: Policy, task: TaskRow, loaded: Loaded) -> dict[str, Any] | None:
    """`question`, `article`, whether it takes a `reason`, and `outcomes`: key, answer, and the JSON Schema of the `fields`
    that it asks of the role of this task. None for what is only read."""
    if said := _SAYS.get(task.kind):
        outcomes = [{"key": key, "answer": answer, "fields": schema(())} for key, answer in said.items()]
        return {"question": None, "article": None, "reason": True, "outcomes": outcomes}
    asked = policy.answers(task)
    rule = loaded.law.decision(asked[0]) if asked else None
    if rule is None:
        return None
    return {
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
