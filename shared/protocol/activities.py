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

TOLD_OF, CONFIDENTIAL = "openbaar", "vertrouwelijk"
PERSON, SIGNAL, WHO_REPORTED, WHO_ASKS = "persoon-in-signaal", "signaal", "melder", "verzoeker"
"""Kinds of who is concerned: somebody in a signal, a signal of which the persons are not known here, who reported it, who
asks what there is of him."""
KINDS_OF_SUBJECT = {
    PERSON: "een persoon die in een signaal voorkomt, onder een pseudoniem",
    SIGNAL: "een signaal waarvan deze dienst de personen niet kent, onder een pseudoniem",
    WHO_REPORTED: "wie een signaal meldde, onder een pseudoniem",
    WHO_ASKS: "wie een verzoek deed of voor wie het is gedaan, onder een pseudoniem",
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
    Activity("treffer-wegen", "een treffer wegen", "beslissen of wat bronnen weten het signaal bevestigt (art. 18)"),
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
    Activity(
        "verzoek-behandelen",
        "een verzoek van een betrokkene behandelen",
        "nagaan wat er van iemand is, daarover besluiten en hem antwoorden (art. 10)",
        basis=f"{BY_LAW}, in samenhang met de artikelen 12 en 15 tot en met 21",
        subjects=(*INVOLVED, "wie een verzoek doet"),
        data=("naam, adres en geboortedatum van wie vraagt", "wat over hen is gemeld of gevonden (Bijlage 1)"),
        receivers=("wie het dossier mag zien (art. 7 lid 2)", "wie vraagt, of wie hem vertegenwoordigt"),
        retention="zo lang als het verzoek in het register staat (art. 10), en in een signaal zo lang als dat signaal (art. 9)",
    ),
    Activity(
        "nagaan-of-er-iets-is",
        "nagaan of er al iets is",
        "nagaan of over een persoon, adres of onderneming al een signaal bestaat, met sleutelwaarden en zonder te lezen"
        " (art. 5 en 9)",
        data=("sleutelwaarden van naam, adres en KvK-nummer",),
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
    ),
    Activity(
        "overdragen",
        "een signaal overdragen",
        "een signaal met alleen wat de volgende fase mag hebben aan die fase geven (art. 2)",
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


def address_of(processing: Processing, activity: Activity, *, confidential: bool) -> str:
    """The absolute address of one version of an activity, in one of its two variants."""
    variant = CONFIDENTIAL if confidential else TOLD_OF
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
    yield f"op `{CONFIDENTIAL}` zolang {WHY_CONFIDENTIAL}, en daarna op `{TOLD_OF}`."
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
