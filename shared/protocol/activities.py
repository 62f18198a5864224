"""The register of processing activities (art. 30 AVG; Logboek Dataverwerkingen 1.0.0) and which deed belongs to which.

Every record of the processing log names an activity of this register, in its confidential variant as long as who is
concerned was not informed (art. 23 AVG, art. 41 UAVG), and in its open variant from then on. What differs between
municipalities, the address of the register and who is controller, stands in the municipality's file. An activity is never
changed: it gets another version with the day from which that holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from shared.protocol.municipality import Processing

OPEN, CONFIDENTIAL = "openbaar", "vertrouwelijk"
PERSON, SIGNAL, WHO_REPORTED = "persoon-in-signaal", "signaal", "melder"
"""Kinds of who is concerned: somebody in a signal, a signal of which the persons are not known here, who reported it."""
KINDS_OF_SUBJECT = {
    PERSON: "een persoon die in een signaal voorkomt, onder een pseudoniem",
    SIGNAL: "een signaal waarvan deze dienst de personen niet kent, onder een pseudoniem",
    WHO_REPORTED: "wie een signaal meldde, onder een pseudoniem",
}
PUBLIC_TASK = (
    "artikel 6 lid 1 onder e van de Algemene verordening gegevensbescherming, in samenhang met artikel 172 van de"
    " Gemeentewet"
)
BY_LAW = "artikel 6 lid 1 onder c van de Algemene verordening gegevensbescherming"
INVOLVED = ("personen die in een signaal voorkomen",)
IN_SIGNAL = ("naam, adres en beroep zoals gemeld", "wat over hen is gemeld of gevonden (Bijlage 1)")
WHO_SEES = ("wie het dossier mag zien (art. 7 lid 2)",)
AS_THE_SIGNAL = "zo lang als het signaal (art. 9)"
FROM_THE_START = date(2025, 2, 28)


@dataclass(frozen=True)
class Activity:
    """One version of a processing activity. `key` and `version` make its address; the rest is Dutch for the register."""

    key: str
    name: str
    purpose: str
    basis: str = PUBLIC_TASK
    subjects: tuple[str, ...] = INVOLVED
    data: tuple[str, ...] = IN_SIGNAL
    receivers: tuple[str, ...] = WHO_SEES
    retention: str = AS_THE_SIGNAL
    version: int = 1
    since: date = FROM_THE_START


ACTIVITIES: tuple[Activity, ...] = (
    Activity(
        "ontvangen",
        "een melding ontvangen",
        "een signaal van ondermijning in ontvangst nemen en bewaren voor wie het weegt (art. 11)",
        subjects=(*INVOLVED, "melders"),
    ),
    Activity(
        "wegen", "een signaal wegen", "beslissen of een signaal wordt opgepakt en door wie (art. 12 tot en met 15)"
    ),
    Activity(
        "vastleggen",
        "een gegeven vastleggen",
        "vastleggen wat over een signaal is nagegaan of gevonden, en wat nodig is om erover te besluiten (Bijlage 1)",
    ),
    Activity(
        "bronnen-bevragen",
        "een bron bevragen",
        "nagaan of een bron iets weet van wie of wat in het signaal voorkomt (art. 17 en 18)",
        receivers=(*WHO_SEES, "wie een bron beheert, voor zijn vraag"),
    ),
    Activity(
        "treffer-wegen", "een treffer wegen", "beslissen of wat bronnen weten het signaal bevestigt (art. 18 en 19)"
    ),
    Activity(
        "verstrekken",
        "gegevens verstrekken",
        "een ontvanger geven wat hij voor zijn taak nodig heeft (art. 6 en art. 20 tot en met 22)",
        receivers=("onderdelen van de gemeente", "partners", "andere gemeenten", "het RIEC"),
        retention="het gegeven zo lang als het signaal, de regel in het verstrekkingenregister langer (art. 9)",
    ),
    Activity(
        "plan-maken",
        "een plan van aanpak maken en uitvoeren",
        "een aanpak kiezen en uitvoeren en volgen wat ervan terechtkomt (art. 21 tot en met 25)",
        receivers=(*WHO_SEES, "wie aan het plan deelneemt"),
    ),
    Activity(
        "informeren",
        "een betrokkene informeren",
        "wie in een signaal voorkomt laten weten dat zijn gegevens worden verwerkt, of dat uitstellen (art. 26)",
        basis=f"{BY_LAW}, in samenhang met artikel 14",
        receivers=("de betrokkene, of wie hem vertegenwoordigt",),
    ),
    Activity(
        "rechtzetten",
        "een gegeven rechtzetten",
        "verbeteren, intrekken of weglaten wat over iemand niet juist is, ook op zijn verzoek",
        basis=f"{BY_LAW}, in samenhang met de artikelen 16 tot en met 19",
        receivers=(*WHO_SEES, "wie het onjuiste gegeven kreeg"),
    ),
    Activity("inzien", "een dossier inzien", "lezen wat nodig is om over een signaal te besluiten (art. 7 lid 2)"),
    Activity(
        "afgesloten-zaak-raadplegen",
        "een afgesloten zaak raadplegen",
        "nagaan wat in een afgesloten zaak over een nieuw signaal bekend is (art. 9 lid 2)",
    ),
    Activity(
        "melder-bereiken",
        "contact met een melder",
        "een melder bereiken die dat wil, of zijn gegevens op zijn verzoek afsluiten (art. 5)",
        subjects=("melders",),
        data=("naam en contactgegevens van de melder",),
        receivers=("de beheerder van de meldgegevens",),
    ),
    Activity(
        "overdragen",
        "een signaal overdragen",
        "een signaal met alleen wat de volgende fase mag hebben aan die fase geven (art. 10)",
    ),
    Activity(
        "verzegelen",
        "een signaal verzegelen en bewaren",
        "een beëindigd signaal bewaren in de niet-actieve omgeving tot het wordt vernietigd (art. 9)",
        receivers=("niemand",),
    ),
    Activity(
        "vernietigen",
        "een signaal vernietigen",
        "vernietigen wat zijn termijn heeft gehad, of dat uitstellen voor een lopende procedure (art. 9)",
        basis=f"{BY_LAW}, in samenhang met artikel 5 lid 1 onder e",
        receivers=("niemand",),
        retention="de verklaring van vernietiging, die niemand noemt, blijvend; van deze verwerking verder niets",
    ),
    Activity(
        "toezicht",
        "toezicht houden",
        "nagaan of met signalen wordt omgegaan zoals het protocol vraagt (art. 39 AVG)",
        basis=f"{BY_LAW}, in samenhang met de artikelen 5 lid 2 en 39",
        receivers=("de functionaris gegevensbescherming", "de privacy officer"),
    ),
)
BY_KEY: Mapping[str, Activity] = {one.key: one for one in ACTIVITIES}
"""The newest version of each."""

ACTIVITY_OF_DECISION: Mapping[str, str] = {
    **dict.fromkeys(("purpose", "no-signal", "weging-1", "weging-2a", "weging-2b", "weging-3"), "wegen"),
    **dict.fromkeys(("source-list", "check-1", "check-1-done", "answer", "hit-check-done"), "bronnen-bevragen"),
    **dict.fromkeys(("check-1b", "weging-4"), "treffer-wegen"),
    **dict.fromkeys(("check-2a", "check-2a-done", "check-2b", "check-2b-done"), "verstrekken"),
    **dict.fromkeys(("riec-intake", "riec-answer", "riec-supplement", "riec-review"), "verstrekken"),
    **dict.fromkeys(("approach", "reweighing", "propose-plan", "answer-plan", "adopt-plan"), "plan-maken"),
    **dict.fromkeys(("progress", "answer-department", "judge-finding", "execution", "close"), "plan-maken"),
    **dict.fromkeys(("rectify", "same-person", "not-concerned", "set-right"), "rechtzetten"),
    **dict.fromkeys(("informing", "duty", "review", "ground-lapsed", "contact"), "informeren"),
    **dict.fromkeys(("notice-sent", "notice-undeliverable"), "informeren"),
    **dict.fromkeys(("hold", "end-hold", "never-informed", "approve-destruction"), "vernietigen"),
}
"""Which processing each decision of the law is."""
ACTIVITY_OF_DEED: Mapping[str, str] = {
    **dict.fromkeys(("report accepted", "signal received"), "ontvangen"),
    "fact recorded": "vastleggen",
    **dict.fromkeys(("member spoke in a meeting", "cluster joined", "cluster split"), "wegen"),
    **dict.fromkeys(("signal closed to a person", "signal opened to a person"), "wegen"),
    **dict.fromkeys(("signal opened", "duty opened", "case opened", "decisions read", "task opened"), "inzien"),
    **dict.fromkeys(("letter read", "minutes read"), "inzien"),
    **dict.fromkeys(("share read beforehand", "paper read beforehand", "question read beforehand"), "inzien"),
    **dict.fromkeys(("consultation asked", "closed case consulted"), "afgesloten-zaak-raadplegen"),
    **dict.fromkeys(("contact data opened", "reporter withdrew"), "melder-bereiken"),
    "signal handed over": "overdragen",
    **dict.fromkeys(("signal ended", "signal sealed", "sealed signal looked up", "case closed"), "verzegelen"),
    "case moved to the non-active environment": "verzegelen",
    **dict.fromkeys(("hold ended by its date", "signal taken off a destruction list"), "vernietigen"),
    **dict.fromkeys(("duties to inform began", "informing decided", "letter made"), "informeren"),
    "duty goes on under another name": "rechtzetten",
    **dict.fromkeys(("share waits for its receiver", "link for a share made"), "verstrekken"),
    **dict.fromkeys(("share fetched", "share read", "share received", "share answered"), "verstrekken"),
    **dict.fromkeys(("reasons read", "urgent share read", "urgent share judged"), "toezicht"),
}
"""The same of what else is done, as the audit trail calls it."""
NO_PROCESSING: Mapping[str, str] = {
    **dict.fromkeys(
        ("figures read", "audit trail read", "disclosure register read", "urgent shares read", "deferrals read"),
        "wie toezicht houdt leest een lijst van codes en nummers, zonder iets van een persoon",
    ),
    **dict.fromkeys(
        ("overdue duties read", "destruction list read", "approvals read", "holds looked at", "processing log read"),
        "wie toezicht houdt leest een lijst van codes en nummers, zonder iets van een persoon",
    ),
    **dict.fromkeys(
        ("duty began", "duties of a list told", "one of two duties was done already", "duty of the same person added"),
        "hoort bij een verwerking die in dezelfde transactie al is vastgelegd, of elders werd besloten",
    ),
    **dict.fromkeys(
        ("notice heard of", "informing is due", "its signal has begun", "closed to a person elsewhere", "child marked"),
        "een dienst hoort wat elders is besloten en daar als verwerking is vastgelegd",
    ),
    **dict.fromkeys(
        (
            "its signal is to be destroyed",
            "informing before destruction",
            "move of a case ordered",
            "signal withheld for a hold",
        ),
        "de kalender of een andere dienst zet iets in gang dat bij zijn uitvoering wordt vastgelegd",
    ),
    **dict.fromkeys(
        ("share ended", "share ends with its task", "share asked about", "items forgotten", "draft thrown away"),
        "er wordt alleen iets gewist of afgesloten, of gezegd dat het er nog is",
    ),
    **dict.fromkeys(
        ("receiver is told of destruction", "receiver heard of destruction", "destruction list made"),
        "van een signaal dat wordt of is vernietigd blijft alleen wat de verklaring zegt (art. 9)",
    ),
    **dict.fromkeys(
        ("signal destroyed", "signal destroyed but for what is held", "duty destroyed"),
        "van een signaal dat wordt of is vernietigd blijft alleen wat de verklaring zegt (art. 9)",
    ),
    "outside said": "wat een ontvanger antwoordt, is vastgelegd waar het binnenkwam",
    "receiver of what was destroyed is not known": "er wordt niets over een persoon gezegd",
    "draft kept": "wat iemand typt en nog niet verstuurt, is de verwerking waarvan het onderdeel wordt",
    **dict.fromkeys(
        ("meeting called", "meeting closed", "agenda changed", "attendance recorded"),
        "een overleg heeft nummers op zijn agenda; wat over een persoon wordt gezegd, hoort bij het besluit",
    ),
    **dict.fromkeys(
        ("designated", "designation ended", "designations restored", "token given", "logged out", "logged in"),
        "gaat over wie hier werkt: dat staat in het auditspoor en niet in het verwerkingenlogboek",
    ),
    **dict.fromkeys(
        (
            "storage of keys not compacted in time",
            "letterbox key refused",
            "a turn came twice",
            "audit lines refused",
            "audit line gone",
        ),
        "gaat over het systeem en niet over een persoon",
    ),
}
"""What else the audit trail tells, and why no record of the processing log goes with it."""


def activity_of(action: str) -> Activity | None:
    """The activity that a deed is, by what the audit trail calls it; None for what is no processing of persons by itself."""
    what, _, decision = action.partition(": ")
    key = ACTIVITY_OF_DECISION.get(decision) or ACTIVITY_OF_DEED.get(what)
    return BY_KEY[key] if key else None


def address_of(processing: Processing, activity: Activity, *, confidential: bool) -> str:
    """The absolute address of one version of an activity, in one of its two variants."""
    variant = CONFIDENTIAL if confidential else OPEN
    return f"{processing.register}/{activity.key}/{activity.version}/{variant}"


def kind_of_subject(processing: Processing, kind: str) -> str:
    """The absolute address that says what kind of pseudonym it is."""
    return f"{processing.register}/betrokkenen/{kind}"


def register_of(processing: Processing) -> Iterator[dict[str, object]]:
    """Every activity as data, once per variant. The confidential one says why it is that."""
    for one in ACTIVITIES:
        for confidential in (False, True):
            yield {
                "id": address_of(processing, one, confidential=confidential),
                "name": one.name,
                "controller": processing.controller_of(one.key),
                "purpose": one.purpose,
                "basis": one.basis,
                "subjects": list(one.subjects),
                "data": list(one.data),
                "receivers": list(one.receivers),
                "retention": one.retention,
                "confidential": confidential,
                "confidentialBecause": WHY_CONFIDENTIAL if confidential else None,
                "since": one.since.isoformat(),
            }


WHY_CONFIDENTIAL = (
    "de betrokkene is nog niet geïnformeerd: dat is uitgesteld of moet nog worden besloten (art. 26; art. 23 AVG, art. 41"
    " UAVG)"
)


def show_activities(processing: Processing) -> Iterator[str]:
    """The register for the printed protocol."""
    yield "## Register van verwerkingsactiviteiten (art. 30 AVG)"
    yield ""
    yield f"Elke regel van het verwerkingenlogboek verwijst naar een van deze adressen onder `{processing.register}`. Het eindigt"
    yield f"op `{CONFIDENTIAL}` zolang {WHY_CONFIDENTIAL}, en daarna op `{OPEN}`."
    yield ""
    yield "| activiteit | doel | grondslag | verantwoordelijk | van wie | gegevens | ontvangers | bewaren | sinds |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for one in ACTIVITIES:
        many = (one.subjects, one.data, one.receivers)
        cells = (
            f"{one.name} (`{one.key}/{one.version}`)",
            one.purpose,
            one.basis,
            processing.controller_of(one.key),
            *("; ".join(some) for some in many),
            one.retention,
            one.since.isoformat(),
        )
        yield f"| {' | '.join(cells)} |"
    yield ""
    yield "Over wie een regel gaat, staat er nooit met naam in, maar als:"
    yield ""
    yield from (f"- `betrokkenen/{kind}`: {says}." for kind, says in KINDS_OF_SUBJECT.items())
