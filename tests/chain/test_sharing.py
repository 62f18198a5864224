"""A signal that goes on arrives: in the inbox of a department, or as a document for who has no account (R-T.15)."""

from __future__ import annotations

import io
import json
from typing import Any

import httpx
import pytest
from pypdf import PdfReader

from tests.house import NO_SUSPICION, SUSPICION, TestHouse, until


def forwarded(house: TestHouse, key: str, outcome: str, kind: str, recipient: str, **fields: Any) -> str:
    """A report that ends by a decision that forwards it; its number."""
    number = house.with_purpose(house.arrived(house.report()))
    if key == "weging-2a":
        house.must_decide(number, "bram", "weging-1", "suspicion", fields=SUSPICION)
    forwarding = {"recipientKind": kind, "recipient": recipient, "items": ["report"]}
    house.must_decide(number, "anna", key, outcome, fields=fields, forwarding=forwarding)
    return number


def shares(house: TestHouse, number: str) -> list[dict[str, Any]]:
    return house.client.every("export", f"/v1/shares?number={number}", "anna", "shares")


def pickup(house: TestHouse, path: str, body: dict[str, Any]) -> httpx.Response:
    return house.client.request("POST", "export", f"/v1/{path}", None, body)


def trail(house: TestHouse, number: str, action: str) -> list[dict[str, Any]]:
    """What oversight has of it."""
    path = f"/v1/audit-lines?producer=export&number={number}"
    return [one for one in house.client.every("oversight", path, "fg", "lines") if one["action"] == action]


@pytest.mark.allowed("R-T.15", "R-T.14", "R-12.4", "R-13.1")
@pytest.mark.refused("R-T.15")
def test_the_police_fetches_what_was_forwarded(house: TestHouse) -> None:
    number = forwarded(
        house, "weging-2a", "no-task", "partner", "politie", considered="Alleen de politie kan hier iets."
    )
    (share,) = until(lambda: shares(house, number))
    assert (share["recipient"], share["state"]) == ("politie", "waiting")
    (line,) = until(lambda: house.client.every("oversight", f"/v1/disclosures?number={number}", "fg", "disclosures"))
    assert (line["recipient"], line["items"]) == ("politie", ["report"])
    assert house.client.request("POST", "export", f"/v1/shares/{share['id']}/links", "esra", {}).status_code == 403
    link = house.client.post("export", f"/v1/shares/{share['id']}/links", "anna", {})
    codes = {"link": link["link"], "secret": link["secret"]}
    assert pickup(house, "pickups", codes | {"secret": "WRONG-WRONG"}).status_code == 404
    fetched = pickup(house, "pickups", codes)
    assert (fetched.status_code, fetched.content[:5]) == (200, b"%PDF-")
    assert pickup(house, "pickups", codes).status_code == 404
    wrong = pickup(house, "pickup-answers", codes | {"answer": {"outcome": "refused"}})
    assert wrong.status_code == 400
    assert pickup(house, "pickup-answers", codes | {"answer": {"outcome": "accepted"}}).status_code == 204
    assert [one["state"] for one in shares(house, number)] == ["accepted"]
    # Sealed, and destroyed at its term, wherever a copy of it waits.
    house.sealed(number)
    lines = until(lambda: trail(house, number, "share answered"))
    assert (lines[0]["result"], lines[0]["part"]) == ("accepted", f"partner:politie:{share['id']}")
    until(lambda: [one["result"] for one in trail(house, number, "share fetched")] == ["refused", "done"])


@pytest.mark.allowed("R-T.15", "R-16.1")
@pytest.mark.refused("R-T.15")
def test_a_department_takes_up_what_was_forwarded_to_it(house: TestHouse) -> None:
    number = forwarded(house, "weging-1", "no-suspicion", "department", "wonen", **NO_SUSPICION)
    (share,) = until(lambda: shares(house, number))
    path = f"/v1/inbox/{share['id']}"
    assert house.client.request("GET", "export", path, "farid").status_code == 404
    assert house.client.request("GET", "export", path, "collega").status_code == 403
    listed = house.client.every("export", "/v1/inbox", "gijs", "shares")
    assert share["id"] in {one["id"] for one in listed}
    found = house.client.get("export", path, "gijs")
    assert found["content"]["recipient"] == "wonen"
    assert found["content"]["items"][0]["text"]
    answer = {"outcome": "accepted"}
    assert house.client.request("POST", "export", f"{path}/answers", "farid", answer).status_code == 404
    assert house.client.post("export", f"{path}/answers", "gijs", answer)["state"] == "accepted"


def preview(
    house: TestHouse, path: str, user: str, body: dict[str, Any], purpose: str | None = "weging"
) -> httpx.Response:
    headers = {"X-Purpose": purpose} if purpose else {}
    return house.client.request("POST", "assessment", f"{path}/previews", user, body, headers)


@pytest.mark.allowed("R-6.3", "R-T.13")
@pytest.mark.refused("R-6.3", "R-T.13")
def test_who_sends_reads_beforehand_what_the_receiver_will_read(house: TestHouse) -> None:
    """The same words, item by item, and none that point at the reporter; nothing is decided by looking, and nobody else
    looks."""
    text = "Er wordt 's nachts geladen. Ik ben de buurvrouw op nummer 12. Groet, Greet Zonnebloem, 015-5550123."
    number = house.with_purpose(house.report("web", text=text))
    house.must_decide(number, "bram", "weging-1", "suspicion", fields=SUSPICION)
    version = house.client.get("assessment", f"/v1/signals/{number}/open-decisions", "anna")["version"]
    mark = {"category": "reporter-clue", "about": "report", "expectedVersion": version}
    items = f"/v1/signals/{number}/items"
    wrong = mark | {"finding": "Ik ben de buurman op nummer 12"}
    refused = house.client.request("POST", "assessment", items, "anna", wrong)
    assert (refused.status_code, "buurman" in refused.text) == (400, False)
    house.client.post("assessment", items, "anna", mark | {"finding": "Ik ben de buurvrouw op nummer 12"})
    body = {
        "key": "weging-2a",
        "outcome": "no-task",
        "reason": "Alleen de politie kan hier iets.",
        "fields": {"considered": "Alles is nagegaan."},
        "forwarding": {"recipientKind": "partner", "recipient": "politie", "items": ["report"]},
    }
    path = f"/v1/signals/{number}"
    standing = house.client.get("assessment", f"{path}/open-decisions", "anna")
    body["expectedVersion"] = standing["version"]
    for user in ("esra", "fg", "collega"):
        assert preview(house, path, user, body).status_code == 403
    nothing = body | {"forwarding": {"recipientKind": "partner", "recipient": "politie", "items": []}}
    assert preview(house, path, "anna", nothing).status_code == 400
    assert preview(house, path, "anna", body, purpose=None).status_code == 400
    (read,) = preview(house, path, "anna", body).json()["shares"]
    assert house.client.get("assessment", f"{path}/open-decisions", "anna") == standing
    assert shares(house, number) == []
    house.client.post("assessment", f"{path}/decisions", "anna", body)
    (share,) = until(lambda: shares(house, number))
    link = house.client.post("export", f"/v1/shares/{share['id']}/links", "anna", {})
    fetched = pickup(house, "pickups", {"link": link["link"], "secret": link["secret"]})
    document = PdfReader(io.BytesIO(fetched.content))
    twin = json.loads(document.attachments["verstrekking.json"][0])
    assert twin["content"] == read
    arrived = json.dumps(twin) + " ".join(page.extract_text() for page in document.pages)
    for words in ("buurvrouw", "nummer 12", "Zonnebloem", "5550123"):
        assert words not in arrived
    assert "verwijst naar de melder" in twin["content"]["items"][0]["text"]


@pytest.mark.refused("R-T.14")
def test_what_goes_to_nobody_is_no_share(house: TestHouse) -> None:
    number = house.ended_signal()
    house.sealed(number)
    assert shares(house, number) == []
    assert house.client.every("oversight", f"/v1/disclosures?number={number}", "fg", "disclosures") == []
