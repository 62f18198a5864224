"""Every requirement that is claimed has a test that names it, for what is allowed and for what is refused."""

from __future__ import annotations

import ast
import functools
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
CLAIMED = re.findall(r"^\| (R-[A-Z0-9.]+) \|", (ROOT / "docs" / "requirements.md").read_text(), re.MULTILINE)


@functools.cache
def named(kind: str) -> set[str]:
    found: set[str] = set()
    for file in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for mark in node.decorator_list:
                    if isinstance(mark, ast.Call) and ast.unparse(mark.func) == f"pytest.mark.{kind}":
                        found |= {str(one.value) for one in mark.args if isinstance(one, ast.Constant)}
    for story in (ROOT / "tests" / "stories").glob("*.toml"):
        found |= set(tomllib.loads(story.read_text()).get(kind, []))
    return found


def test_the_index_claims_something() -> None:
    assert len(CLAIMED) == len(set(CLAIMED)) >= 34


def test_every_claim_has_a_test_of_what_is_allowed() -> None:
    assert [one for one in CLAIMED if one not in named("allowed")] == []


def test_every_claim_has_a_test_of_what_is_refused() -> None:
    assert [one for one in CLAIMED if one not in named("refused")] == []


def test_no_test_names_what_is_not_claimed() -> None:
    assert sorted((named("allowed") | named("refused")) - set(CLAIMED)) == []
