"""Meetings: who may take part, what is on the agenda, who says who was there, and when one decides (art. 1 onder n and o,
art. 15 and 21)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from shared.protocol.facts import Facts
from shared.protocol.faults import Fault
from shared.protocol.model import Decision, Law
from shared.protocol.municipality import MEMBER as MEMBER

OF_THE_LOT, BEYOND_THE_LOT, HOW_HELD = "art. 1 onder n", "art. 1 onder o", "art. 15 lid 1"
FOR, AGAINST = "for", "against"
"""What a member says himself at the table of an item on the agenda, before it is decided."""
AFTER_THE_LOT = "LOT+"
"""The meeting to which only comes what a LOT has weighed (R-D.16)."""
ATTENDANCE = {
    "chair": "legt de voorzitter vast of wie hem vervangt, of zegt het lid zelf",
    "self": "zegt alleen het lid zelf",
}
_TAKES_PART = (
    "Aan een overleg neemt deel wie is aangewezen als lid van het LOT of het dossier ziet, en van buiten alleen een"
    f" organisatie die bij dat overleg staat ({OF_THE_LOT}, {BEYOND_THE_LOT})."
)
_DECIDES = (
    "Een besluit van een overleg telt als dat overleg van de genoemde soort en gehouden is, het signaal op de agenda"
    f" stond, er genoeg leden aanwezig waren en het niet al eerder over dit signaal besloot ({HOW_HELD}). Wat een mens besluit,"
    " besluit geen overleg."
)
_DISSENTS = (
    "Wie in een overleg tegen is, staat met zijn reden bij het besluit over dat agendapunt, en niet onder wie het besluit nam."
    f" Tegen kan alleen zijn wie aanwezig was; een besluit waar niemand vóór was, is er niet ({HOW_HELD})."
)
_SPEAKS = (
    "Een lid kan zelf zeggen dat hij vóór of tegen is, op de dag van het overleg en zolang dat over het signaal niet heeft"
    f" besloten. Wie tegen is, zegt waarom; die woorden staan bij het besluit, als hij aanwezig was ({HOW_HELD})."
)
_OVER = (
    "Wie het dossier ziet, kan een overleg sluiten: vanaf dan opent niemand er nog een stuk van, en verandert de agenda niet meer;"
    f" anders is dat na de dag van het overleg zo ({HOW_HELD})."
)
RULES = {
    "no-such-meeting": "Er zijn geen andere overleggen dan deze.",
    "in-the-past": f"Een overleg wordt vooraf bijeengeroepen, door wie het dossier ziet; die is de voorzitter ({HOW_HELD}).",
    "one-or-the-other": _TAKES_PART,
    "not-from-outside": _TAKES_PART,
    "not-a-member": _TAKES_PART,
    "signal-unknown": f"Op de agenda staan alleen signalen die in de beoordeling bekend zijn ({HOW_HELD}).",
    "not-weighed": f"In een {AFTER_THE_LOT} komt alleen een signaal dat een LOT heeft gewogen ({BEYOND_THE_LOT}).",
    "agenda-closed": f"Na de dag van het overleg verandert de agenda niet meer ({HOW_HELD}).",
    "not-invited": f"Aanwezig kan alleen zijn wie was uitgenodigd ({HOW_HELD}).",
    "not-yours-to-say": f"Dat een organisatie van buiten aanwezig was, legt de voorzitter vast, of wie hem vervangt ({HOW_HELD}).",
    "not-held": f"Aanwezigheid wordt vastgelegd en een besluit genomen vanaf de dag waarop het overleg is gehouden ({HOW_HELD}).",
    **dict.fromkeys(("no-such-voice", "against-without-words", "decided-there"), _SPEAKS),
    "meeting-over": _OVER,
    **dict.fromkeys(("no-meeting", "meeting-missing", "meeting-unknown"), _DECIDES),
    **dict.fromkeys(("not-on-the-agenda", "decided-before", "no-quorum"), _DECIDES),
    **dict.fromkeys(("not-there-to-dissent", "dissent-without-words", "nobody-agrees"), _DISSENTS),
}
"""What the printed protocol says of each fault, by its code."""


# --- calling ----------------------------------------------------------------------------------------


def takes_part(law: Law) -> tuple[str, ...]:
    """The designations with which somebody of the municipality may be a member."""
    return (MEMBER, *law.file_roles)


def calling_faults(
    law: Law,
    kind: str,
    held_on: date,
    members: Sequence[tuple[str | None, str | None]],
    designated: Collection[str],
    today: date,
) -> list[Fault]:
    """Everything that is wrong with a meeting that is called. `members`: each a person or an organisation; `designated`:
    the persons who may take part."""
    if kind not in law.meetings:
        reason = f"moet één zijn van: {', '.join(law.meetings)}"
        return [Fault("kind", reason, OF_THE_LOT, "no-such-meeting")]
    faults = []
    if held_on < today:
        reason = "ligt in het verleden: een overleg wordt vooraf bijeengeroepen"
        faults.append(Fault("heldOn", reason, HOW_HELD, "in-the-past"))
    outside = law.meetings[kind]
    for place, (person, organisation) in enumerate(members):
        field = f"members.{place}"
        if (person is None) == (organisation is None):
            reason = "is óf een medewerker óf een organisatie"
            faults.append(Fault(field, reason, OF_THE_LOT, "one-or-the-other"))
        elif organisation is not None and organisation not in outside:
            who = f"van buiten alleen {', '.join(map(law.called, outside))}" if outside else "alleen de gemeente zelf"
            reason = f"mag niet deelnemen: aan een {kind} neemt {who} deel"
            faults.append(Fault(field, reason, BEYOND_THE_LOT if outside else OF_THE_LOT, "not-from-outside"))
        elif person is not None and person not in designated:
            faults.append(Fault(field, "is niet aangewezen als lid", OF_THE_LOT, "not-a-member"))
    return faults


# --- the agenda ---------------------------------------------------------------------------------------


def agenda_fault(kind: str, *, known: bool, weighed: bool) -> Fault | None:
    """Why a signal cannot be on the agenda. `weighed`: whether a LOT did; None when it can."""
    if not known:
        return Fault("agenda", "noemt een signaal dat hier niet bekend is", HOW_HELD, "signal-unknown")
    if kind == AFTER_THE_LOT and not weighed:
        return Fault("agenda", "noemt een signaal dat geen LOT heeft gewogen", BEYOND_THE_LOT, "not-weighed")
    return None


def agenda_closed(held_on: date, today: date) -> Fault | None:
    """Why the agenda does not change any more; None while it may."""
    if held_on >= today:
        return None
    return Fault("agenda", "dit overleg is gehouden; de agenda verandert niet meer", HOW_HELD, "agenda-closed")


# --- who was there ------------------------------------------------------------------------------------


def invited_fault(who: str, members: Collection[str]) -> Fault | None:
    if who in members:
        return None
    return Fault("member", "was niet voor dit overleg uitgenodigd", HOW_HELD, "not-invited")


def saying_fault(law: Law, who: str, by: str, *, chairs: bool, outside: Collection[str]) -> Fault | None:
    """Why `by` cannot say that `who` was there. `chairs`: whether he is designated to see the file, and so is a chair or
    replaces one. An organisation from `outside` has no account here to say it with."""
    if who == by or (chairs and (who in outside or law.attendance_by == "chair")):
        return None
    return Fault("member", "wie aanwezig was, zegt dat zelf", HOW_HELD, "not-yours-to-say")


def not_held(held_on: date, today: date) -> Fault | None:
    return Fault("meeting", "dit overleg is nog niet gehouden", HOW_HELD, "not-held") if held_on > today else None


def over_fault(*, closed: bool) -> Fault | None:
    """Why nothing is asked or said in a meeting any more; None while it runs."""
    return Fault("meeting", "dit overleg is gesloten", HOW_HELD, "meeting-over") if closed else None


def speaking_faults(says: str, words: str) -> list[Fault]:
    """What is wrong with what a member says himself of an item on the agenda."""
    if says not in (FOR, AGAINST):
        return [Fault("outcome", f"kies één van: {FOR}, {AGAINST}", HOW_HELD, "no-such-voice")]
    if says == AGAINST and not words.strip():
        return [Fault("reason", "wie tegen is, zegt waarom", HOW_HELD, "against-without-words")]
    return []


def speaking_late(held_on: date, today: date, *, decided: bool) -> Fault | None:
    """Why it cannot be said any more; None on the day of the meeting, before it decides."""
    if held_on < today:
        return Fault("meeting", "dit overleg is geweest", HOW_HELD, "meeting-over")
    if decided:
        return Fault("meeting", "dit overleg heeft al over dit signaal besloten", HOW_HELD, "decided-there")
    return None


# --- deciding -----------------------------------------------------------------------------------------


def who_agree(present: Collection[str], *without: Collection[str]) -> list[str]:
    """Who decided in a meeting: those who were there, in their order, without who dissents and who stands back."""
    return [one for one in dict.fromkeys(present) if not any(one in others for others in without)]


def deciding_faults(
    decision: Decision, named: str | None, facts: Facts, dissent: Mapping[str, str] | None = None
) -> list[Fault]:
    """Everything that keeps the meeting `named` from taking `decision`; what a person decides, no meeting does.

    `dissent`: who is against it there, each with his words.
    """
    who, article = decision.who, decision.article
    if who.meeting is None:
        reason = "dit besluit wordt door een mens genomen, niet door een overleg"
        return [Fault("meeting", reason, article, "no-meeting")] if named or dissent else []
    if named is None:
        reason = f"dit besluit wordt genomen in het {who.meeting}: noem welk"
        return [Fault("meeting", reason, article, "meeting-missing")]
    meeting = facts.meetings.get(named)
    if meeting is None or meeting.kind != who.meeting:
        return [Fault("meeting", f"is geen {who.meeting} dat hier bekend is", article, "meeting-unknown")]
    faults = []
    if facts.number not in meeting.agenda:
        reason = "dit signaal staat niet op de agenda van dit overleg"
        faults.append(Fault("meeting", reason, article, "not-on-the-agenda"))
    if meeting.decided_before:
        reason = "dit overleg heeft al over dit signaal besloten: daarvoor is een ander nodig"
        faults.append(Fault("meeting", reason, article, "decided-before"))
    early = not_held(meeting.on, facts.today)
    if early:
        faults.append(early)
    # Who stands back was not there for this signal.
    there = who_agree(meeting.present, facts.closed_to)
    if len(there) < who.quorum:
        reason = f"er waren {len(there)} leden aanwezig; nodig zijn er {who.quorum}"
        faults.append(Fault("meeting", reason, article, "no-quorum"))
    return faults + _dissent_faults(there, dissent or {}, article)


def _dissent_faults(there: Collection[str], dissent: Mapping[str, str], article: str) -> list[Fault]:
    faults = []
    if not set(dissent) <= set(there):
        faults.append(Fault("dissent", "noemt iemand die niet aanwezig was", article, "not-there-to-dissent"))
    if not all(words.strip() for words in dissent.values()):
        faults.append(Fault("dissent", "wie tegen is, zegt waarom", article, "dissent-without-words"))
    if dissent and not who_agree(there, dissent):
        faults.append(Fault("dissent", "niemand die aanwezig was, is vóór", article, "nobody-agrees"))
    return faults
