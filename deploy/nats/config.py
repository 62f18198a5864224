"""NATS: users with exactly their subjects, and the streams and consumers of the privilege table.

Streams and consumers are made by the set-up user; no service may create, delete, read or purge one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import nats
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError

from deploy.tls.identities import SETUP_USER
from shared.privileges import SERVICES, Privileges
from shared.settings import STREAM_DAYS
from shared.tls import Tls

MAX_AGE_SECONDS = STREAM_DAYS * 24 * 3600
ACK_WAIT_SECONDS = 60
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


def server_config(*, host: str, port: int, store: str, passwords: Mapping[str, str], tls: Tls) -> str:
    """The configuration file of a single server; `passwords` has one per service and one for `setup`, `tls` is the server's
    own."""
    users: list[dict[str, Any]] = [{"user": SETUP_USER, "password": passwords[SETUP_USER]}]
    users += [
        {"user": service.name, "password": passwords[service.name], "permissions": permissions(service)}
        for service in SERVICES
    ]
    config = {
        "server_name": "meldpunt",
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
    return json.dumps(config, indent=1)


def _tls(tls: Tls) -> dict[str, Any]:
    return {
        "ca_file": str(tls.authorities),
        "cert_file": str(tls.certificate),
        "key_file": str(tls.key),
        # The certificate says who somebody is, and the password has to be his: who has stolen one of the two is nobody.
        "verify_and_map": True,
        # Nothing is said before that, not even who the server is.
        "handshake_first": True,
        "min_version": "1.3",
        "timeout": LOG_IN_SECONDS,
    }


async def apply(address: str, password: str, tls: Tls) -> None:
    """Make or update every stream and consumer; safe to run again, also after the store was lost. `tls`: of the set-up."""
    connection = await nats.connect(
        address,
        user=SETUP_USER,
        password=password,
        max_reconnect_attempts=3,
        tls=tls.context,
        tls_handshake_first=True,
    )
    try:
        js = connection.jetstream()
        for service in SERVICES:
            config = StreamConfig(
                name=service.stream,
                subjects=[service.subject("*.*", "*")],
                retention=RetentionPolicy.LIMITS,
                storage=StorageType.FILE,
                max_age=MAX_AGE_SECONDS,
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
