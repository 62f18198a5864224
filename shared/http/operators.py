"""What is not for people at work: where it stands, and who may read it."""

from __future__ import annotations

import hmac
from pathlib import Path

from shared.errors import NotAuthenticated

HEALTH = ("/livez", "/readyz", "/statusz", "/metrics")


def operator(secret: Path | None, authorization: str | None) -> None:
    """Raises NotAuthenticated for who does not show the secret, and for everybody where there is none."""
    try:
        expected = secret.read_text().strip() if secret else ""
    except OSError:
        expected = ""
    scheme, _, shown = (authorization or "").partition(" ")
    same = hmac.compare_digest(shown.strip().encode(), expected.encode())
    if not expected or scheme.lower() != "bearer" or not same:
        raise NotAuthenticated
