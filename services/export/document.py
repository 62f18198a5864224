"""What a receiver gets: PDF/A-3 and PDF/UA for people, the same as JSON inside it for machines; the RIEC a package of both."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from services.export.wording import document
from shared.contracts.export import ShareContent
from shared.documents import compiled
from shared.laws import known_law
from shared.packages import DOCUMENT, MANIFEST, TWIN, packed, sha256, unpacked
from shared.protocol.municipality import TABLE_OF_THE_RIEC
from shared.service.platform import Platform

SHARE_KIND = "meldpunt-share"
PAGE_OF_A_SHARE = Path(__file__).with_name("share.typ")


FORMS = {b"%PDF-": "application/pdf", b"PK": "application/zip"}


@dataclass(frozen=True)
class Handed:
    """What is handed over, and the SHA-256 by which its receiver says what he got: of the manifest, or the document."""

    data: bytes
    digest: str

    @classmethod
    async def of(cls, identifier: UUID, content: ShareContent, platform: Platform) -> Handed:
        """A document; for the RIEC a package. Raises NotSigned without a certificate."""
        signed = _signed(content, platform)
        pdf = await _as_pdf(content, signed, platform)
        if content.recipient != TABLE_OF_THE_RIEC:
            return cls(pdf, sha256(pdf))
        parts = {DOCUMENT: pdf, TWIN: json.dumps(signed, ensure_ascii=False, indent=1).encode()}
        data = packed(platform.signer, str(identifier), content.recipient, parts, platform.clock.now())
        return cls(data, sha256(unpacked(data)[MANIFEST]))


async def as_pdf(content: ShareContent, platform: Platform) -> bytes:
    """The document with its signed twin; raises NotSigned without a certificate."""
    return await _as_pdf(content, _signed(content, platform), platform)


def form_of(data: bytes) -> str:
    """The media type of what is fetched; what is sealed to its receiver is only bytes."""
    return next((form for begin, form in FORMS.items() if data.startswith(begin)), "application/octet-stream")


def _signed(content: ShareContent, platform: Platform) -> dict[str, Any]:
    """What the document says, with the signature of export."""
    twin = content.twin()
    return {"content": twin, "signature": platform.signer.sign(SHARE_KIND, {"share": twin})}


async def _as_pdf(content: ShareContent, signed: dict[str, Any], platform: Platform) -> bytes:
    law = known_law(platform.settings.laws, content.protocol)
    words = document(law, content, live=platform.settings.live)
    inputs = {"words": words, "twin": signed}
    return await asyncio.to_thread(compiled, PAGE_OF_A_SHARE, inputs, "a-3a", "ua-1", on=content.decided_on)
