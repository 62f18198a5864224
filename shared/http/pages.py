"""How a list is asked for over HTTP: `?limit=` and `?cursor=`; what they mean is in `shared/pages.py`."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query

from shared.pages import LONGEST_CURSOR, MOST, USUAL, Keyset, Page, Window

__all__ = ["LONGEST_CURSOR", "MOST", "USUAL", "Keyset", "Page", "Window", "WindowAsked"]


def _window(
    cursor: Annotated[
        str | None, Query(description="`next` of the page before", json_schema_extra={"maxLength": LONGEST_CURSOR})
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MOST, description="How many at most")] = USUAL,
) -> Window:
    return Window(cursor, limit)


WindowAsked = Annotated[Window, Depends(_window)]
"""The parameter of a route that answers a list."""
