"""How long ago a backup was made: where nobody makes any more, somebody is told."""

from __future__ import annotations

import math
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deploy.backup import destructions
from services.retention.use_cases import Backups
from shared.backups import BACKUPS, MarkedBackups
from shared.metrics.catalogue import BACKUP_AGE
from shared.tombstones import append
from tests.platform.conftest import PlatformOf

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=30)


def test_the_newest_that_the_list_of_destructions_names_counts(tmp_path: Path) -> None:
    marked = MarkedBackups(tmp_path)
    assert marked.newest(LATER) is None
    append(tmp_path, "one", {"S-00000-00000": NOON + timedelta(days=9)})
    assert marked.newest(LATER) is None, "a destruction is no backup"
    destructions.mark(tmp_path, "first", NOON)
    assert marked.newest(LATER) == NOON
    destructions.mark(tmp_path, "second", NOON + timedelta(days=1))
    assert marked.newest(LATER) == NOON + timedelta(days=1)
    destructions.mark(tmp_path, "one of before, that took long", NOON - timedelta(days=1))
    assert marked.newest(LATER) == NOON + timedelta(days=1)
    (tmp_path / BACKUPS).unlink()
    assert marked.newest(LATER) is None


@pytest.mark.parametrize(
    "line",
    ["", "{", "[]", "7", "null", '{"at": 7}', '{"at": "noon"}', '{"backup": "x"}', '{"at": "2026-11-21T12:00:00"}'],
)
def test_a_line_that_says_no_moment_is_no_backup(tmp_path: Path, line: str) -> None:
    destructions.mark(tmp_path, "whole", NOON)
    with (tmp_path / BACKUPS).open("a") as file:
        file.write(line + "\n")
    assert MarkedBackups(tmp_path).newest(LATER) == NOON


def test_what_is_not_text_names_none(tmp_path: Path) -> None:
    (tmp_path / BACKUPS).write_bytes(b"\xff\xfe")
    assert MarkedBackups(tmp_path).newest(LATER) is None


async def test_its_age_is_told_and_is_without_end_where_there_is_none(platform_of: PlatformOf) -> None:
    platform = await platform_of("retention")
    folder = platform.settings.tombstones
    folder.mkdir(parents=True, exist_ok=True)
    backups = Backups(platform)
    (told,) = await backups.age()
    assert (told.of, told.value) == (BACKUP_AGE, math.inf)
    destructions.mark(folder, "of yesterday", platform.machine.now() - timedelta(days=1))
    (told,) = await backups.age()
    assert told.value == pytest.approx(86400, abs=60)
    destructions.mark(folder, "of a clock that runs ahead", platform.machine.now() + timedelta(minutes=10))
    (told,) = await backups.age()
    assert told.value == 0


def test_a_line_of_next_year_says_nothing_of_today(tmp_path: Path) -> None:
    """Somebody may have typed it: until then nobody would be warned."""
    destructions.mark(tmp_path, "of today", NOON)
    destructions.mark(tmp_path, "of next year", NOON + timedelta(days=365))
    assert MarkedBackups(tmp_path).newest(LATER) == NOON


def test_whoever_made_it_retention_reads_that_it_was_made(tmp_path: Path) -> None:
    """A timer of root makes the file."""
    before = os.umask(0o077)
    try:
        destructions.mark(tmp_path, "of root", NOON)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / BACKUPS).stat().st_mode) == 0o644
