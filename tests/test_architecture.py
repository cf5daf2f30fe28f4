"""The walls of the house: who may import whom, what pure modules may not touch, where the wall clock is read."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent
PACKAGES = ("audio", "campaigns", "outbound")
MODULES = sorted(path for package in PACKAGES for path in (HOUSE / package).rglob("*.py"))
PURE = (
    "outbound/dialogue",
    "outbound/dialing/breaker.py",
    "outbound/dialing/clockwatch.py",
    "campaigns/script.py",
    "campaigns/compliance",
    "campaigns/planning.py",
    "campaigns/pacing.py",
    "campaigns/limits.py",
)
EDGES = {
    "campaigns/compliance/packs.py": "reads the rule packs from their files; what they say is judged elsewhere",
    "campaigns/compliance/book.py": "names the folder of the packs that are shipped",
}
IMPURE = frozenset(
    {"socket", "threading", "asyncio", "time", "pathlib", "sqlalchemy", "sqlmodel", "subprocess", "os", "random"}
)
DATES = frozenset({"now", "utcnow", "today"})
SECONDS = frozenset({"time", "time_ns", "localtime", "gmtime"})
CLOCK = "outbound/clock.py"


def name(path: Path) -> str:
    return path.relative_to(HOUSE).as_posix()


@cache
def tree(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def imports(path: Path) -> Iterator[str]:
    """The full names of everything a module imports, also inside functions."""
    for node in tree(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name(path)}: imports are absolute here"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def clock_readings(path: Path) -> Iterator[int]:
    """Lines that call datetime.now(), date.today(), time.time() and the like."""
    for node in tree(path):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        owner = ast.unparse(node.func.value)
        dates = owner.endswith(("datetime", "date")) and node.func.attr in DATES
        if dates or (owner == "time" and node.func.attr in SECONDS):
            yield node.lineno


def is_pure(path: Path) -> bool:
    within = any(name(path) == pure or name(path).startswith(f"{pure}/") for pure in PURE)
    return within and name(path) not in EDGES


@pytest.mark.parametrize("package", ["audio", "campaigns"])
def test_audio_and_campaigns_import_nothing_of_ours_but_themselves(package: str) -> None:
    others = tuple(f"{other}." for other in PACKAGES if other != package)
    for path in MODULES:
        if name(path).startswith(f"{package}/"):
            foreign = [imported for imported in imports(path) if f"{imported}.".startswith(others)]
            assert not foreign, f"{name(path)} imports {foreign}"


@pytest.mark.parametrize("pure", PURE)
def test_pure_modules_do_no_input_or_output(pure: str) -> None:
    paths = [path for path in MODULES if is_pure(path) and name(path).startswith(pure)]
    assert paths, f"there is no {pure}"
    for path in paths:
        impure = [imported for imported in imports(path) if imported.split(".")[0] in IMPURE]
        assert not impure, f"{name(path)} imports {impure}"


def test_the_wall_clock_is_read_in_one_module_only() -> None:
    for path in MODULES:
        lines = list(clock_readings(path))
        assert bool(lines) == (name(path) == CLOCK), f"{name(path)} reads the clock in lines {lines}"


def test_nothing_imports_the_faces_but_the_faces() -> None:
    faces = ("outbound.cli.", "outbound.web.")
    for path in MODULES:
        if not name(path).startswith(("outbound/cli", "outbound/web", "outbound/__main__")):
            assert not [imported for imported in imports(path) if f"{imported}.".startswith(faces)], name(path)


@pytest.mark.parametrize("module", ["outbound.wiring", "outbound.cli.run", "benchmarks.computing"])
def test_a_sum_takes_one_thread_in_a_run_and_in_what_measures_it(module: str) -> None:
    """Numpy's own threads look for work all the time, on the cores that the calls need."""
    program = (
        f"import {module}, numpy, os\n"
        "numpy.ones((500, 500)) @ numpy.ones((500, 500))\n"
        "print(os.environ['OPENBLAS_NUM_THREADS'], len(os.listdir('/proc/self/task')))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=HOUSE, check=True)
    assert ran.stdout.split() == ["1", "1"]
