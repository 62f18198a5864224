"""The law of one municipality: the rules of the protocol, filled in with what the municipality chose.

Read from top to bottom it is the protocol's own order; each decision is a function in the file of its phase.
"""

from __future__ import annotations

from collections.abc import Callable

from shared.protocol import (
    breaches,
    carrying_out,
    informing,
    phase_1,
    phase_2,
    phase_3,
    phase_4,
    phase_4_approach,
    phase_4_monitoring,
    phase_4_orders,
    phase_4_plan,
    phase_5,
    rectifying,
    requests,
    requests_again,
    requests_answer,
    requests_lifting,
    requests_search,
)
from shared.protocol.categories import bijlage_1
from shared.protocol.designations import BEHEERDER, BY_CONTROLLER, CONTROLLER, by_beheerder
from shared.protocol.model import Chapter, Decision, Law
from shared.protocol.municipality import Municipality
from shared.protocol.request_kinds import HOLDERS_OF_DATA
from shared.protocol.states import PHASES

Rule = Callable[[Municipality], Decision]


def _phase(number: int, *decisions: Rule) -> tuple[str, str, tuple[Rule, ...]]:
    return PHASES[number].title, PHASES[number].purpose, decisions


CHAPTERS = (
    _phase(1, phase_1.purpose, phase_1.no_signal, phase_1.weging_1, phase_1.weging_2a, phase_1.weging_2b),
    _phase(2, phase_2.weging_3, phase_2.informing),
    _phase(
        3,
        phase_3.source_list,
        phase_3.check_1,
        phase_3.check_1_done,
        phase_3.answer,
        phase_3.hit_check_done,
        phase_3.check_1b,
        phase_3.weging_4,
    ),
    _phase(
        4,
        phase_4.check_2a,
        phase_4.check_2a_done,
        phase_4_approach.approach,
        phase_4_approach.reweighing,
        phase_4_approach.riec_intake,
        phase_4_approach.riec_answer,
        phase_4_approach.riec_supplement,
        phase_4_monitoring.riec_review,
        phase_4_plan.propose_plan,
        phase_4_plan.answer_plan,
        phase_4_plan.adopt_plan,
        phase_4.check_2b,
        phase_4.check_2b_done,
        phase_4_orders.progress,
        phase_4_orders.answer_department,
        phase_4_orders.judge_finding,
        phase_4.execution,
    ),
    _phase(5, phase_5.close),
    (
        "Rechtzetten wat niet klopt (art. 5 en 19 AVG)",
        "gegevens juist houden, en vertellen aan wie ze kreeg dat ze niet klopten (art. 5 en 19 AVG)",
        (
            rectifying.rectify,
            rectifying.same_person,
            rectifying.not_concerned,
            rectifying.set_right,
            carrying_out.carried_out,
        ),
    ),
    (
        "Bewaren en vernietigen (art. 9)",
        "bewaren buiten bereik, en vernietigen wat zijn termijn heeft gehad (art. 9)",
        (phase_5.hold, phase_5.end_hold, phase_5.never_informed, phase_5.approve_destruction),
    ),
    (
        "Informeren van betrokkenen (art. 26)",
        "elke betrokkene informeren, of vastleggen waarom nog niet (art. 26)",
        (
            informing.duty,
            informing.review,
            informing.ground_lapsed,
            informing.contact,
            informing.notice_sent,
            informing.notice_undeliverable,
        ),
    ),
    (
        "Rechten van betrokkenen (art. 10)",
        "een verzoek of bezwaar van een betrokkene op tijd en volledig beantwoorden (art. 10)",
        (
            requests.information,
            requests.identity,
            requests.not_handled,
            requests.extend,
            requests.extension_sent,
            requests_search.record_found,
            requests_search.holder,
            requests_search.search_done,
            requests_answer.item,
            requests_answer.withhold,
            requests_answer.weighed,
            requests_answer.neutral,
            requests_answer.on_bezwaar,
            requests_answer.adjourn,
            requests_answer.answer_sent,
            requests_again.withhold_lapsed,
            requests_again.neutral_lapsed,
            requests_lifting.lift,
            requests_lifting.lift_told,
            requests.withdrawn,
        ),
    ),
    (
        "Datalekken (art. 8; art. 33 en 34 AVG)",
        "elke inbreuk op tijd melden, vertellen aan wie zij raakt, en vastleggen (art. 8; art. 33 en 34 AVG)",
        (breaches.proposal, breaches.described, breaches.authority, breaches.persons, breaches.close),
    ),
)
"""Title, what it is for, and its decisions, in the order of the protocol."""


def law_of(choices: Municipality) -> Law:
    """The law as `choices` fill it in."""
    given = by_beheerder(choices)
    meetings = {key: name for guests in choices.meetings.values() for key, name in guests.items()}
    organisations = {key: name for named in choices.organisations.values() for key, name in named.items()}
    categories = bijlage_1(choices)
    return Law(
        choices=choices,
        chapters=tuple(
            Chapter(
                title,
                purpose,
                tuple(rectifying.not_before_everybody_knows(decision(choices)) for decision in decisions),
            )
            for title, purpose, decisions in CHAPTERS
        ),
        categories=categories,
        file_roles=tuple(choices.file_roles),
        designations={**dict.fromkeys(given, BEHEERDER), **dict.fromkeys(BY_CONTROLLER, CONTROLLER)},
        names={
            **meetings,
            **organisations,
            **{one.key: one.name for one in categories},
            **HOLDERS_OF_DATA,
            **given,
            **BY_CONTROLLER,
        },
    )
