"""The rules of CONTRIBUTING.md that a machine can hold."""

from __future__ import annotations

import ast
import re
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "keyreel"
MODULES = sorted(PACKAGE.rglob("*.py"))
SCRIPTS = sorted([*(ROOT / "tools").rglob("*.py"), *(ROOT / "examples").rglob("*.py")])
TESTS = sorted((ROOT / "tests").rglob("*.py"))

MOST_LINES, MOST_FUNCTION_LINES, MOST_PARAMETERS = 400, 40, 5
BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text())
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


@pytest.mark.parametrize("path", [*MODULES, *SCRIPTS, *TESTS], ids=_name)
def test_module_is_short_enough(path: Path) -> None:
    lines = len(path.read_text().splitlines())
    assert lines <= MOST_LINES, f"{_name(path)} has {lines} lines; at most {MOST_LINES}."


# A migration is one list of statements, never changed once it was released.
@pytest.mark.parametrize(
    "path", [path for path in [*MODULES, *SCRIPTS] if "migrations" not in path.parts], ids=_name
)
def test_functions_are_short_enough(path: Path) -> None:
    long = {
        node.name: lines
        for node in _functions(path)
        if (lines := (node.end_lineno or 0) - node.lineno + 1) > MOST_FUNCTION_LINES
    }
    assert not long, f"{_name(path)}: {long}; at most {MOST_FUNCTION_LINES} lines."


@pytest.mark.parametrize("path", [*MODULES, *SCRIPTS], ids=_name)
def test_functions_take_few_parameters(path: Path) -> None:
    many = {}
    for node in _functions(path):
        given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        count = len([each for each in given if each.arg not in {"self", "cls"}])
        # ruff counts the same; where it was told why a function is an exception, it is one here.
        head = path.read_text().splitlines()[node.lineno - 1 : node.body[0].lineno]
        excused = any("PLR0913" in line for line in head)
        if count > MOST_PARAMETERS and not excused:
            many[node.name] = count
    assert not many, f"{_name(path)}: {many}; at most {MOST_PARAMETERS} parameters."


@pytest.mark.parametrize("path", [*MODULES, *SCRIPTS], ids=_name)
def test_module_is_named_for_what_it_is(path: Path) -> None:
    assert not BANNED_NAMES & {path.stem, *path.relative_to(ROOT).parts}


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_module_opens_with_a_sentence(path: Path) -> None:
    text = path.read_text()
    # An empty package file of a folder of migrations has nothing to say.
    assert not text.strip() or ast.get_docstring(ast.parse(text))


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_module_holds_no_state(path: Path) -> None:
    """No function changes what its module bound: such lists and dicts are tables, written once."""
    tree = ast.parse(path.read_text())
    assert not [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Global)]
    mutable = ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp | ast.Call
    tables = [
        ast.unparse(target)
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, mutable)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
    ]
    change = r"^\s+{}(\[[^\]]*\] [-+|*]?= |\.(append|extend|insert|add|update|pop|clear|setdefault|remove)\()"
    changed = [
        name for name in tables if re.search(change.format(re.escape(name)), path.read_text(), re.MULTILINE)
    ]
    assert not changed, f"{_name(path)} changes what it bound at module level: {changed}"


IGNORE = re.compile(r"#\s*(noqa|type:\s*ignore|pyright:\s*ignore|pragma:\s*no cover)(?P<rest>.*)")
CODED = re.compile(
    r"\s*(:\s*[A-Z]+[0-9]+(,\s*[A-Z]+[0-9]+)*|\[[A-Za-z-]+(,\s*[A-Za-z-]+)*\])\s*[-#]\s*\S.{8,}"
)


@pytest.mark.parametrize("path", [*MODULES, *SCRIPTS], ids=_name)
def test_every_ignore_has_a_code_and_a_reason(path: Path) -> None:
    bare = []
    with path.open("rb") as file:
        for token in tokenize.tokenize(file.readline):
            found = IGNORE.search(token.string) if token.type == tokenize.COMMENT else None
            if found and "no cover" not in found[1] and not CODED.fullmatch(found["rest"].rstrip()):
                bare.append(f"line {token.start[0]}: {token.string}")
    assert not bare, f"{_name(path)}: {bare}"


def test_lock_names_no_host() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert "--hash=sha256:" in lock
    assert not re.search(r"https?://|file:|--(extra-)?index-url|--find-links|@ git", lock)


def test_example_images_are_the_ones_that_were_built() -> None:
    import hashlib

    folder = ROOT / "examples" / "pictures"
    noted = dict(line.split("  ")[::-1] for line in (folder / "SHA256SUMS").read_text().splitlines())
    there = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.jpg")}
    assert there == noted
