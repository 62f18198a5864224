"""Orders, hand-overs, notices and leases that are right in everything but the signature."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from pydantic import BaseModel

from shared.contracts.access import Designation, Leases
from shared.contracts.assessment import MeetingTold, ResearchContent, ResearchLetter, SubjectsContent, SubjectsLetter
from shared.contracts.casework import Closed
from shared.contracts.common import KeyRef, KeysReleased, Letter, Message, Receipts, Received, Released
from shared.contracts.consult import Consult, LookAnswered, LookGiven, SealedReading
from shared.contracts.dossier import InformingDue
from shared.contracts.intake import Subject
from shared.contracts.oversight import Approved, InformAfterAll
from shared.contracts.retention import Destroy, MoveCase
from shared.contracts.rights import DutiesTold, InformingDecided, NoticeTold
from shared.contracts.sources import CaseContent, CaseLetter
from tests.days import today
from tests.house import TestHouse
from tests.security.attacker import forged, parked, publish, sealer_of

DOSSIER = {
    "number": "S-ZZZZZ-ZZZZZ",
    "version": 9,
    "protocol": "midden-delfland-2025",
    "received_on": "2026-01-01",
    "people": 0,
}
HAND_OVERS = [
    ("assessment", "sources", ResearchLetter, ResearchContent(**DOSSIER, text="vals")),
    ("sources", "casework", CaseLetter, CaseContent(**DOSSIER, text="vals")),
    (
        "assessment",
        "rights",
        SubjectsLetter,
        SubjectsContent(
            number="S-ZZZZZ-ZZZZZ",
            protocol="x",
            received_on=today(),
            subjects={"S1": Subject(name="vals")},
        ),
    ),
]


@pytest.mark.parametrize(("service", "to", "kind", "content"), HAND_OVERS, ids=[one[1] for one in HAND_OVERS])
@pytest.mark.parametrize("signature", ["none", "own"])
def test_a_hand_over_that_was_sealed_by_somebody_else(
    house: TestHouse, service: str, to: str, kind: type[Letter], content: BaseModel, signature: str
) -> None:
    """Sealed with the addressee's real public key, on the real subject; only the signature is missing."""
    letter = sealer_of(house, service).seal(to, content)
    row = forged(service, to, kind(number="S-ZZZZZ-ZZZZZ", letters=(letter.text,)), letter=letter)
    if signature == "none":
        del row["headers"]["meldpunt-signature"]
    publish(house, service, row)
    assert "signature" in parked(house, to, row["id"])
    assert house.sql(to, "SELECT number FROM dossier WHERE signal='S-ZZZZZ-ZZZZZ'") == []


ORDERS: list[tuple[str, str, Message]] = [
    ("retention", "assessment", Destroy(numbers=("{number}",), list_id=uuid4())),
    (
        "oversight",
        "retention",
        Approved(list_id=uuid4(), numbers=("{number}",), approver="x", approved_at=datetime.now(UTC)),
    ),
    (
        "assessment",
        "retention",
        KeysReleased(released=(Released(number="{number}", keys=(KeyRef(mount="room-signal", key="{key}"),)),)),
    ),
    ("assessment", "intake", Receipts(received=(Received(message=uuid4(), of="report.v1", word="geraden"),))),
    (
        "access",
        "all",
        Leases(
            seq=10**6,
            issued_at=datetime.now(UTC),
            lease_until=datetime(2099, 1, 1, tzinfo=UTC),
            designations=(
                Designation(
                    user_id="mallory",
                    role="oov",
                    starts_at=datetime(2020, 1, 1, tzinfo=UTC),
                    ends_at=datetime(2099, 1, 1, tzinfo=UTC),
                ),
            ),
        ),
    ),
]


ORDERS += [
    ("retention", "casework", MoveCase(number="{number}", ordered_on=today())),
    ("casework", "retention", Closed(number="{number}", closed_on=today(), last_act_on=today(), protocol="x")),
    ("rights", "assessment", NoticeTold(number="{number}", subject="S1", version=99, state="sent")),
    ("rights", "casework", NoticeTold(number="{number}", subject="S1", version=99, state="sent")),
    ("sources", "rights", InformingDue(number="{number}", about=("S1",), why="disclosure", on=today())),
    ("casework", "rights", InformingDue(number="{number}", about=("S1",), why="intervention", on=today())),
    ("oversight", "rights", InformAfterAll(list_id=uuid4(), duties=("D-ZZZZZ-ZZZZZ",))),
    ("rights", "oversight", DutiesTold(list_id=uuid4(), whole=("{number}",))),
    ("rights", "assessment", InformingDecided(number="{number}", decisions=())),
    (
        "sources",
        "casework",
        Consult(
            number="{number}",
            new_signal="S-ZZZZZ-ZZZZZ",
            phase=3,
            person="mallory",
            until=datetime(2099, 1, 1, tzinfo=UTC),
        ),
    ),
    (
        "sources",
        "retention",
        Consult(
            number="{number}",
            new_signal="S-ZZZZZ-ZZZZZ",
            phase=3,
            person="mallory",
            until=datetime(2099, 1, 1, tzinfo=UTC),
        ),
    ),
    ("retention", "assessment", LookAnswered(look=uuid4(), at=("assessment",))),
    (
        "retention",
        "assessment",
        LookGiven(
            number="{number}",
            ground="S-ZZZZZ-ZZZZZ",
            phase=4,
            person="mallory",
            until=datetime(2099, 1, 1, tzinfo=UTC),
            archive="archive-signal",
            protocol="midden-delfland-2025",
            received_on=today(),
            readings=(SealedReading(key="{key}", item="report", version=1, ciphertext="vault:v1:AAAA"),),
        ),
    ),
    (
        "assessment",
        "casework",
        MeetingTold(
            meeting="M-ZZZZZ-ZZZZZ",
            version=1,
            kind="LOT",
            held_on=today(),
            chair="mallory",
            members=({"userId": "mallory"},),
            present=("mallory", "eve", "trudy"),
            agenda=("{number}",),
        ),
    ),
]


@pytest.mark.parametrize(("service", "to", "message"), ORDERS, ids=[f"{one[2].event}-{one[1]}" for one in ORDERS])
@pytest.mark.parametrize("signature", ["none", "own"])
def test_orders_receipts_and_leases(house: TestHouse, service: str, to: str, message: Message, signature: str) -> None:
    number = house.arrived(house.report())
    key = house.sql("assessment", "SELECT room_key FROM dossier WHERE number=$1", number)[0]["room_key"]
    text = message.model_dump_json().replace("{number}", number).replace("{key}", key)
    row = forged(service, to, type(message).model_validate_json(text))
    if signature == "none":
        del row["headers"]["meldpunt-signature"]
    publish(house, service, row)
    assert "signature" in parked(house, "assessment" if to == "all" else to, row["id"])
    assert house.signal(number) is not None, "the signal is as it was"
    for database in ("assessment", "intake"):
        assert house.sql(database, "SELECT 1 FROM lease WHERE convert_from(body, 'UTF8') LIKE '%mallory%'") == []
