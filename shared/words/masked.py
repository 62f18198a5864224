"""A text without what some persons are known by: names are codes in it, and what else is left out says that it was.

That its reporter was left out of it (reporter.py) is no text, and stays as it stands.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from functools import partial

from shared.words.names import words_of_name
from shared.words.reporter import REPORTER_LEFT_OUT

_WORD = r"[^\W_]"


def masked(text: str, names: Mapping[str, str], others: Collection[str] = ()) -> str:
    """`text` with S1, S2 … for these names; `names`: the code of each. `others`: the names that stay.

    In one pass, whole names first: of two of one family the whole name is one of them, and the part that both bear is nobody's
    and stays. What stays, or is written otherwise, may still name them: that is for the caller to read (names.py).
    """
    borne = Counter(one for name in {*names, *others} for one in {each.casefold() for each in words_of_name(name)})
    codes: dict[str, str | None] = {}
    for name in sorted({*names, *others}, key=len, reverse=True):
        whole = r"[\s-]+".join(map(re.escape, re.findall(rf"{_WORD}+", name)))
        if whole:
            codes[f"(?i:{whole})"] = None if name in others else names[name]
    for name, code in names.items():
        for part in sorted(words_of_name(name), key=len, reverse=True):
            # A part that is an ordinary word too is one only with its capital.
            if borne[part.casefold()] == 1:
                codes.setdefault(re.escape(part), code)
    if not codes:
        return text
    each = "|".join(f"(?P<n{place}>{one})" for place, one in enumerate(codes))
    said = list(codes.values())

    def instead(found: re.Match[str]) -> str:
        return said[int(str(found.lastgroup)[1:])] or found[0]

    def coded(part: str) -> str:
        part = re.sub(rf"(?<!{_WORD})(?:{each})(?:['’]?s)?(?!{_WORD})", instead, part)
        # Two parts beside each other are one name.
        return re.sub(rf"\b({'|'.join({*names.values()})})(?:[\s-]+\1)+\b", r"\1", part) if names else part

    return _between(text, coded)


def without(text: str, said: Mapping[str, str]) -> str:
    """`text` with, for each of `said` that stands in it in the same words, what is said instead; the longest first."""
    words = {one: re.findall(rf"{_WORD}+", one) for one in sorted(said, key=len, reverse=True)}
    for one, parts in words.items():
        if parts:
            whole = r"\W+".join(map(re.escape, parts))
            found = re.compile(rf"(?<!{_WORD})(?i:{whole})(?!{_WORD})")
            text = _between(text, partial(found.sub, lambda _, put=said[one]: put))
    return text


def _between(text: str, becomes: Callable[[str], str]) -> str:
    """`text` with `becomes` done to what stands before and behind each place where the reporter was left out."""
    return REPORTER_LEFT_OUT.join(map(becomes, text.split(REPORTER_LEFT_OUT)))
