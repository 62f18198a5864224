"""What a municipality chooses: who decides what, its terms, sources, organisations and words. Plain values.

They stand in one dated file per municipality and version (`municipalities/`); everything else is the same everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

ORGANS = {"burgemeester": "de burgemeester", "college": "het college", "raad": "de raad"}
POLICE = "politie"
MEMBER = "lot-member"
"""Who takes part in a LOT: somebody of the municipality, who reads what check 2A allows the LOT (art. 20)."""
"""The code of the police among a municipality's partners."""
TABLE_OF_THE_RIEC = "riec"
"""The code of the RIEC, whose Ondermijningstafel is asked to take a case (art. 21 lid 2 onder b)."""


@dataclass(frozen=True)
class Who:
    """Who decides: one person with one of `roles`, or the meeting `meeting` with at least `quorum` members.

    `co_signers`: somebody else, with one of these roles, has to confirm before it counts.
    """

    roles: tuple[str, ...]
    co_signers: tuple[str, ...] = ()
    meeting: str | None = None
    quorum: int = 0

    def together_with(self, role: str) -> Who:
        """The same, with the signature of `role` that the protocol asks for in every municipality."""
        return replace(self, co_signers=tuple(dict.fromkeys((role, *self.co_signers))))

    def four_eyes(self) -> Who:
        """The same, with the signature of another of those who may decide it."""
        return replace(self, co_signers=tuple(dict.fromkeys((*self.co_signers, *self.roles))))

    def also(self, *roles: str) -> Who:
        return replace(self, roles=tuple(dict.fromkeys((*self.roles, *roles))))


@dataclass(frozen=True)
class Terms:
    """Periods of article 9 in years and days, of article 26 in months, of a designation (article 7) in years, of judging
    what a department found or asks (article 24) in days. Every number
    that the law uses is here."""

    not_a_case_years: int
    ended_in_phase_4_years: int
    case_active_years: int
    case_kept_years: int
    approval_days: int
    ultimate_days: int
    notice_months: int
    review_months: int
    designation_years: int
    finding_days: int
    urgent_days: int = 7
    """Within how many days what went at once is judged."""
    request_days: int = 28
    """Within how many days of its first receipt a request is answered (art. 10 lid 4)."""
    request_kept_years: int = 5
    """For how many years after its answer a request stays in the register."""
    breach_kept_years: int = 5
    """For how many years after it was closed a breach stays in its register: art. 33 lid 5 AVG names no term, and asks that the
    Autoriteit persoonsgegevens can see from it whether the article was followed."""
    no_breach_kept_years: int = 1
    """For how many years what was put before the FG and was no incident stays: no longer than needed (art. 5 lid 1 onder e AVG)."""
    trail_kept_years: int = 7
    """For how many years a line of the audit trail stays with who watches, and longer while what it is about is still there:
    longer than a case is kept, and than damage can be claimed (art. 5 lid 2 and art. 82 AVG, art. 3:310 BW)."""
    register_kept_years: int = 5
    """For how many years after a signal was destroyed the register says who got something of it, and which service had it
    (art. 5 lid 2 and art. 19 AVG)."""
    designation_kept_years: int = 5
    """For how many years after its end a designation stays (art. 7 lid 2)."""
    report_known_years: int = 1
    """For how many years after it came a report that is sent again is known by a hash; as long as its signal is there it is known
    anyway (art. 11)."""


@dataclass(frozen=True)
class Source:
    """A source of Bijlage 1: from which phase it may be consulted, and whether it is closed.

    `verification_only`: of it only is kept whether what the report says is right. `persons`: it can bring to light
    somebody who was not known in the signal. `online`: what it says is found by an address, on a day, in some way.
    """

    key: str
    name: str
    from_phase: int
    closed: bool = False
    verification_only: bool = False
    persons: bool = False
    online: bool = False


@dataclass(frozen=True)
class Indicators:
    """A group of signs of undermining from which weging 1 chooses, by their codes. `needed`: at least one of them.
    `phenomenon`: they are signs of one kind of undermining, under which a signal is counted."""

    name: str
    named: Mapping[str, str]
    needed: bool = False
    phenomenon: bool = False


@dataclass(frozen=True)
class Power:
    """What the municipality may do: by which law and article, and of which organ (`ORGANS`) the power is."""

    name: str
    law: str
    article: str
    organ: str

    @property
    def basis(self) -> str:
        """As it is written down: law and article."""
        return f"{self.law}, artikel {self.article}"

    @property
    def described(self) -> str:
        return f"{self.name} ({self.basis}; {ORGANS[self.organ]})"


@dataclass(frozen=True)
class Entitled:
    """Why somebody may be given something: a statutory task of his, or a basis on which the municipality gives it.

    `organ`: whose it is, in words. `receivers`: kinds of recipients, or one by its code. `urgent`: it carries a share that
    cannot wait, for a danger to somebody's life or safety.
    """

    name: str
    law: str
    article: str
    organ: str
    receivers: tuple[str, ...]
    urgent: bool = False

    @property
    def described(self) -> str:
        return f"{self.name} ({self.law}, artikel {self.article}; {self.organ})"


@dataclass(frozen=True)
class TakingIntoUse:
    """What has to be there before real data are processed (C-20); empty or None where it was not filled in yet."""

    impact_assessment: str
    """Reference of the data protection impact assessment (AVG art. 35)."""
    register_entry: str
    """Reference in the register of processing activities (AVG art. 30)."""
    officer_advice_on: date | None
    """The day on which the FG advised (AVG art. 35 lid 2)."""
    oin: str
    """The organisation number of the municipality, in the source of every message."""


@dataclass(frozen=True)
class Processing:
    """Of the register of processing activities what a municipality fills in: the address under which it stands, and who is
    controller (`ORGANS`), in general and for an activity by its key."""

    register: str
    controllers: tuple[str, ...]
    by_activity: Mapping[str, tuple[str, ...]]

    def controller_of(self, activity: str) -> str:
        """Who is controller of an activity, in words."""
        return " en ".join(ORGANS[one] for one in self.by_activity.get(activity, self.controllers))


@dataclass(frozen=True)
class SecurityPolicy:
    """The municipality's security policy (art. 8): its name, where it is read, of which day it is, and when it is reviewed; empty
    or None where it was not filled in yet. `remind_days`: so long before the review it is reminded of."""

    name: str
    address: str
    dated: date | None
    review_on: date | None
    remind_days: int

    def standing(self, today: date) -> str:
        """`missing`, `overdue` from the day after its review, `near`, or `in-order`."""
        if not self.name or self.dated is None or self.review_on is None:
            return "missing"
        if today > self.review_on:
            return "overdue"
        return "near" if today >= self.review_on - timedelta(days=self.remind_days) else "in-order"


@dataclass(frozen=True)
class Municipality:
    """One file. Names are by code: `{"wonen": "Wonen"}`."""

    version: str
    name: str
    title: str
    in_force_from: date
    selection_list: str | None
    """The category of the selection list; None while the municipality has not filled it in."""
    file_roles: Mapping[str, str]
    """Who may see the file, designated by the beheerder (art. 7 lid 2)."""
    who: Mapping[str, Who]
    """Per decision, by its key."""
    sources: tuple[Source, ...]
    indicators: tuple[Indicators, ...]
    powers: Mapping[str, Power]
    tasks: Mapping[str, Entitled]
    """Statutory tasks of receivers; a department's are `powers` besides."""
    bases: Mapping[str, Entitled]
    """On what the municipality may give something, by kind of receiver."""
    departments: Mapping[str, str]
    partners: Mapping[str, str]
    municipalities: Mapping[str, str]
    meetings: Mapping[str, Mapping[str, str]]
    """Per meeting, which organisations besides the municipality may take part."""
    attendance_by: str
    """Who records that a member was present: the `chair`, or only the member himself (`self`)."""
    terms: Terms
    notice: Mapping[str, str]
    """The texts of the notice to who is concerned (art. 26 lid 2); empty where nothing was filled in yet."""
    taking_into_use: TakingIntoUse
    processing: Processing
    security_policy: SecurityPolicy
    reminders: tuple[int, ...] = (14, 21, 26)
    """After how many days of its receipt a request that waits is called to mind (art. 10 lid 4)."""
    smallest_count: int = 5
    """What is counted less often than this is in no figure (art. 9 lid 3)."""
    counts_kept: bool = False
    """Whether counts of each quarter are kept before anything is destroyed (art. 9 lid 3)."""
    licence: str = ""
    """Under which licence what is kept may be used, as an address."""

    @property
    def organisations(self) -> dict[str, Mapping[str, str]]:
        return {"department": self.departments, "partner": self.partners, "municipality": self.municipalities}

    @property
    def named_powers(self) -> dict[str, str]:
        return {key: one.described for key, one in self.powers.items()}

    @property
    def named_tasks(self) -> dict[str, str]:
        return self.named_powers | {key: one.described for key, one in self.tasks.items()}

    @property
    def named_bases(self) -> dict[str, str]:
        return {key: one.described for key, one in self.bases.items()}

    @property
    def receivers(self) -> tuple[str, ...]:
        """Who can be given something, by code: every organisation, and the members of a LOT."""
        return (*self.departments, *self.partners, *self.municipalities, TABLE_OF_THE_RIEC, MEMBER)

    def kind_of(self, recipient: str) -> str:
        """The kind of a recipient; empty for who is none of the file. A LOT is of the municipality's own departments."""
        if recipient == MEMBER:
            return "department"
        return next((kind for kind, names in self.organisations.items() if recipient in names), "")

    def tasks_of(self, recipient: str) -> dict[str, str]:
        """For which tasks `recipient` can be given something, by code, in words."""
        own = self.named_powers if self.kind_of(recipient) == "department" else {}
        return own | self._for(self.tasks, recipient)

    def bases_for(self, recipient: str, *, urgent: bool = False) -> dict[str, str]:
        """On which bases `recipient` can be given something, by code, in words; `urgent`: at once."""
        return self._for({key: one for key, one in self.bases.items() if one.urgent or not urgent}, recipient)

    def _for(self, entitled: Mapping[str, Entitled], recipient: str) -> dict[str, str]:
        who = {recipient, self.kind_of(recipient)}
        return {key: one.described for key, one in entitled.items() if who & set(one.receivers)}

    @property
    def closed_sources(self) -> dict[str, str]:
        return {one.key: one.name for one in self.sources if one.closed}
