"""Documents for people: a template of a service, in the municipality's house style (house.typ), made into a PDF."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import typst

ROOT_OF_TEMPLATES = Path(__file__).parents[2]
"""From here a template names the house style: `/shared/documents/house.typ`."""


def compiled(template: Path, inputs: Mapping[str, Any], *standards: Literal["a-3a", "a-3b", "ua-1"]) -> bytes:
    """The PDF of `template`, which declares to be of these standards: the same bytes for the same words. `inputs`: as JSON under `sys.inputs`.
    Takes some tenths of a second of the processor: call it in a thread."""
    said = {name: json.dumps(one, ensure_ascii=False) for name, one in inputs.items()}
    made = typst.compile(
        str(template),
        root=str(ROOT_OF_TEMPLATES),
        format="pdf",
        sys_inputs=said,
        pdf_standards=[*standards],
        # When it was made stands in its words. By the clock, two of one letter would differ, and a letter goes by its hash.
        timestamp=0,
    )
    return bytes(made)
