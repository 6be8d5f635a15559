"""The rules of CONTRIBUTING.md that a machine can hold. Each test lists every place that breaks its rule."""

from __future__ import annotations

import ast
import hashlib
import json
import re
import tokenize
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "keyreel"
MODULES = sorted(PACKAGE.rglob("*.py"))
SCRIPTS = sorted([*(ROOT / "tools").rglob("*.py"), *(ROOT / "examples").rglob("*.py")])
TESTS = sorted((ROOT / "tests").rglob("*.py"))

MAX_LINES, MAX_FUNCTION_LINES, MAX_PARAMETERS, MAX_MODULES = 400, 40, 5, 12
BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
LARGE_FOLDERS = {
    "src/keyreel/cli/commands": "one file a command: the folder is the list of them",
    "src/keyreel/tasks/database/migrations/versions": "one file a change of the tables: their history",
    "tests/server/routes": "one file a resource, as in the folder it tests, and one a format",
    "tests/support": "doubles and inputs, one kind a file",
}
"""Folders with more modules than a dozen, and why that reads better."""


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def _parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(_parse(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_modules_are_short() -> None:
    lengths = {_name(path): len(path.read_text().splitlines()) for path in [*MODULES, *SCRIPTS, *TESTS]}
    assert {name: lines for name, lines in lengths.items() if lines > MAX_LINES} == {}


def test_folders_are_read_at_a_glance() -> None:
    counts: dict[str, int] = defaultdict(int)
    for path in [*MODULES, *SCRIPTS, *TESTS]:
        counts[_name(path.parent)] += path.name not in {"__init__.py", "conftest.py"}
    assert {folder for folder, count in counts.items() if count > MAX_MODULES} == LARGE_FOLDERS.keys()


def test_functions_are_short() -> None:
    # A migration is one list of statements, never changed once it was released.
    long = {
        f"{_name(path)}:{node.name}": lines
        for path in [*MODULES, *SCRIPTS]
        if "migrations" not in path.parts
        for node in _functions(path)
        if (lines := (node.end_lineno or 0) - node.lineno + 1) > MAX_FUNCTION_LINES
    }
    assert long == {}


def test_functions_take_few_parameters() -> None:
    many = {}
    for path in [*MODULES, *SCRIPTS]:
        for node in _functions(path):
            parameters = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            count = len([each for each in parameters if each.arg not in {"self", "cls"}])
            # ruff counts the same; where it was told why a function is an exception, it is one here.
            head = path.read_text().splitlines()[node.lineno - 1 : node.body[0].lineno]
            if count > MAX_PARAMETERS and not any("PLR0913" in line for line in head):
                many[f"{_name(path)}:{node.name}"] = count
    assert many == {}


def test_modules_are_named_for_what_they_are() -> None:
    named = {_name(path): {path.stem, *path.relative_to(ROOT).parts} for path in [*MODULES, *SCRIPTS]}
    assert [name for name, parts in named.items() if BANNED_NAMES & parts] == []


def test_no_class_name_is_defined_twice() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for path in MODULES:
        for node in ast.walk(_parse(path)):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(f"{_name(path)}:{node.lineno}")
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_modules_open_with_a_sentence() -> None:
    # An empty package file of a folder of migrations has nothing to say.
    silent = [path for path in MODULES if path.read_text().strip() and not ast.get_docstring(_parse(path))]
    assert [_name(path) for path in silent] == []


@pytest.mark.parametrize("folder", ["src", "tests"])
def test_test_folders_mirror_the_packages(folder: str) -> None:
    """Every folder of tests is named for a package, and every package has tests in its folder or below."""
    apart = {"house", "journeys", "seeds", "support", "tools"}
    tested = {
        path.parent.relative_to(ROOT / "tests")
        for path in TESTS
        if path.name.startswith("test_") and path.relative_to(ROOT / "tests").parts[0] not in apart
    }
    packages = {path.parent.relative_to(PACKAGE) for path in MODULES}
    if folder == "tests":
        assert tested - packages == set()
    else:
        top = {package.parts[0] for package in packages if package.parts}
        assert top - {package.parts[0] for package in tested if package.parts} == set()


def test_modules_hold_no_state() -> None:
    """No function changes what its module bound: such lists and dicts are tables, written once."""
    mutable = ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp | ast.Call
    change = r"^\s+{}(\[[^\]]*\] [-+|*]?= |\.(append|extend|insert|add|update|pop|clear|setdefault|remove)\()"
    changed = []
    for path in MODULES:
        tree, text = _parse(path), path.read_text()
        changed += [_name(path) for node in ast.walk(tree) if isinstance(node, ast.Global)]
        tables = [
            ast.unparse(target)
            for node in tree.body
            if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, mutable)
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        ]
        changed += [
            f"{_name(path)}:{table}"
            for table in tables
            if re.search(change.format(re.escape(table)), text, re.MULTILINE)
        ]
    assert changed == []


IGNORE = re.compile(r"#\s*(noqa|type:\s*ignore|pyright:\s*ignore|pragma:\s*no cover)(?P<rest>.*)")
CODED = re.compile(
    r"\s*(:\s*[A-Z]+[0-9]+(,\s*[A-Z]+[0-9]+)*|\[[A-Za-z-]+(,\s*[A-Za-z-]+)*\])\s*[-#]\s*\S.{8,}"
)


def test_every_ignore_has_a_code_and_a_reason() -> None:
    bare = []
    for path in [*MODULES, *SCRIPTS]:
        with path.open("rb") as file:
            for token in tokenize.tokenize(file.readline):
                found = IGNORE.search(token.string) if token.type == tokenize.COMMENT else None
                if found and "no cover" not in found[1] and not CODED.fullmatch(found["rest"].rstrip()):
                    bare.append(f"{_name(path)}:{token.start[0]}: {token.string}")
    assert bare == []


def test_lock_names_no_host() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert "--hash=sha256:" in lock
    assert not re.search(r"https?://|file:|--(extra-)?index-url|--find-links|@ git", lock)


def test_lock_of_the_studio_names_no_host_and_every_checksum() -> None:
    packages = json.loads((ROOT / "studio" / "package-lock.json").read_text())["packages"]
    fetched = {name: entry for name, entry in packages.items() if name}
    assert [name for name, entry in fetched.items() if not entry.get("integrity")] == []
    assert "://" not in json.dumps(packages)


def test_example_images_are_the_ones_that_were_built() -> None:
    folder = ROOT / "examples" / "pictures"
    noted = dict(line.split("  ")[::-1] for line in (folder / "SHA256SUMS").read_text().splitlines())
    there = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.jpg")}
    assert there == noted


def test_names_keep_to_the_glossary() -> None:
    """No module, class or function is named with a word that the glossary replaced by another."""
    rows = re.findall(r"^\|.*\|([^|]*)\|$", (ROOT / "docs" / "glossary.md").read_text(), re.MULTILINE)
    replaced = {word.strip() for row in rows for word in row.split(",")} - {"", "never", "---"}
    assert "breach" in replaced
    used = []
    for path in MODULES:
        defined = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        names = [node.name for node in ast.walk(_parse(path)) if isinstance(node, defined)]
        for name in [*path.relative_to(PACKAGE).with_suffix("").parts, *names]:
            words = {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}
            used += [f"{_name(path)}:{name}" for word in sorted(words & replaced)]
    assert used == []
