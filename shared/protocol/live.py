"""What a municipality still has to fill in before real data are processed (C-20). Until then it is a trial."""

from __future__ import annotations

from shared.protocol.model import Law

TRIAL = "Proefopstelling: hier horen geen echte gegevens, en wat hier wordt opgemaakt heeft geen rechtsgevolg."
"""What everything that is kept, and the answer to whoever reports, says while real data are excluded."""
NOTICE = {
    "verwerkingsverantwoordelijke": "wie verwerkingsverantwoordelijke is",
    "contact": "hoe een betrokkene de gemeente bereikt",
    "functionaris": "hoe een betrokkene de functionaris gegevensbescherming bereikt",
    "doel": "het doel van de verwerking",
    "grondslag": "de grondslag van de verwerking",
    "bewaren": "hoe lang gegevens worden bewaard",
    "rechten": "welke rechten een betrokkene heeft",
    "klacht": "waar een betrokkene kan klagen",
}
"""What a notice says (art. 14 lid 1 AVG and 2), by its key in the file."""


def missing_for_live(law: Law) -> list[str]:
    """Everything that is not filled in, each with where it belongs; empty when the system may be taken into use."""
    return [f"{where}: {says}" for where, says in not_filled_in(law).items()]


def not_filled_in(law: Law) -> dict[str, str]:
    """What is not filled in, as people say it, by its key in the municipality's file."""
    chosen, use = law.choices, law.choices.taking_into_use
    wanted: list[tuple[object, str, str]] = [
        (
            use.impact_assessment,
            "ingebruikneming.effectbeoordeling",
            "het kenmerk van de effectbeoordeling (art. 35 AVG)",
        ),
        (
            use.register_entry,
            "ingebruikneming.verwerkingsregister",
            "het kenmerk in het verwerkingsregister (art. 30 AVG)",
        ),
        (use.officer_advice_on, "ingebruikneming.advies_fg", "de dag van het advies van de FG (art. 35 lid 2 AVG)"),
        (use.oin, "ingebruikneming.oin", "het organisatie-identificatienummer van de gemeente"),
        (chosen.selection_list, "selectielijst", "de categorie van de selectielijst (art. 8 Archiefbesluit 1995)"),
    ]
    wanted += [(chosen.notice.get(key), f"kennisgeving.{key}", f"{what} (art. 14 AVG)") for key, what in NOTICE.items()]
    return {where: f"{what} is niet ingevuld" for found, where, what in wanted if not found}
