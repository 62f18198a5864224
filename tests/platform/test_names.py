"""A name has one meaning: no public class or constant of `shared/` and `services/` is defined in two modules."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
ANATOMY = {
    # What every service has one of, in the same place.
    "SCHEMA": "the newest version of a service's own tables, in its store.py",
    "Settings": "what a service is configured with, in its settings.py",
    # What a worker of any module has, with the same meaning everywhere.
    "BATCH_SIZE": "how much a worker takes at once",
    "CONCURRENCY": "how much a worker does side by side",
    "TOGETHER_SECONDS": "how long a worker waits for what comes at the same moment",
    "log": "the module's log",
    "RULES": "how each refusal of a judging module of the law is printed",
}
"""Names that may have several homes, and the one meaning that each has in all of them."""


def defined(module: ast.Module) -> Iterator[str]:
    """The public classes and constants at the top of a module."""
    for one in module.body:
        targets: list[ast.expr] = []
        if isinstance(one, ast.ClassDef):
            yield one.name
        elif isinstance(one, ast.Assign):
            targets = one.targets
        elif isinstance(one, ast.AnnAssign):
            targets = [one.target]
        for target in targets:
            yield from (name.id for name in ast.walk(target) if isinstance(name, ast.Name))


@cache
def homes() -> dict[str, list[str]]:
    """By each public name, the modules that define it; migrations are frozen, and nobody imports from them."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((*ROOT.glob("shared/**/*.py"), *ROOT.glob("services/**/*.py"))):
        if "migrations" in path.parts:
            continue
        for name in set(defined(ast.parse(path.read_text(encoding="utf-8")))):
            if not name.startswith("_"):
                found[name].append(str(path.relative_to(ROOT)))
    return found


def test_a_name_has_one_home() -> None:
    """Choose another name for one of the two; only what is the same thing in each place is an exception."""
    assert {name: where for name, where in homes().items() if len(where) > 1 and name not in ANATOMY} == {}


def test_no_exception_is_left_over() -> None:
    assert {name for name in ANATOMY if len(homes()[name]) < 2} == set()
