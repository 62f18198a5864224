"""Of the protocol as a document: the terms, and what the clock does without a decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shared.protocol import breaches, never_informed, registering
from shared.protocol.model import Law
from shared.protocol.moments import LATER, NEARER
from shared.protocol.moves import ENDS_BY_ITSELF, moves


def sentences(rules: Mapping[str, str]) -> list[str]:
    """The sentences that stand beside the judgement, each once."""
    return [f"- {one}" for one in dict.fromkeys(rules.values())]


def terms_of(law: Law) -> list[str]:
    terms = law.terms
    return [
        "## Termijnen",
        "",
        f"- Wat geen casus werd: {_years(terms.not_a_case_years)} na het besluit dat het beëindigde, daarna vernietigd"
        " (art. 9 lid 1 onder a).",
        f"- Wat in fase 4 eindigt zonder casus te worden: {_years(terms.ended_in_phase_4_years)}, daarna vernietigd"
        " (art. 9 lid 1 onder a).",
        f"- Een casus: {_years(terms.case_active_years)} na de laatste verwerking actief, alleen om te lezen; daarna"
        f" {_years(terms.case_kept_years)} niet-actief, daarna vernietigd (art. 9 lid 1 onder b, art. 25).",
        f"- Een vernietigingslijst, de dag na de termijn: {terms.approval_days} dagen voor goedkeuring door de beheerder;"
        f" na {terms.ultimate_days} dagen wordt hoe dan ook vernietigd (art. 9 lid 1).",
        f"- Informeren: binnen {_months(terms.notice_months)} (art. 14 lid 3 AVG); uitstel wordt binnen"
        f" {_months(terms.review_months)} opnieuw bekeken (art. 26 lid 5).",
        f"- Een aanwijzing eindigt binnen {_years(terms.designation_years)} na de dag waarop zij wordt gegeven (art. 7 lid 2).",
        f"- Een vraag van een onderdeel wordt binnen {terms.finding_days} dagen beantwoord, en wat het heeft bevonden"
        " binnen die tijd beoordeeld (art. 24); wat over tijd is, ziet wie het dossier ziet.",
        f"- Wat met spoed is gedeeld, wordt binnen {terms.urgent_days} dagen beoordeeld (art. 6 lid 1); wat over tijd is, zien de"
        " privacy officer, de functionaris gegevensbescherming en de beheerder.",
        f"- Een verzoek van een betrokkene: beantwoord binnen {terms.request_days} dagen nadat de gemeente het voor het eerst kreeg"
        f" (art. 10 lid 4), met een herinnering na {_days(law.choices.reminders)} dagen, en in elk geval binnen een maand (art. 12"
        " lid 3 AVG); één keer te verlengen met ten hoogste twee maanden.",
        f"- Een verzoek blijft met zijn antwoord {_years(terms.request_kept_years)} na dat antwoord in het register, buiten elk"
        " dossier (art. 10 lid 4).",
        f"- Een datalek blijft {_years(terms.breach_kept_years)} na het afsluiten in het register; wat is voorgelegd en geen"
        f" incident was, {_years(terms.no_breach_kept_years)} na dat besluit. Artikel 33 lid 5 AVG noemt geen termijn: de Autoriteit"
        " persoonsgegevens moet kunnen nagaan of het artikel is gevolgd, en langer dan nodig wordt niets bewaard (art. 5 lid 1"
        " onder e AVG).",
        *_kept_besides(law),
        *sentences(registering.RULES),
        *(f"- Informeren: {one}." for one in (*NEARER.values(), *LATER.values())),
        "- Termijnen zijn kalenderdagen in Nederland; een jaar na 29 februari is 28 februari, en een maand na de 31e is de"
        " laatste dag van een kortere maand.",
        f"- Cijfers over signalen noemen geen aantal van 1 tot en met {law.choices.smallest_count - 1}, en geen totaal waaruit zo"
        " een aantal te herleiden is (art. 9 lid 3).",
        "- Voor evaluatie en onderzoek "
        + (
            "blijven per kwartaal alleen aantallen bewaard, gemaakt voordat er iets wordt vernietigd en tot geen signaal"
            " te herleiden"
            if law.choices.counts_kept
            else "blijft niets bewaard"
        )
        + " (art. 9 lid 3).",
        "- Vernietigd wordt volgens de selectielijst: " + (law.selection_list or "nog niet ingevuld") + ".",
    ]


def _kept_besides(law: Law) -> list[str]:
    """What stays for a time of what no file holds: who did what, who got what, who was designated. No content."""
    terms = law.terms
    return [
        f"- Het auditspoor, dat zegt wie wat deed en geen inhoud heeft: {_years(terms.trail_kept_years)}, daarna vernietigd (art. 5 lid 2"
        " en lid 1 onder e AVG). Van voren af aan, en nooit voorbij een regel over iets wat er nog is: dan blijft die regel, met wat"
        " erna kwam.",
        f"- Wie iets van een signaal kreeg, en welke dienst het had: {_years(terms.register_kept_years)} nadat het signaal is vernietigd"
        " (art. 5 lid 2 en art. 19 AVG). Zolang het signaal er is, blijft het.",
        f"- Een aanwijzing: {_years(terms.designation_kept_years)} na haar einde (art. 7 lid 2), zodra ook elke eerdere zo lang"
        " voorbij is.",
        f"- Waaraan een melding die nog eens komt wordt herkend, een kenmerk waaruit niets te lezen is: {_years(terms.report_known_years)}"
        " na haar ontvangst, en in elk geval zolang haar signaal er is (art. 11).",
        "- Wat zo lang blijft, gaat met de termijn van de dag waarop die begon: een andere termijn geldt voor wat daarna komt (art. 9"
        " lid 1).",
    ]


def clock_of(law: Law) -> list[str]:
    """What happens without a decision, so that nobody takes it for one (art. 9 lid 1)."""
    return [
        "## Wat zonder besluit gebeurt",
        "",
        "Alleen de klok doet dit, of een vernietigingsstop die op tijd komt; niets gaat ervan open.",
        "",
        *(f"- {one.says}" for one in moves(law.terms)),
        f"- {ENDS_BY_ITSELF}",
        "",
        "Wie nooit is geïnformeerd, wordt niet vergeten:",
        "",
        *sentences(never_informed.RULES),
        "",
        "Een datalek heeft zijn eigen klok: 72 uur na de ontdekking, ook als de klok wordt verzet (art. 33 lid 1 AVG). Wie begint:",
        "de functionaris gegevensbescherming, de privacy officer of de beheerder; wie iets merkt, vertelt het een van hen.",
        "",
        *sentences(breaches.RULES),
    ]


def _years(number: int) -> str:
    return f"{number} jaar"


def _days(found: Sequence[int]) -> str:
    return " en ".join(filter(None, (", ".join(map(str, found[:-1])), str(found[-1]) if found else "")))


def _months(number: int) -> str:
    return f"{number} maand" if number == 1 else f"{number} maanden"
