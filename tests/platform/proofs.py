"""Proofs of audit lines for a database without a platform: as a service makes them, under a key of the tests."""

from __future__ import annotations

import base64

from shared.audit import Proofs
from shared.keys.mac import Mac
from shared.privileges import ROWS
from tests.platform.real import Handed

ANSWER = {"data": {"hmac": f"vault:v1:{base64.b64encode(bytes(32)).decode()}"}}


async def proofs() -> Proofs:
    mac = Mac("tests", Handed({f"{ROWS}/hmac/tests": ANSWER}))
    await mac.prepare()
    return Proofs(mac)
