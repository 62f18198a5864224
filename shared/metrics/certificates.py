"""For how long the certificate holds by which a process is known on its connections."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from pathlib import Path

from cryptography.x509 import load_pem_x509_certificate

from shared.metrics.catalogue import CERTIFICATE_LEFT
from shared.metrics.metrics import Shows


def certificate_left(file: Path) -> list[Shows]:
    """As it lies there: what is read is what the next connection shows. Nothing where it cannot be read."""
    with contextlib.suppress(OSError, ValueError):
        shown = load_pem_x509_certificate(file.read_bytes())
        left = (shown.not_valid_after_utc - datetime.now(UTC)).total_seconds()
        return [Shows(CERTIFICATE_LEFT, left, {"certificate": "tls"})]
    return []
