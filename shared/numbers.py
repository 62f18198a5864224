"""Numbers of signals and receipt codes: random, never a sequence (a sequence tells how many there are)."""

from __future__ import annotations

import hashlib
import hmac
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: nothing that is misread


OF_REQUESTS = "V"
"""With which the number of a request begins."""


def _text(data: bytes, length: int) -> str:
    value = int.from_bytes(data, "big")
    return "".join(ALPHABET[(value >> (5 * place)) & 31] for place in range(length))


def _grouped(prefix: str, text: str) -> str:
    return f"{prefix}-{text[:5]}-{text[5:]}"


def random_seed() -> bytes:
    """32 random bytes, for a number that nothing else leads to."""
    return secrets.token_bytes(32)


def derived_seed(secret: bytes, *parts: bytes) -> bytes:
    """The same for the same parts, and unguessable without `secret`: how a repeated request gets its own
    first answer back without anybody having to store or read it."""
    return hmac.new(secret, b"|".join(hashlib.sha256(part).digest() for part in parts), hashlib.sha256).digest()


def signal_number(seed: bytes) -> str:
    """E.g. `S-7K3MQ-9XD4T`: 50 random bits."""
    return _grouped("S", _text(hmac.new(seed, b"number", hashlib.sha256).digest(), 10))


def duty_number() -> str:
    """E.g. `D-7K3MQ-9XD4T`: a duty to inform somebody; it tells nothing of the signal."""
    return _grouped("D", _text(random_seed(), 10))


def request_number(seed: bytes) -> str:
    """E.g. `V-7K3MQ-9XD4T`: a request of a person concerned, or a bezwaar; it leads to no signal."""
    return _grouped(OF_REQUESTS, _text(hmac.new(seed, b"request", hashlib.sha256).digest(), 10))


def is_request(number: str) -> bool:
    """Whether a number is that of a request."""
    return number.startswith(f"{OF_REQUESTS}-")


def meeting_number() -> str:
    """E.g. `M-7K3MQ-9XD4T`."""
    return _grouped("M", _text(random_seed(), 10))


def incident_number() -> str:
    """E.g. `I-7K3MQ-9XD4T`: an entry in the breach register, or what is put before the FG as one."""
    return _grouped("I", _text(random_seed(), 10))


def cluster_number() -> str:
    """E.g. `C-7K3MQ-9XD4T`: several signals that are decided on together."""
    return _grouped("C", _text(random_seed(), 10))


def receipt_code(seed: bytes) -> str:
    """E.g. `R-4N2VB-ZC81MQ7WXA`: 75 random bits; it is all that a web reporter has."""
    return _grouped("R", _text(hmac.new(seed, b"receipt", hashlib.sha256).digest(), 15))


def link_code() -> str:
    """256 random bits, for a link that is used once."""
    return secrets.token_urlsafe(32)


def spoken_code() -> str:
    """E.g. `7K3MQ-9XD4T`: 50 random bits that can be said by telephone; only together with a link, and a few tries."""
    return f"{_text(random_seed(), 10)[:5]}-{_text(random_seed(), 10)[5:]}"
