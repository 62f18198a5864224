"""Standing back: a signal is closed to somebody whom it concerns himself (art. 2:4 Awb). Who says so, and of whom."""

from __future__ import annotations

import re
from collections.abc import Collection

from shared.protocol.faults import Fault

CLOSED_TO, OPENED_TO = "closed", "opened"
"""What a record about somebody says: from then on the signal does not exist for him, or it does again."""
STANDS_BACK = "stand-back"
"""What somebody without the file says to what he is asked."""
AWB = "art. 2:4 Awb"
_ORDER = "art. 24"
_WHO = (
    "Wie zelf bij een signaal is betrokken of een persoonlijk belang heeft, staat terug: het signaal wordt voor die persoon"
    " gesloten, door hemzelf of door wie het dossier ziet, met een reden. Hij ziet er geen stuk, taak, dossier of regel in een"
    f" lijst meer van, telt er in geen overleg voor mee, ook in een volgende fase ({AWB})."
)
_AGAIN = (
    "Alleen een ander die het dossier ziet, sluit het voor iemand of opent het weer; niemand opent het weer voor zichzelf"
    f" ({AWB})."
)
_WITH_A_NUMBER = (
    "Voor een ander wordt het gesloten met diens nummer als gebruiker, ook als die nog niet is aangewezen: een naam staat in geen"
    f" spoor ({AWB})."
)
_USER_ID = re.compile(r"(?=.*\d)[0-9A-Fa-f-]{16,64}")
"""A number as log-in providers give them, and nobody's name. Shorter ones of a municipality's own are taken once they are designated."""
RULES = {
    **dict.fromkeys(("no-closing", "whom", "no-reason"), _WHO),
    **dict.fromkeys(("not-for-another", "not-closed"), _AGAIN),
    "no-user": _WITH_A_NUMBER,
    "own-finding": (
        "Wie een bevinding van een onderdeel deed, of voor dat onderdeel is aangewezen, beoordeelt haar niet, ook niet als hij"
        f" het dossier ziet: dat doet een ander ({_ORDER})."
    ),
}
"""What the printed protocol says of each fault, by its code."""


def own_finding(by: str, roles: Collection[str], found_by: str, department: str) -> Fault | None:
    """Why `by`, with `roles`, does not judge a finding of `department` that `found_by` recorded; None when he may."""
    if by != found_by and f"department-{department}" not in roles:
        return None
    words = "een bevinding van een onderdeel wordt beoordeeld door een ander dan wie haar deed of van dat onderdeel is"
    return Fault("about", words, _ORDER, "own-finding")


def closing_faults(
    outcome: str,
    whom: Collection[str],
    by: str,
    reason: str,
    *,
    has_file: bool,
    closed_to: Collection[str],
    designated: Collection[str],
) -> list[Fault]:
    """Everything that keeps `by` from closing a signal to the one person of `whom`, or from opening it again.

    `has_file`: whether he does so as who sees the file; `closed_to`: to whom it is closed already; `designated`: who of `whom`
    is designated now; another is named by what can only be the number of a user, for he may be designated tomorrow. What was
    typed may be a name, and is never repeated.
    """
    faults = []
    if outcome not in (CLOSED_TO, OPENED_TO):
        faults.append(Fault("outcome", f"kies één van: {CLOSED_TO}, {OPENED_TO}", AWB, "no-closing"))
    if len(whom) != 1:
        faults.append(Fault("about", "noem voor wie: één persoon", AWB, "whom"))
    if not reason.strip():
        faults.append(Fault("reason", "ook terugstaan heeft een reden", AWB, "no-reason"))
    if set(whom) != {by} and not has_file:
        faults.append(Fault("about", "alleen wie het dossier ziet, sluit het voor een ander", AWB, "not-for-another"))
    if outcome == CLOSED_TO and not all(one in {by, *designated} or _USER_ID.fullmatch(one) for one in whom):
        faults.append(Fault("about", "noem het nummer van een gebruiker, en geen naam", AWB, "no-user"))
    if outcome == OPENED_TO and not set(whom) <= set(closed_to):
        faults.append(Fault("about", "voor deze persoon is het niet gesloten", AWB, "not-closed"))
    return faults
