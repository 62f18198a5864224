"""The law stands alone: it imports the standard library and itself, and nothing that looks at a clock."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

LAW = Path(__file__).parents[2] / "shared" / "protocol"
CLOCKS = {"today", "now", "utcnow", "time", "monotonic"}


def test_the_law_imports_the_standard_library_and_itself() -> None:
    for file in LAW.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                alone = name.split(".")[0] in sys.stdlib_module_names or name.startswith("shared.protocol")
                assert alone, f"{file.name} imports {name}"


def test_the_law_looks_at_no_clock() -> None:
    for file in LAW.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                assert node.func.attr not in CLOCKS, f"{file.name} calls {ast.unparse(node.func)}"
