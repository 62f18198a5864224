"""Which deed is which processing activity (`shared/protocol/activities.py`), and which is none, with the reason.

Decisions go by their key, what else is done by what the audit trail calls it.
"""

from __future__ import annotations

from collections.abc import Mapping

from shared.protocol.activities import BY_KEY, Activity

ACTIVITY_OF_DECISION: Mapping[str, str] = {
    **dict.fromkeys(("purpose", "no-signal", "weging-1", "weging-2a", "weging-2b", "weging-3"), "wegen"),
    **dict.fromkeys(("source-list", "check-1", "check-1-done", "answer", "hit-check-done"), "bronnen-bevragen"),
    **dict.fromkeys(("check-1b", "weging-4"), "treffer-wegen"),
    **dict.fromkeys(("check-2a", "check-2a-done", "check-2b", "check-2b-done"), "verstrekken"),
    **dict.fromkeys(("riec-intake", "riec-answer", "riec-supplement", "riec-review"), "verstrekken"),
    **dict.fromkeys(("approach", "reweighing", "propose-plan", "answer-plan", "adopt-plan"), "plan-maken"),
    **dict.fromkeys(("progress", "answer-department", "judge-finding", "execution", "close"), "plan-maken"),
    **dict.fromkeys(("rectify", "same-person", "not-concerned", "set-right", "carried-out"), "rechtzetten"),
    **dict.fromkeys(("informing", "duty", "review", "ground-lapsed", "contact"), "informeren"),
    **dict.fromkeys(("notice-sent", "notice-undeliverable"), "informeren"),
    **dict.fromkeys(("hold", "end-hold", "never-informed", "approve-destruction"), "vernietigen"),
    **dict.fromkeys(
        ("request-identity", "request-holder", "request-search-done", "request-record"), "verzoek-behandelen"
    ),
    **dict.fromkeys(("request-weighed", "request-item", "request-withhold", "request-neutral"), "verzoek-behandelen"),
    **dict.fromkeys(("request-adjourn", "request-extend", "request-extension-sent"), "verzoek-behandelen"),
    **dict.fromkeys(("request-information", "request-answer-sent", "request-not-handled"), "verzoek-behandelen"),
    **dict.fromkeys(("request-withhold-lapsed", "request-neutral-lapsed"), "verzoek-behandelen"),
    **dict.fromkeys(
        ("request-bezwaar", "request-withdrawn", "request-lift", "request-lift-told"), "verzoek-behandelen"
    ),
    **dict.fromkeys(
        ("breach-proposal", "breach-facts", "breach-persons", "breach-authority", "breach-close"), "toezicht"
    ),
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
    **dict.fromkeys(("sealed signal given to look into", "sealed signal consulted"), "afgesloten-zaak-raadplegen"),
    **dict.fromkeys(("existence asked", "existence answered"), "nagaan-of-er-iets-is"),
    **dict.fromkeys(("request registered", "holder asked", "holder answered", "services asked"), "verzoek-behandelen"),
    **dict.fromkeys(("sealed signal given for a request", "sealed signal opened for a request"), "verzoek-behandelen"),
    **dict.fromkeys(
        ("person asks", "opened for a request", "request answered", "request letter made", "request letter read"),
        "verzoek-behandelen",
    ),
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
        ("register of requests read", "overdue requests read", "access list read", "statistics read"),
        "wie toezicht houdt leest een lijst van codes en nummers, zonder iets van een persoon",
    ),
    **dict.fromkeys(
        ("chapter of accountability read", "accountability file bound"),
        "wie toezicht houdt krijgt van een signaal codes en dagen; er wordt niets voor geopend (art. 2)",
    ),
    **dict.fromkeys(
        (
            *("breach register read", "breach entry begun", "breach entry opened", "breach proposed"),
            "breach entry destroyed",
        ),
        "in het register van datalekken staan aantallen en nummers, en niemands naam (art. 33 lid 5 AVG)",
    ),
    **dict.fromkeys(
        ("counts of a quarter kept", "kept counts removed"),
        "aantallen per kwartaal die naar niemand te herleiden zijn (art. 9 lid 3)",
    ),
    **dict.fromkeys(
        (
            *("accepted reports forgotten", "register entries forgotten", "copies of designations forgotten"),
            *("designations forgotten", "designations forgotten again", "audit lines forgotten"),
        ),
        "wat zijn termijn heeft gehad en niets over een persoon in een signaal zegt, gaat; hoeveel het was, blijft (art. 5 lid 1"
        " onder e AVG)",
    ),
    **dict.fromkeys(("nothing given to look into", "nothing given for a request"), "er is niets om te geven"),
    "answer came too late": "wie het signaal niet meer heeft antwoordt nog; er wordt niets van bewaard",
    "holdings told": "een dienst zegt dat er iets van een nummer is; de verwerking is die van het verzoek",
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
        ("person restricted", "restriction lifted", "procedure runs", "procedure over"),
        "een dienst hoort wat elders is besloten en daar als verwerking is vastgelegd",
    ),
    **dict.fromkeys(
        ("share kept back", "share kept back no more"),
        "er wordt alleen iets tegengehouden of weer vrijgegeven; wie het leest, staat er bij het lezen",
    ),
    **dict.fromkeys(
        (
            "its signal is to be destroyed",
            "informing before destruction",
            "move of a case ordered",
            "signal withheld for a hold",
            "destruction list escalated",
            "destruction at the ultimate date",
        ),
        "de kalender of een andere dienst zet iets in gang dat bij zijn uitvoering wordt vastgelegd",
    ),
    **dict.fromkeys(
        (
            "share ended",
            "share ends with its task",
            "share asked about",
            "items forgotten",
            "words erased",
            "draft thrown away",
        ),
        "er wordt alleen iets gewist of afgesloten, of gezegd dat het er nog is",
    ),
    **dict.fromkeys(
        ("receiver is told of destruction", "receiver heard of destruction", "destruction list made"),
        "van een signaal dat wordt of is vernietigd blijft alleen wat de verklaring zegt (art. 9)",
    ),
    **dict.fromkeys(
        ("signal destroyed", "signal destroyed but for what is held", "duty destroyed", "request destroyed"),
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
            "designations not believed",
            "findable not believed",
            "destructions-unread not believed",
            "frozen",
            "frozen no longer",
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
