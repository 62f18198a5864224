"""The Compose file: every process of ours on one host. The parts are addresses, as on a cluster.

Which container reaches which is a matter of networks: whoever is asked has one of its own, with those who may ask it, and
nothing else in it. They have no direction: who is asked could begin a conversation too, and is taken by nobody who is not to be asked by it.

Files come as folders. What is renewed is put in the place of what was there, and a file that was mounted by itself would stay the former one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

from deploy.compose import watching
from deploy.compose.mounts import mounted
from deploy.helm.chart import HEAD, app_of
from deploy.topology import PORT, SIZES, USER
from deploy.wiring import (
    IDENTITY,
    SCHEME,
    SECRETS,
    SHARED,
    TLS,
    Address,
    Addresses,
    Folder,
    House,
    Namespace,
    OfCluster,
    PodName,
    Unset,
    Value,
    Wire,
    files,
    fixed,
    variable,
)
from shared.asking import NATS, OPENBAO, POSTGRES, PROMETHEUS, REACHED_FROM_OUTSIDE, SET_UP

ABOUT = """# Every process of the Meldpunt on one host: `docker compose up`, after docs/operations/install.md. Validated, not run, by who made it.
# NATS, OpenBao and PostgreSQL run beside it, from their own packages; .env says where. What the municipality chooses stands there.
"""
CHOICES: dict[str, tuple[str, str | None]] = {
    "openbao.address": ("https://openbao:8200", None),
    "nats.address": ("tls://nats:4222", None),
    "nats.servers": ("", ""),
    "postgres.hosts": ("postgres:5432", None),
    "provider.issuer": ("https://login.example.nl", None),
    "addresses.portal": ("https://meldpunt.example.nl", None),
    "addresses.public": ("https://melden.example.nl", None),
    "addresses.services": ("https://meldpunt-api.example.nl", None),
    "postgres.superuser": ("postgres", "postgres"),
    "openbao.files.authorities": ("/etc/openbao/tls/ca.crt", "/etc/openbao/tls/ca.crt"),
    "openbao.files.certificate": ("/etc/openbao/tls/tls.crt", "/etc/openbao/tls/tls.crt"),
    "openbao.files.key": ("/etc/openbao/tls/tls.key", "/etc/openbao/tls/tls.key"),
    "provider.acrValues": ("", ""),
    "network.subnets": ("172.30", "172.30"),
    "network.pods": ("172.30.0.0/23", "172.30.0.0/23"),
    "gateway.trustedProxies": ("172.30.0.0/23", "172.30.0.0/23"),
    "protocol": ("midden-delfland-2025", "midden-delfland-2025"),
    "live": ("false", "false"),
    "theme": ("neutral", "neutral"),
    "traces": ("", ""),
    "prometheus.image": ("docker.io/prom/prometheus:v3.5.0", "docker.io/prom/prometheus:v3.5.0"),
}
"""By path among the values: what the example says, and what counts when nothing is said (None: then nothing starts)."""
EXPLAINED = {
    "openbao.address": "The parts, on this host or elsewhere; their certificates have these names in them.",
    "provider.issuer": "The log-in provider (OpenID Connect).",
    "addresses.portal": "Where browsers find the pages, and where the gateway offers the services.",
    "postgres.hosts": "One or more servers, with commas between: of several the one that takes writes is used.",
    "postgres.superuser": "For the set-up: who may make databases and roles.",
    "openbao.files.authorities": "What OpenBao, on its own disk, shows to PostgreSQL.",
    "network.subnets": "The networks of the containers: the first half of an address, of which .0.0/23 has to be free here. With another, say so below as well.",
    "network.pods": "Networks whose word about who visits is believed: by intake (the public pages), and by the pages (the gateway).",
    "prometheus.image": "For who starts it with `--profile prometheus`: give it with its digest.",
    "nats.servers": "Of several servers of NATS each with where the others find it: NAME=HOST:PORT, with commas between.",
    "protocol": "Whose protocol; `live` is true only for real data.",
}


def chosen(path: str) -> str:
    """How a value stands in the file, by its name in .env."""
    name = re.sub(r"(?<=[a-z])([A-Z])", r"_\1", path.replace(".", "_")).upper()
    _, default = CHOICES[path]
    return f"${{{name}:?say so in .env}}" if default is None else f"${{{name}:-{default}}}"


def environment(name: str, wires: Mapping[str, Wire], house: House) -> dict[str, str]:
    found = {}
    for setting, wire in wires.items():
        if isinstance(wire, Unset | PodName | Namespace | OfCluster) or getattr(wire, "when", None):
            continue
        match wire:
            case Value(path=path):
                value = chosen(path)
            case Address(of=of):
                value = f"{SCHEME}://{of}:{PORT}"
            case Addresses():
                told = [f'"{one}": "{SCHEME}://{one}:{PORT}"' for one in house.asked_by(name) if one in house.processes]
                value = f"{{{', '.join(told)}}}"
            case _:
                value = fixed(wire) or ""
        found[variable(setting)] = value
    return found


def volumes_of(name: str, wires: Mapping[str, Wire]) -> list[dict[str, Any]]:
    kept = files(wires)
    found = [mounted(f"./secrets/{name}", SECRETS)] if kept.secrets else []
    found += [mounted(f"./tls/{name}", TLS)] if kept.certificate else []
    found += [mounted(f"./identities/{name}", IDENTITY, read_only=False)] if kept.identity else []
    found += [mounted("./identities/shared", SHARED)] if kept.shared else []
    for folder in kept.folders:
        if folder.claim:
            found.append(mounted(f"./{folder.claim}", folder.path, read_only=folder.read_only))
    return found


def subnet(index: int) -> str:
    """Of sixteen addresses each. None is left to chance: the pages believe who comes from theirs."""
    return f"{chosen('network.subnets')}.{index // 16}.{index % 16 * 16}/28"


def _container(name: str, house: House) -> dict[str, Any]:
    """What every container of ours has alike."""
    wires = house.wires(name)
    empty = [one.path for one in files(wires).folders if isinstance(one, Folder) and not one.claim and not one.config]
    owner = f"uid={USER},gid={USER},mode=0700"
    found: dict[str, Any] = {
        "image": "${IMAGE:?say so in .env, with its digest}",
        "user": f"{USER}:{USER}",
        "read_only": True,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "tmpfs": [f"{path}:size=64m,{owner}" for path in ("/tmp", *empty)],  # noqa: S108
        "environment": environment(name, wires, house),
        "networks": [f"out-{name}"],
        "mem_limit": SIZES[0].need_of(name).memory.removesuffix("i").lower(),
        "pids_limit": 256,
        "logging": {"driver": "local", "options": {"max-size": "20m", "max-file": "5"}},
        "volumes": volumes_of(name, wires),
    }
    if parts := [one for one in house.asked_by(name) if one in (OPENBAO, NATS, POSTGRES)]:
        found["extra_hosts"] = [f"{one}:${{PARTS_AT:?say so in .env}}" for one in parts]
    return found


def _process(name: str, house: House, port: int) -> dict[str, Any]:
    found = _container(name, house)
    asked = [one for one in house.asked_by(name) if one in house.processes]
    found["networks"] += [f"to-{one}" for one in asked]
    if any(one in (*house.processes, PROMETHEUS) for one in house.who_ask(name)):
        found["networks"].append(f"to-{name}")
    found |= {
        "command": [app_of(name)],
        "restart": "unless-stopped",
        "stop_grace_period": "60s",
        "healthcheck": {
            "test": ["CMD", "python", "-I", "/app/deploy/probe.py", "/readyz"],
            "interval": "20s",
            "timeout": "10s",
            "retries": 3,
            "start_period": "60s",
        },
    }
    if name in REACHED_FROM_OUTSIDE:
        # The gateway is on this host.
        found["ports"] = [f"127.0.0.1:{port}:{PORT}"]
    return found


def compose(house: House) -> dict[str, Any]:
    outside = {name: 9443 + index for index, name in enumerate(REACHED_FROM_OUTSIDE)}
    services = {name: _process(name, house, outside.get(name, 0)) for name in house.processes}
    services[SET_UP] = _set_up(house)
    services[PROMETHEUS] = watching.container(house, chosen("prometheus.image"))
    used = sorted({network for one in services.values() for network in one["networks"]})
    networks = {
        one: ({"internal": True} if one.startswith("to-") else {}) | {"ipam": {"config": [{"subnet": subnet(index)}]}}
        for index, one in enumerate(used)
    }
    return {
        "name": "meldpunt",
        "services": services,
        "networks": networks,
        "secrets": {name: {"file": file} for name, (file, _) in watching.secrets_of_prometheus(house).items()},
    }


def _set_up(house: House) -> dict[str, Any]:
    """Here it makes the configuration of NATS too, which the job of the chart does not."""
    found = _container(SET_UP, house)
    password = {variable("nats_routes_password"): f"{SECRETS}/nats-routes-password"}
    return found | {
        "profiles": [SET_UP],
        "entrypoint": ["python", "-m", "deploy.set_up"],
        "command": ["apply"],
        "environment": found["environment"] | password,
        "mem_limit": "512m",
        "volumes": [*found["volumes"], mounted("./identities", "/identities", read_only=False)],
    }


def example(house: House) -> str:
    """.env.example, with which processes each choice reaches."""
    lines = [
        HEAD.rstrip(),
        "# Copy it to .env and say what is so with you. No password stands here: those are files.",
        "",
    ]
    lines += [
        "# What was built from deploy/images/Containerfile, with its digest",
        "IMAGE=registry.example.nl/meldpunt@sha256:",
        "",
    ]
    lines += ["# The address of the parts: as containers see this host, when they are on it", "PARTS_AT=172.17.0.1"]
    wired: dict[str, list[str]] = {path: [] for path in CHOICES}
    wired["prometheus.image"] = [PROMETHEUS]
    wired["network.subnets"] = ["every network"]
    for process in (*house.processes, SET_UP):
        for wire in house.wires(process).values():
            if isinstance(wire, Value) and not isinstance(wire, OfCluster):
                wired[wire.path].append(process)
    for path, (text, default) in CHOICES.items():
        lines += ["", f"# {EXPLAINED[path]}"] if path in EXPLAINED else []
        lines.append(f"# for {', '.join(wired[path])}")
        name = chosen(path)[2:].partition(":")[0]
        lines.append(f"{name}={text}" if default is None else f"#{name}={text}")
    return "\n".join(lines) + "\n"


def compose_files(house: House) -> dict[str, str]:
    """By path in deploy/compose."""
    text = yaml.safe_dump(compose(house), sort_keys=False, allow_unicode=True, width=160)
    made = {"prometheus.yaml": watching.scraped(house), "prometheus-web.yaml": watching.served()}
    return {
        "compose.yaml": HEAD + ABOUT + text,
        ".env.example": example(house),
        **{name: HEAD + yaml.safe_dump(content, sort_keys=False, width=160) for name, content in made.items()},
    }
