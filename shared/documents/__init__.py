"""Documents for people: a template of a service, in the municipality's house style (house.typ), made into a PDF."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Literal

import typst

ROOT_OF_TEMPLATES = Path(__file__).parents[2]
"""From here a template names the house style: `/shared/documents/house.typ`."""


def compiled(template: Path, inputs: Mapping[str, Any], *standards: Literal["a-3a", "a-3b", "ua-1"], on: date) -> bytes:
    """The PDF of `template`, which declares to be of these standards; `inputs`: as JSON under `sys.inputs`; `on`: its day. The
    same words of the same day are the same bytes. Takes some tenths of a second of the processor: call it in a thread."""
    said = {name: json.dumps(one, ensure_ascii=False) for name, one in inputs.items()}
    made = typst.compile(
        str(template),
        root=str(ROOT_OF_TEMPLATES),
        format="pdf",
        sys_inputs=said,
        pdf_standards=[*standards],
        # Not by the clock: a letter goes by its hash. At noon it is the same day here as in UTC, which a PDF tells.
        timestamp=datetime.combine(on, time(12), UTC),
    )
    return bytes(made)
