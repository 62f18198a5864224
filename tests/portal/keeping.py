"""Where the portal before silent services finds its sessions: as access keeps them (tests/platform/test_portal_sessions.py shows that
access does), in the memory of the test."""

from __future__ import annotations

from dataclasses import dataclass, field

from fastapi import FastAPI

from services.portal.keeper import KeptEntry
from services.portal.sessions import Session


@dataclass
class Row:
    user_id: str
    seen: float
    idle: int
    sealed: str
    is_over: bool = False
    version: int = 1


@dataclass
class InMemory:
    """`now`: in seconds. `whose`: by what access gave for his log-in, who somebody is."""

    now: float = 1000.0
    whose: dict[str, str] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)
    kept: dict[str, KeptEntry] = field(default_factory=dict)

    async def begin(self, name: str, resume: str, idle_seconds: int, sealed: str) -> None:
        self.rows[name] = Row(self.whose.get(resume, "u-1"), self.now, idle_seconds, sealed)

    async def find(self, name: str, *, at_work: bool) -> KeptEntry | None:
        row = self.rows.get(name)
        if row is None:
            return None
        is_over = row.is_over or self.now - row.seen > row.idle
        if at_work and not is_over:
            row.seen = self.now
        return KeptEntry(row.user_id, row.version, is_over, row.sealed)

    async def change(self, name: str, version: int, sealed: str) -> bool:
        row = self.rows.get(name)
        if row is None or row.is_over or row.version != version:
            return False
        row.sealed, row.version = sealed, version + 1
        return True

    async def end(self, name: str) -> None:
        if name in self.rows:
            self.rows[name].is_over = True

    async def keep_words(self, session: str, name: str, sealed: str) -> bool:
        row = self.rows.get(session)
        if row:
            self.kept[name] = KeptEntry(row.user_id, 1, False, sealed)
        return row is not None

    async def words(self, name: str) -> KeptEntry | None:
        return self.kept.get(name)

    async def drop_words(self, name: str) -> None:
        self.kept.pop(name, None)

    def log_out(self, user_id: str) -> None:
        """As access does it."""
        self.rows = {name: one for name, one in self.rows.items() if one.user_id != user_id}
        self.kept = {name: one for name, one in self.kept.items() if one.user_id != user_id}


async def begins(app: FastAPI, session: Session) -> str:
    """The number of a session that goes on."""
    app.state.keeper.whose[session.resume] = session.user_id
    number: str = await app.state.sessions.begin(session)
    return number


async def session_of(app: FastAPI, number: str | None) -> Session:
    """As the next request finds it."""
    found: Session | None = await app.state.sessions.find(number, at_work=False)
    assert found is not None
    return found
