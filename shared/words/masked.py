"""A text without the names of some persons: each is called by his code instead."""

from __future__ import annotations

import re
from collections.abc import Mapping

from shared.words.names import words_of_name

_WORD = r"[^\W_]"


def masked(text: str, names: Mapping[str, str]) -> str:
    """`text` with S1, S2 … for these names; `names`: the code of each. What is written otherwise stays as it is: whether it
    still names them is for the caller to read (names.py)."""
    for name, code in names.items():
        whole = r"[\s-]+".join(map(re.escape, re.findall(rf"{_WORD}+", name)))
        parts = sorted(words_of_name(name), key=len, reverse=True)
        wanted = [f"(?i:{whole})"] if whole else []
        # A part that is an ordinary word too is one only with its capital.
        wanted += [re.escape(one) for one in parts]
        if not wanted:
            continue
        found = rf"(?<!{_WORD})(?:{'|'.join(wanted)})(?:['’]?s)?(?!{_WORD})"
        text = re.sub(rf"{found}(?:[\s-]+{found})*", code, text)
    return text
