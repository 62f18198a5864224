"""Signing as a service does, without OpenBao: for rows of lists, and for nothing that is about believing them."""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.clock import SystemClock
from shared.keys.signing import Signer
from shared.openbao import TIMEOUT_SECONDS, OpenBao
from tests.parts import NOBODY, run_async

_KEY = Ed25519PrivateKey.generate()


class LocalTransit(OpenBao):
    """The transit key of every service, in memory."""

    def __init__(self) -> None:
        super().__init__("https://127.0.0.1:1", Path("/nowhere"), NOBODY)

    async def call(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, seconds: float = TIMEOUT_SECONDS
    ) -> dict[str, Any]:
        if path.startswith("sign/export/"):
            return {"data": {"keys": {"1": base64.b64encode(_KEY.public_key().public_bytes_raw()).decode()}}}
        signature = _KEY.sign(base64.b64decode((body or {})["input"]))
        return {"data": {"signature": f"vault:v1:{base64.b64encode(signature).decode()}"}}


@cache
def local_signer(service: str) -> Signer:
    signer = Signer(service, LocalTransit(), SystemClock())
    run_async(signer.certify())
    return signer
