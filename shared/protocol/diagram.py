"""The state diagram of the protocol, in Mermaid."""

from __future__ import annotations

from shared.protocol.model import HOLDER_OF, Law, State
from shared.protocol.moves import moves
from shared.protocol.states import HOLDERS


def diagram(law: Law) -> list[str]:
    """Every state under who holds it, every outcome that leads on, and what moves without a decision."""
    lines = ["stateDiagram-v2"]
    groups: dict[str, list[State]] = {}
    for state in State:
        groups.setdefault(HOLDER_OF.get(state, ""), []).append(state)
    for holder, states in groups.items():
        if holder:
            lines.append(f'  state "{HOLDERS[holder]}" as {holder} {{')
            lines += [f"    {_id(state)} : {state.dutch}" for state in states]
            lines.append("  }")
        else:
            lines += [f"  {_id(state)} : {state.dutch}" for state in states]
    lines += [f"  [*] --> {_id(State.RECEIVED)}", f"  [*] --> {_id(State.DUTY_OPEN)}"]
    begins = (State.REQUEST_RECEIVED, State.INCIDENT_PROPOSED, State.INCIDENT_OPEN)
    lines += [f"  [*] --> {_id(one)}" for one in begins]
    for decision in law.decisions:
        for state in decision.states:
            for outcome in decision.outcomes_in(state):
                if outcome.leads_to and outcome.leads_to != state:
                    lines.append(f"  {_id(state)} --> {_id(outcome.leads_to)} : {outcome.answer}")
    lines += [f"  {_id(one.start)} --> {_id(one.end)} : {one.word} ({one.by})" for one in moves(law.terms)]
    return [*lines, f"  {_id(State.DESTROYED)} --> [*]"]


def _id(state: State) -> str:
    return state.value.replace("-", "_")
