"""Words over HTTP, from the door on: what a colleague is asked to write otherwise, and what a visitor is not."""

from __future__ import annotations

from typing import Any

import pytest

from shared.words.bsn import LEFT_OUT
from tests.house import TestHouse, a_report, until

BSN = "1234.56.782"


def post(house: TestHouse, body: dict[str, Any], user: str | None = "collega") -> Any:
    return house.client.request("POST", "intake", "/v1/signals", user, body)


def refused(answer: Any) -> list[tuple[str, str, str]]:
    assert answer.status_code == 400, answer.text
    assert BSN not in answer.text
    return [(one["name"], one["code"], one["article"]) for one in answer.json()["invalidParams"]]


@pytest.mark.refused("R-5.6")
def test_a_colleague_writes_no_number_no_reporter_and_nothing_special_without_a_ground(house: TestHouse) -> None:
    body = a_report() | {"text": f"Mevrouw Z0nnebloem belde over {BSN}, die verslaafd is."}
    assert refused(post(house, body)) == [
        ("text", "shows-reporter", "art. 5 lid 1"),
        ("text", "bsn", "art. 46 UAVG"),
        ("text", "special-unanswered", "art. 9 AVG"),
    ]
    hidden = a_report() | {"subjects": [{"name": f"Joost {BSN}", "occupation": "imam"}]}
    assert refused(post(house, hidden)) == [
        ("subjects.0.occupation", "special-unanswered", "art. 9 AVG"),
        ("subjects.0", "bsn", "art. 46 UAVG"),
    ]
    answered = a_report() | {"text": "S1 is verslaafd.", "specialGrounds": {"health": "vital-interest"}}
    number = post(house, answered).json()["number"]
    seen = until(lambda: house.signal(number))
    assert seen["report"]["specialGrounds"] == {"health": "vital-interest"}
    assert seen["remarks"] == [], "it was answered"


@pytest.mark.allowed("R-5.4", "R-5.6")
def test_a_visitor_is_never_refused_and_who_weighs_sees_what_was_noticed(house: TestHouse) -> None:
    text = f"Greet Zonnebloem hier. Die moslim, nummer {BSN}, laadt 's nachts."
    number = house.report("web", text=text, specialGrounds={"religion": "made-public"})
    seen = until(lambda: house.signal(number))
    assert seen["report"]["text"] == text.replace(BSN, LEFT_OUT)
    assert [(one["name"], one["code"]) for one in seen["remarks"]] == [
        ("report.text", "shows-reporter"),
        ("report.text", "special-unanswered"),
    ]


@pytest.mark.refused("R-5.1", "R-5.6")
def test_who_weighs_does_not_get_the_reporter_past_by_another_spelling(house: TestHouse) -> None:
    number = house.arrived(house.report())
    assert "Zonnebloem" not in str(house.signal(number))
    fields = {"purposes": ["niet-faciliteren"]}
    for words in ("Zοnnebloem belde.", "Z.o.n.n.e.b.l.o.e.m", "Bel 015-555 01 23.", "JOOST vv\u0456lgenroos", "Joost"):
        answer = house.decide(number, "anna", "purpose", "set", fields=fields, reason=words)
        assert refused(answer) == [("reason", "names-somebody", "art. 5")], words
    assert refused(house.decide(number, "anna", "purpose", "set", fields=fields, reason=f"Zie {BSN}.")) == [
        ("reason", "bsn", "art. 46 UAVG")
    ]
    assert house.decide(number, "anna", "purpose", "set", fields=fields, reason="S1 en de melder.").status_code == 201
