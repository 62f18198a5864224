"""Who may open a connection to whom: what the rendered policies let through is the table, and not one edge more."""

from __future__ import annotations

from typing import Any

import pytest

from deploy.topology import PORT
from deploy.wiring import House
from shared.asking import PORTAL, PROMETHEUS, PUBLIC_PAGES, REACHED_FROM_OUTSIDE, SET_UP, Asks, edges
from shared.privileges import SERVICES
from tests.deploy.rendered import INHABITANTS, merged, of_kind, values

OURS = {*House().processes, SET_UP}
NAME = "app.kubernetes.io/name"


def _places() -> dict[str, str]:
    """By how its peers are written, and its port: what of the municipality's that is."""
    network = merged(values(INHABITANTS[0]))["network"]
    return {repr((one["peers"], one.get("port", PORT))): name for name, one in network.items() if name != "pods"}


def _who(peers: list[dict[str, Any]], ports: list[dict[str, Any]]) -> str:
    """Whom a rule of a policy is about; raises for a rule that is about several, or everybody."""
    ((protocol, port),) = {(one["protocol"], one["port"]) for one in ports}
    selectors = [one["podSelector"]["matchLabels"] for one in peers if set(one) == {"podSelector"}]
    if selectors:
        (labels,) = selectors
        assert labels == {NAME: labels[NAME], "app.kubernetes.io/part-of": "meldpunt"}
        assert (protocol, port) == ("TCP", PORT)
        return str(labels[NAME])
    return _places()[repr((peers, port))]


def permitted(inhabitants: int) -> tuple[set[Asks], set[Asks]]:
    """As who asks is let out, and as who is asked lets in."""
    out, into = set(), set()
    for name, policy in of_kind(inhabitants, "NetworkPolicy").items():
        if name == "nothing-else":
            continue
        spec = policy["spec"]
        assert spec["podSelector"]["matchLabels"][NAME] == name
        assert spec["policyTypes"] == ["Ingress", "Egress"]
        for rule in spec.get("egress", []):
            if not any(one["protocol"] == "UDP" for one in rule["ports"]):
                out.add(Asks(name, _who(rule["to"], rule["ports"])))
        for rule in spec.get("ingress", []):
            into.add(Asks(_who(rule["from"], rule["ports"]), name))
    return out, into


@pytest.mark.parametrize("inhabitants", INHABITANTS)
def test_the_network_has_the_edges_of_the_table_and_no_other(inhabitants: int) -> None:
    out, into = permitted(inhabitants)
    expected = edges()
    assert out == {one for one in expected if one.who in OURS}
    assert into == {one for one in expected if one.whom in OURS}


def test_what_no_rule_is_about_is_refused() -> None:
    spec = of_kind(INHABITANTS[0], "NetworkPolicy")["nothing-else"]["spec"]
    assert spec == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_every_process_has_a_policy() -> None:
    assert set(of_kind(INHABITANTS[0], "NetworkPolicy")) == OURS | {"nothing-else"}


def test_only_names_are_looked_up_by_datagram() -> None:
    for policy in of_kind(INHABITANTS[0], "NetworkPolicy").values():
        for rule in policy["spec"].get("egress", []):
            if any(one["protocol"] == "UDP" for one in rule["ports"]):
                assert {one["port"] for one in rule["ports"]} == {53}


def test_no_service_asks_another_and_pages_reach_no_part() -> None:
    """They are told by message. A page that was taken over has a person's token, and no way to what the services stand on."""
    rows = {one.name for one in SERVICES}
    found = edges()
    assert [one for one in found if one.who in rows and one.whom in rows] == []
    assert {one.whom for one in found if one.who == PUBLIC_PAGES} == {"intake"}
    assert {one.whom for one in found if one.who == PORTAL} == {*rows, "provider"}
    assert {one.whom for one in found if one.who == "gateway"} == set(REACHED_FROM_OUTSIDE)


def test_figures_are_fetched_of_every_service_and_brought_by_none() -> None:
    found = edges()
    assert {one.whom for one in found if one.who == PROMETHEUS} == {
        *(one.name for one in SERVICES),
        PORTAL,
        PUBLIC_PAGES,
    }
    assert [one for one in found if one.whom == PROMETHEUS] == []
