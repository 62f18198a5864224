"""The document that a receiver gets: PDF/A-3 and PDF/UA for people, the same as JSON inside it for machines."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import typst

from services.export.wording import document
from shared.contracts.export import ShareContent
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
    return await asyncio.to_thread(_compiled, words, signed)


def _compiled(words: dict[str, Any], signed: dict[str, Any]) -> bytes:
    inputs = {name: json.dumps(one, ensure_ascii=False) for name, one in (("words", words), ("twin", signed))}
    return bytes(typst.compile(str(PAGE_OF_A_SHARE), format="pdf", sys_inputs=inputs, pdf_standards=["a-3a", "ua-1"]))
