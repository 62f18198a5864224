"""Charts over time as charts and tables, out of what oversight counts as it is at this moment."""

from __future__ import annotations

from services.portal.calls import Calls
from services.portal.charts import Chart, Wording, chart, quarter_called
from services.portal.sessions import Session
from services.portal.use_cases.answered import body_of

NAMES = {
    "defer": "uitgesteld",
    "continue": "uitstel verlengd",
    "destroyed": "vernietigd",
    "up-to-7": "tot en met 7 dagen",
    "up-to-30": "8 tot en met 30 dagen",
    "up-to-90": "31 tot en met 90 dagen",
    "longer": "langer dan 90 dagen",
}
TABLES = {
    "phases": (
        "Signalen die in een fase kwamen",
        "Per kwartaal, in elke fase hoeveel signalen daar voor het eerst kwamen.",
    ),
    "endings": (
        "Beëindigde signalen",
        "Per kwartaal, naar de fase waarin een signaal eindigde; fase 5 is een gesloten casus.",
    ),
    "waiting": ("Hoe lang signalen in een fase waren", "Van wie de fase verliet, in dagen sinds het daar kwam."),
    "deferrals": ("Uitgesteld informeren", "Per kwartaal, hoe vaak is uitgesteld en hoe vaak dat is verlengd."),
    "destructions": ("Vernietigde signalen", "Per kwartaal, hoeveel signalen zijn vernietigd."),
}


class Charts:
    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def charts(self, session: Session) -> tuple[int, int, list[Chart]]:
        """The smallest count that is told, how many decisions are in no figure as they are not believed, and the charts."""
        found = body_of(await self._calls.get(session, "oversight", "/v1/figures"))
        wording = in_words(found["smallest"])
        return found["smallest"], found["notBelieved"], [chart(key, TABLES[key], found[key], wording) for key in TABLES]


def in_words(smallest: int) -> Wording:
    note = f"Aantallen van 1 tot en met {smallest - 1} staan er niet in."
    return Wording(called, f"< {smallest}", f"minder dan {smallest}", "niet te tonen", note)


def called(code: str) -> str:
    """A row or a column in words: a phase, a quarter, or what has a name of its own."""
    return f"fase {code}" if code.isdigit() else quarter_called(code) or NAMES.get(code, code)
