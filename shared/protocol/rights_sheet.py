"""What a person can ask of the municipality, in plain Dutch: sent with the receipt of a request, and on a public page
(art. 10 lid 6; art. 12 lid 1 and 13 AVG). Nothing here depends on anybody's request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shared.protocol.model import Law

RIGHTS: Mapping[str, str] = {
    "Inzage": (
        "U mag weten of de gemeente gegevens over u heeft, welke dat zijn, waar zij vandaan komen, waarvoor zij worden"
        " gebruikt, wie ze kreeg en hoe lang ze worden bewaard. U krijgt er een kopie van. Gegevens over anderen staan daar"
        " niet in, en ook niet wie iets heeft gemeld."
    ),
    "Verbeteren of aanvullen": "Kloppen uw gegevens niet, of ontbreekt er iets? Vraag de gemeente ze te verbeteren of aan te vullen.",
    "Verwijderen": "Zijn uw gegevens niet meer nodig, of mocht de gemeente ze niet gebruiken? Vraag haar ze te verwijderen.",
    "Afschermen": (
        "Zolang wordt nagegaan of uw gegevens kloppen, of of uw verzet terecht is, mag de gemeente ze bewaren maar er verder"
        " niets mee doen."
    ),
    "Verzet": "U kunt door uw bijzondere persoonlijke omstandigheden niet willen dat de gemeente uw gegevens gebruikt. Leg uit waarom.",
}
"""The five rights, each with what it is."""


WHEN_ANSWERED = "Wanneer u antwoord krijgt"
"""The heading of what holds for a request; of a bezwaar the Awb says it."""


def sheet(law: Law) -> list[tuple[str, Sequence[str]]]:
    """By heading one paragraph, or several points."""
    chosen, days = law.choices.notice, law.terms.request_days
    return [
        ("Welke rechten u hebt", [f"{name}. {words}" for name, words in RIGHTS.items()]),
        (
            "Hoe u ze gebruikt",
            [
                "Vraag het op papier, met het formulier of aan de balie van de gemeente. Zeg wat u wilt weten of wat er volgens u"
                " moet veranderen. Het kost niets.",
                "De gemeente stelt eerst vast wie u bent: u laat een geldig identiteitsbewijs zien, of logt in. Stuur geen kopie:"
                " die wordt niet bewaard.",
                "Voor een kind jonger dan 16 jaar vraagt een ouder of voogd. Iemand anders mag het voor u doen als u hem daarvoor"
                " een machtiging geeft; een advocaat heeft die niet nodig.",
                "Over iemand die is overleden, geeft deze wet geen recht op inzage.",
            ],
        ),
        (
            WHEN_ANSWERED,
            [
                f"Binnen {days} dagen nadat de gemeente, welke afdeling dat ook was, uw verzoek kreeg.",
                "Is het verzoek ingewikkeld, of zijn het er veel, dan kan de gemeente er één keer ten hoogste twee maanden bij"
                " nemen. Dat leest u dan binnen de eerste termijn in een brief, met de reden.",
                "Vraagt de gemeente u om te laten zien wie u bent, dan telt de tijd tot u dat doet niet mee.",
            ],
        ),
        (
            "Wanneer de gemeente iets niet geeft of doet",
            [
                "De gemeente kan een deel of alles weigeren als dat noodzakelijk is voor de veiligheid van de staat, voor het"
                " voorkomen, opsporen en vervolgen van strafbare feiten, voor gewichtige economische en financiële belangen van"
                " de overheid, voor het toezicht daarop, of om u of een ander te beschermen. Zij zegt dan waarom, en soms niet of"
                " er iets over u is.",
            ],
        ),
        (
            "Als u het er niet mee eens bent",
            [
                "U kunt binnen zes weken na de dag waarop het besluit is bekendgemaakt bezwaar maken bij de gemeente. Daarna kunt"
                " u naar de rechtbank.",
                chosen["klacht"] or "U kunt een klacht indienen bij de Autoriteit Persoonsgegevens.",
            ],
        ),
        (
            "Bij wie u terechtkunt",
            [
                f"Verantwoordelijk is: {chosen['verwerkingsverantwoordelijke'] or law.municipality}.",
                f"De gemeente: {chosen['contact'] or 'nog niet ingevuld'}",
                f"De functionaris gegevensbescherming: {chosen['functionaris'] or 'nog niet ingevuld'}",
            ],
        ),
    ]
