"""The schema of the chart's values. Helm refuses what does not fit before it renders anything."""

from __future__ import annotations

from typing import Any

from deploy.tls.identities import PAGES, PARTS
from deploy.wiring import House
from shared.asking import SET_UP

TEXT = {"type": "string", "minLength": 1}
MAYBE = {"type": "string"}
SWITCH = {"type": "boolean"}
HTTPS = {"type": "string", "pattern": "^https://[^/]+(/.*[^/])?$"}
PATH = {"type": "string", "pattern": "^/"}
HOSTS = {"type": "string", "pattern": "^[^,: ]+:[0-9]+(,[^,: ]+:[0-9]+)*$"}
NAME = {"type": "string", "pattern": "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"}
CIDR = {"type": "string", "pattern": "^[0-9a-fA-F.:]+/[0-9]{1,3}(,[0-9a-fA-F.:]+/[0-9]{1,3})*$"}
QUANTITY = {"type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?(m|Ki|Mi|Gi)?$"}
PEERS = {"type": "array", "minItems": 1, "items": {"type": "object", "minProperties": 1}}
SOMETIMES = ("protocols", "receivers", "people", "providerAuthorities", "clusterAuthorities")
"""Files that not every municipality has."""
PORT_NUMBER = {"type": "integer", "minimum": 1, "maximum": 65535}
PEER_AND_PORT = {
    "type": "object",
    "additionalProperties": False,
    "required": ["port", "peers"],
    "properties": {"port": PORT_NUMBER, "peers": PEERS},
}


def _object(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": required | optional,
    }


def _tunables(name: str, house: House) -> dict[str, Any]:
    """The settings of a process that keep their default, as its own class judges them."""
    told = house.settings(name).model_json_schema()["properties"]
    kept = {one: told[one] for one in house.tunable(name)}
    for about in kept.values():
        about.pop("title", None)
    return {"type": "object", "additionalProperties": False, "properties": kept}


def _process(need: dict[str, Any]) -> dict[str, Any]:
    return _object(
        {
            "replicas": {"type": "integer", "minimum": 1},
            "resources": _object(
                {"requests": _object({"cpu": need, "memory": need}), "limits": _object({"memory": need}, cpu=need)}
            ),
        }
    )


def schema(house: House) -> dict[str, Any]:
    """JSON Schema of values.yaml with a file of a size and the municipality's own."""
    image = _object(
        {"repository": TEXT, "digest": {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"}},
        pullPolicy={"enum": ["IfNotPresent", "Always"]},
        pullSecrets={"type": "array", "items": NAME},
    )
    network = _object(
        {part: PEER_AND_PORT for part in ("openbao", "nats", "postgres", "provider", "dns")}
        | {one: _object({"peers": PEERS}) for one in ("gateway", "prometheus")}
        | {"pods": CIDR},
        traces=PEER_AND_PORT,
    )
    secrets = {name: NAME for name in (*house.processes, SET_UP)}
    # Nobody outside is called as one of ours: the name is the identity.
    ours = {"not": {"enum": sorted({*house.processes, SET_UP, *PARTS, *PAGES})}}
    certificates = _object(
        {"enabled": SWITCH},
        issuer=_object({"create": SWITCH, "name": NAME}, caSecret=NAME),
        outside={"type": "array", "items": NAME | ours, "uniqueItems": True},
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Values of the chart of the Gemeentelijk Meldpunt Ondermijning",
        **_object(
            {
                "image": image,
                "openbao": _object(
                    {"address": HTTPS, "files": _object({one: PATH for one in ("authorities", "certificate", "key")})}
                ),
                "nats": _object({"address": {"type": "string", "pattern": "^tls://"}}, servers=MAYBE),
                "postgres": _object({"hosts": HOSTS, "superuser": TEXT}),
                "provider": _object({"issuer": HTTPS}, acrValues=MAYBE),
                "addresses": _object({one: HTTPS for one in ("portal", "public", "services")}),
                "workload": _object({"issuer": HTTPS}, keys=MAYBE),
                "gateway": _object({}, trustedProxies=MAYBE),
                "network": network,
                "protocol": TEXT,
                "live": SWITCH,
                "theme": {"type": "string", "pattern": "^[a-z-]+$"},
                "traces": MAYBE,
                "files": _object({one: SWITCH for one in SOMETIMES}),
                "names": _object({"secrets": _object({}, **secrets), "shared": NAME, "protocols": NAME}),
                "claims": _object({one: NAME for one in ("tombstones", "witness")}),
                "certificates": certificates,
                "setUp": _object(
                    {"enabled": SWITCH, "goBack": SWITCH, "resources": _process(QUANTITY)["properties"]["resources"]}
                ),
                "settings": _object({}, **{name: _tunables(name, house) for name in house.processes}),
                "processes": _object({name: _process(QUANTITY) for name in house.processes}),
            },
            **{"global": {"type": "object"}},
        ),
    }
