"""When a report was received: at the form when it comes in, earlier where a colleague says so, later never (R-T.6)."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from services.assessment.use_cases.arrive import who_is_concerned
from services.intake.api import _parse
from services.intake.bodies import SignalIn
from shared.contracts.intake import ReportContent, Subject
from shared.errors import Invalid

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def parsed(channel: str, received: datetime | None = None) -> SignalIn:
    body = {"channel": channel, "text": "Een sterke henneplucht."}
    given = {"receivedAt": received.isoformat()} if received else {}
    return _parse(json.dumps(body | given).encode(), NOW)


@pytest.mark.allowed("R-T.6")
def test_a_colleague_says_that_it_came_in_earlier() -> None:
    letter_of_last_month = NOW - timedelta(days=20)
    assert parsed("letter", letter_of_last_month).received_by(NOW) == letter_of_last_month
    assert parsed("desk").received_by(NOW) == NOW
    assert parsed("web").received_by(NOW) == NOW


@pytest.mark.refused("R-T.6")
@pytest.mark.parametrize("received", [NOW - timedelta(days=20), NOW])
def test_the_public_form_does_not_choose_when_it_was_received(received: datetime) -> None:
    with pytest.raises(Invalid) as refused:
        parsed("web", received)
    assert [one.field for one in refused.value.faults] == ["receivedAt"]


@pytest.mark.refused("R-T.6")
def test_nobody_says_that_it_came_in_later_than_now() -> None:
    with pytest.raises(Invalid):
        parsed("letter", NOW + timedelta(minutes=6))
    # Where clocks differ it is accepted, but it was not received after it was registered.
    assert parsed("letter", NOW + timedelta(minutes=4)).received_by(NOW) == NOW


@pytest.mark.allowed("R-T.6")
def test_the_month_runs_from_receipt_and_not_from_registration() -> None:
    content = ReportContent(
        number="S-00000-00000",
        channel="letter",
        received_at=NOW - timedelta(days=20),
        registered_at=NOW,
        text="Een sterke henneplucht.",
        subjects=(Subject(name="Jan Wilgenroos"),),
    )
    assert who_is_concerned(content, "midden-delfland-2025").received_on == date(2026, 2, 18)
