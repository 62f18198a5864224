"""Where a chain begins of which the first lines had their term: pure, beside `follow.py`."""

from __future__ import annotations

from typing import Any

from services.oversight.follow import Reached
from services.oversight.trail import AuditCut
from shared.transparency import Witnessed
from shared.witness import Noted


def reached_by(cut: AuditCut | None) -> Reached:
    """Behind which line the chain begins."""
    return Reached(cut.seq, cut.head) if cut else Reached()


def tree_behind(cut: AuditCut | None, noted: Noted) -> Witnessed:
    """The tree over what is gone, to go on with."""
    return Witnessed(noted.roots, cut.seq, [bytes.fromhex(one) for one in cut.whole]) if cut else Witnessed(noted.roots)


def claims_of_cut(cut: AuditCut) -> dict[str, Any]:
    """What oversight signs of it for who checks without a house."""
    facts = cut.model_dump(include={"producer", "seq", "head", "whole", "through"})
    return facts | {"madeAt": cut.made_at.isoformat()}
