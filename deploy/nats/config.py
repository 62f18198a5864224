"""NATS: users with exactly their subjects, and the streams and consumers of the privilege table.

Streams and consumers are made by the set-up user; no service may create, delete, read or purge one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import nats
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import APIError, NotFoundError

from deploy.tls.identities import SETUP_USER
from shared.privileges import SERVICES, Privileges
from shared.settings import STREAM_DAYS
from shared.tls import Tls

MAX_AGE_SECONDS = STREAM_DAYS * 24 * 3600
ACK_WAIT_SECONDS = 20
"""After so long without a word of a message it is given to another process; who has one in work says so every five."""
LOG_IN_SECONDS = 20
"""Within which somebody has to have shown who he is. The default gives two: too few for ten services that start together
on a busy machine."""
MOST_BYTES = 8 * 2**20
"""Of one message. What is larger is refused, and waits at its sender."""


def permissions(service: Privileges) -> dict[str, dict[str, list[str]]]:
    """Publish what the table has somebody for, pull its own durables, read its own inbox; nothing else."""
    publish = [*service.publishes]
    for producer in service.consumes:
        stream, durable = producer.upper(), service.name
        publish += [
            f"$JS.API.CONSUMER.INFO.{stream}.{durable}",
            f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}",
            f"$JS.ACK.{stream}.{durable}.>",
        ]
    return {"publish": {"allow": publish}, "subscribe": {"allow": [f"{service.inbox}.>"]}}


ROUTES = "routes"
"""Who a server is to the other servers."""


@dataclass(frozen=True)
class Node:
    """One server of several that are one JetStream: its name among them, and where they speak to each other."""

    name: str
    host: str
    port: int
    """Of its routes, not of its clients."""
    peers: Sequence[tuple[str, int]]
    """Host and port of the routes of all of them."""
    password: str
    """What they show each other, besides the certificate: every service has a certificate of this house too, and
    whoever may say that he is a server reads everything."""


def server_config(
    *, host: str, port: int, store: str, passwords: Mapping[str, str], tls: Tls, node: Node | None = None
) -> str:
    """The configuration file of a server; `passwords` has one per service and one for `setup`, `tls` is the server's own.

    `node`: which of several it is; None for one that is alone.
    """
    users: list[dict[str, Any]] = [{"user": SETUP_USER, "password": passwords[SETUP_USER]}]
    users += [
        {"user": service.name, "password": passwords[service.name], "permissions": permissions(service)}
        for service in SERVICES
    ]
    config = {
        "server_name": node.name if node else "meldpunt",
        "host": host,
        "port": port,
        # What was acknowledged may be lost for ten seconds back: the sender keeps it until the receipt anyway.
        "jetstream": {"store_dir": store, "sync_interval": "10s", "max_file": 8 * 2**30},
        # A whole dossier is one letter: with a reading beside each item it can be more than the one megabyte of the default.
        "max_payload": MOST_BYTES,
        "authorization": {"users": users, "timeout": LOG_IN_SECONDS},
        "tls": _tls(tls),
        "logtime_utc": True,
    }
    if node:
        config["cluster"] = _cluster(node, tls)
    return json.dumps(config, indent=1)


def _cluster(node: Node, tls: Tls) -> dict[str, Any]:
    return {
        "name": "meldpunt",
        "host": node.host,
        "port": node.port,
        "authorization": {"user": ROUTES, "password": node.password, "timeout": LOG_IN_SECONDS},
        "routes": [f"nats-route://{ROUTES}:{quote(node.password, safe='')}@{host}:{port}" for host, port in node.peers],
        # Clients are told where the servers are, as everything else is told them.
        "no_advertise": True,
        "tls": {**_files(tls), "verify": True, "min_version": "1.3", "timeout": LOG_IN_SECONDS},
    }


def _files(tls: Tls) -> dict[str, str]:
    return {"ca_file": str(tls.authorities), "cert_file": str(tls.certificate), "key_file": str(tls.key)}


def _tls(tls: Tls) -> dict[str, Any]:
    return {
        **_files(tls),
        # The certificate says who somebody is, and the password has to be his: who has stolen one of the two is nobody.
        "verify_and_map": True,
        # Nothing is said before that, not even who the server is.
        "handshake_first": True,
        "min_version": "1.3",
        "timeout": LOG_IN_SECONDS,
    }


async def _connect(addresses: str | Sequence[str], password: str, tls: Tls) -> Client:
    return await nats.connect(
        addresses if isinstance(addresses, str) else list(addresses),
        user=SETUP_USER,
        password=password,
        max_reconnect_attempts=3,
        connect_timeout=3,
        tls=tls.context,
        tls_handshake_first=True,
        error_cb=_raised_anyway,
    )


async def _raised_anyway(problem: Exception) -> None:
    """Who connects gets it himself; the client would print it besides."""


async def why_not_ready(addresses: Sequence[str], password: str, tls: Tls, replicas: int) -> str | None:
    """What keeps the servers from being one JetStream in which every stream is `replicas` times; None when nothing does.

    A server says that it is ready, and its health is fine, while the servers have elected nobody and keep nothing: only an
    answer of JetStream itself counts. `tls`: of the set-up. Raises nothing that a server which is away causes.
    """
    try:
        for one in addresses:
            # Each by itself: of several, a client is content with one.
            await (await _connect(one, password, tls)).close()
        connection = await _connect(addresses, password, tls)
    except (NatsError, OSError, TimeoutError) as problem:
        return f"a server is out of reach ({type(problem).__name__})"
    try:
        js = connection.jetstream(timeout=2)
        # Answered by who leads them all, and by nobody while there is none.
        await js.account_info()
        for service in SERVICES:
            cluster = (await js.stream_info(service.stream)).cluster
            followers = [one for one in (cluster and cluster.replicas) or () if one.current and not one.offline]
            if replicas > 1 and (not cluster or not cluster.leader or len(followers) < replicas - 1):
                return f"{service.stream} is not whole on {replicas} servers"
            for durable in await js.consumers_info(service.stream):
                if replicas > 1 and not (durable.cluster and durable.cluster.leader):
                    return f"{service.stream} has nobody who leads {durable.name}"
    except NotFoundError:
        return None
    except (NatsError, APIError, OSError, TimeoutError) as problem:
        return f"nobody leads ({type(problem).__name__})"
    finally:
        await connection.close()
    return None


async def apply(addresses: str | Sequence[str], password: str, tls: Tls, *, replicas: int = 1) -> None:
    """Make or update every stream and consumer; safe to run again, also after the store was lost. `tls`: of the set-up.

    `replicas`: on how many servers each stream is kept.
    """
    connection = await _connect(addresses, password, tls)
    try:
        js = connection.jetstream()
        for service in SERVICES:
            config = StreamConfig(
                name=service.stream,
                subjects=[service.subject("*.*", "*")],
                retention=RetentionPolicy.LIMITS,
                storage=StorageType.FILE,
                max_age=MAX_AGE_SECONDS,
                num_replicas=replicas,
            )
            try:
                await js.stream_info(service.stream)
                await js.update_stream(config)
            except NotFoundError:
                await js.add_stream(config)
        for service in SERVICES:
            for producer in service.consumes:
                await js.add_consumer(
                    producer.upper(),
                    ConsumerConfig(
                        durable_name=service.name,
                        ack_policy=AckPolicy.EXPLICIT,
                        deliver_policy=DeliverPolicy.ALL,
                        filter_subjects=list(service.is_delivered(producer)),
                        ack_wait=ACK_WAIT_SECONDS,
                        max_deliver=-1,
                        max_ack_pending=256,
                    ),
                )
    finally:
        await connection.close()
