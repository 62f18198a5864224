"""The document that a receiver gets: PDF/A-3 and PDF/UA for people, the same as JSON inside it for machines."""

from __future__ import annotations

import asyncio
from pathlib import Path

from services.export.wording import document
from shared.contracts.export import ShareContent
from shared.documents import compiled
from shared.laws import known_law
from shared.service.platform import Platform

SHARE_KIND = "meldpunt-share"
PAGE_OF_A_SHARE = Path(__file__).with_name("share.typ")


async def as_pdf(content: ShareContent, platform: Platform) -> bytes:
    """The document with its signed twin; raises NotSigned without a certificate."""
    law = known_law(platform.settings.laws, content.protocol)
    twin = content.twin()
    signed = {"content": twin, "signature": platform.signer.sign(SHARE_KIND, {"share": twin})}
    words = document(law, content, live=platform.settings.live)
    return await asyncio.to_thread(compiled, PAGE_OF_A_SHARE, {"words": words, "twin": signed}, "a-3a", "ua-1")
