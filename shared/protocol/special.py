"""Special categories of personal data (art. 9 AVG) and data of a criminal nature (art. 10 AVG), as words betray them.

A word list cannot know what somebody means. It warns; what was meant, and on which ground it may be written down, is
said by who writes (art. 22 to 33 UAVG).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class SpecialCategory:
    """One kind of data. `words`: without accents, in small letters; `x*` begins, `*x` ends with it."""

    key: str
    name: str
    article: str
    words: tuple[str, ...]

    def is_in(self, words: Collection[str]) -> bool:
        whole, begins, ends = self._patterns
        return any(word in whole or word.startswith(begins) or word.endswith(ends) for word in words)

    @cached_property
    def _patterns(self) -> tuple[frozenset[str], tuple[str, ...], tuple[str, ...]]:
        """Whole words, beginnings and endings: every text that is written, and every indicator of a municipality, is
        held against all of them."""
        begins = tuple(one[:-1] for one in self.words if one.endswith("*"))
        ends = tuple(one[1:] for one in self.words if one.startswith("*"))
        return frozenset(one for one in self.words if "*" not in one), begins, ends


@dataclass(frozen=True)
class SpecialGround:
    """On what data of these `categories` may be written down all the same."""

    key: str
    says: str
    article: str
    categories: tuple[str, ...]


AVG_9, AVG_10 = "art. 9 AVG", "art. 10 AVG"
CITIZEN_NUMBER = "citizen-number"
"""No kind of data that a ground permits: what is answered is that a number is none."""
SPECIAL_CATEGORIES = (
    SpecialCategory(
        "health",
        "gezondheid",
        AVG_9,
        (
            *(
                "aids",
                "adhd",
                "alcoholist*",
                "alcoholverslaafd*",
                "arbeidsongeschikt*",
                "autis*",
                "bipolair*",
                "dement*",
            ),
            *(
                "depressi*",
                "diabetes",
                "diagnose*",
                "drugsverslaafd*",
                "epilep*",
                "gehandicapt*",
                "geestesziek*",
                "ggz",
            ),
            *("gokverslaafd*", "handicap*", "hiv", "huisarts*", "invalid*", "kanker*", "medicatie*", "medicijn*"),
            *(
                "medisch*",
                "patient*",
                "psychiatr*",
                "psychisch*",
                "psycholo*",
                "psychopa*",
                "psychose*",
                "psychotisch*",
            ),
            *(
                "rolstoel*",
                "schizofren*",
                "suicid*",
                "therapeut*",
                "therapie*",
                "verslaafd*",
                "*verslaving",
                "verstandelijk*",
            ),
            *(
                "verward*",
                "wajong*",
                "ziek",
                "zieke",
                "ziekenhuis*",
                "ziekte*",
                "zelfdoding*",
                "zelfmoord*",
                "zwanger*",
            ),
        ),
    ),
    SpecialCategory(
        "religion",
        "godsdienst of levensovertuiging",
        AVG_9,
        (
            *("atheis*", "bekeerd*", "boeddhis*", "boerka*", "christen*", "christelijk*", "evangelisch*", "gelovig*"),
            *("gereformeerd*", "godsdienst*", "hindoe*", "hoofddoek*", "imam*", "islam*", "jehova*", "jood", "joden"),
            *("joods*", "katholi*", "koran*", "levensovertuiging*", "moskee*", "moslim*", "nikab*", "protestant*"),
            *("rabbijn*", "ramadan*", "religi*", "salafi*", "synagoge*"),
        ),
    ),
    SpecialCategory(
        "origin",
        "ras of etnische afkomst",
        AVG_9,
        (
            *("afkomst", "afrikaan*", "albane*", "allochto*", "antillia*", "arabi*", "aziatisch*", "aziaat", "aziaten"),
            *(
                "bulgaar*",
                "bulgaren",
                "buitenlander*",
                "chinees",
                "chinese",
                "chinezen",
                "etnisch*",
                "etniciteit*",
                "getint*",
            ),
            *(
                "huidskleur*",
                "koerd*",
                "marokkaan*",
                "marokkanen",
                "migratieachtergrond*",
                "nationaliteit*",
                "neger",
                "negers",
            ),
            *(
                "negroide*",
                "poolse",
                "roemeen*",
                "roemenen",
                "roma",
                "sinti",
                "somali*",
                "surinam*",
                "syrier*",
                "syrisch*",
            ),
            *("turk", "turken", "turks", "turkse", "vietname*", "woonwagenbewoner*", "zigeuner*"),
        ),
    ),
    SpecialCategory(
        "politics",
        "politieke opvattingen",
        AVG_9,
        (
            *(
                "anarchis*",
                "cda",
                "christenunie",
                "communis*",
                "d66",
                "extreemlinks*",
                "extreemrechts*",
                "fascis*",
                "fvd",
            ),
            *(
                "groenlinks",
                "linksextre*",
                "nazi",
                "nazis",
                "neonazi*",
                "partijlid*",
                "politiek*",
                "pvda",
                "pvv",
                "rechtsextre*",
                "sgp",
                "vvd",
            ),
        ),
    ),
    SpecialCategory(
        "trade-union",
        "lidmaatschap van een vakbond",
        AVG_9,
        ("cnv", "fnv", "vakbond*", "vakvereniging*", "vakcentrale*"),
    ),
    SpecialCategory(
        "sex-life",
        "seksueel gedrag of seksuele gerichtheid",
        AVG_9,
        (
            *("bisek*", "geaardheid*", "heterosek*", "homo", "homos", "homofiel*", "homosek*", "lesbi*", "lhbt*"),
            *("prostituee*", "seksu*", "seksleven*", "sekswerker*", "transgender*", "transsek*", "travestiet*"),
        ),
    ),
    SpecialCategory(
        "biometric",
        "biometrische kenmerken",
        AVG_9,
        ("biometri*", "gezichtsherkenning*", "gezichtsscan*", "irisscan*", "stemherkenning*", "vingerafdruk*"),
    ),
    SpecialCategory("genetic", "genetische kenmerken", AVG_9, ("dna*", "erfelijk*", "genetisch*", "genoom*")),
    SpecialCategory(
        "criminal",
        "veroordelingen en strafbare feiten van een persoon",
        AVG_10,
        (
            *("antecedent*", "celstraf*", "dagvaarding*", "detentie*", "enkelband*", "gearresteerd*", "gedetineerd*"),
            *("gevangenis*", "procesverbaal", "recidiv*", "reclassering*", "strafblad*", "strafzaak*", "strafzaken"),
            *("taakstraf*", "tbs", "veroordeeld*", "veroordeling*"),
        ),
    ),
)
"""In the order of the articles. That a signal is about a suspicion is no word about somebody's record."""
_NINE = tuple(one.key for one in SPECIAL_CATEGORIES if one.article == AVG_9)
_ALL = tuple(one.key for one in SPECIAL_CATEGORIES)
SPECIAL_GROUNDS = (
    SpecialGround(
        "beside-criminal-data",
        "noodzakelijk in aanvulling op gegevens van strafrechtelijke aard, voor hetzelfde doel",
        "art. 23 onder c UAVG",
        _NINE,
    ),
    SpecialGround(
        "made-public",
        "de betrokkene heeft het kennelijk zelf openbaar gemaakt",
        "art. 22 lid 2 onder d en 32 onder c UAVG",
        _ALL,
    ),
    SpecialGround(
        "vital-interest",
        "noodzakelijk voor iemands vitale belangen, terwijl hij geen toestemming kan geven",
        "art. 22 lid 2 onder b en 32 onder b UAVG",
        _ALL,
    ),
    SpecialGround(
        "legal-claim",
        "noodzakelijk voor een rechtsvordering",
        "art. 22 lid 2 onder e en 32 onder d UAVG",
        _ALL,
    ),
    SpecialGround("identification", "onvermijdelijk om iemand te identificeren", "art. 25 onder a UAVG", ("origin",)),
    SpecialGround(
        "police-or-justice-data",
        "verkregen krachtens de Wet politiegegevens of de Wet justitiële en strafvorderlijke gegevens",
        "art. 33 lid 1 onder a UAVG",
        ("criminal",),
    ),
    SpecialGround(
        "public-cooperation",
        "noodzakelijk voor de taak van een publiekrechtelijk samenwerkingsverband, met waarborgen",
        "art. 33 lid 1 onder b UAVG",
        ("criminal",),
    ),
    SpecialGround(
        "not-about-a-person",
        "dit gaat over een zaak, een plaats of een organisatie, en niet over een persoon",
        "art. 4 onder 1 AVG",
        _ALL,
    ),
    SpecialGround(
        "another-number",
        "dit is een ander getal, zoals een zaaknummer, een RSIN of een telefoonnummer, en geen burgerservicenummer",
        "art. 46 UAVG",
        (CITIZEN_NUMBER,),
    ),
)
"""What can be answered; the last two because words do not tell a restaurant from its guests, nor digits what they count."""


def special_in(words: Collection[str]) -> list[SpecialCategory]:
    """The kinds of data of which one of `words` is a sign."""
    return [one for one in SPECIAL_CATEGORIES if one.is_in(words)]


def grounds_for(category: str) -> tuple[SpecialGround, ...]:
    return tuple(one for one in SPECIAL_GROUNDS if category in one.categories)


def unknown_grounds(given: Iterable[tuple[str, str]]) -> bool:
    """Whether one of the pairs (category, ground) is no answer that there is."""
    return any(ground not in [one.key for one in grounds_for(category)] for category, ground in given)
