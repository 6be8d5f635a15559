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

TESTED_ELSEWHERE = {
    "__main__.py": "tests/cli start the program by it",
    "cli/accounts.py": "tests/cli/test_account_commands.py runs every command",
    "cli/accounts_tree.py": "the same",
    "cli/app.py": "tests/cli/test_commands.py runs every command",
    "cli/books.py": "tests/cli/test_book_commands.py reads the books with and without a server",
    "cli/callbacks_tree.py": "tests/journeys/test_callbacks.py runs every command",
    "cli/listen.py": "the same",
    "cli/doctor.py": "tests/cli/test_commands.py runs it",
    "cli/folder.py": "tests/cli/test_commands.py finds servers by it",
    "cli/generate.py": "tests/cli/test_commands.py runs it",
    "cli/opening.py": "tests/cli/test_account_commands.py works without a server by it",
    "cli/options.py": "the options of every command",
    "cli/up.py": "tests/cli and tests/journeys start every server by it",
    "cli/clock_tree.py": "tests/journeys/test_dev_clock.py runs its commands",
    "client/pictures.py": "tests/client/test_requests_made.py hands in each kind of picture",
    "clock.py": "one line; tests/tasks and tests/storage drive a clock in its place",
    "conformance/endpoints.py": "tests/conformance run it against real and changed hosts",
    "conformance/protocol.py": "the same",
    "conformance/rendering.py": "the same",
    "conformance/spoken.py": "the same",
    "engine.py": "protocols, held by types and by every engine's tests",
    "errors.py": "classes; tests/wire and tests/house hold what becomes of each",
    "finishing/workbench.py": "a value; tests/finishing fill it",
    "intake/inspection.py": "tests/server/test_validate.py hands in pictures good and bad",
    "intake/headers.py": "tests/intake/test_images.py reads headers of every format",
    "order.py": "tests/wire hold every endpoint's order and frame sizes",
    "server/accounts.py": "tests/server/test_accounts.py goes through every route",
    "server/addresses.py": "one line; every link in tests/server stands on it",
    "provenance/certificates.py": "tests/provenance/test_authority.py makes, renews and refuses them",
    "server/auth.py": "tests/server/test_refusals.py and test_admin.py knock with every kind of key",
    "server/balance.py": "tests/server/test_accounts.py asks for it",
    "server/books.py": "tests/cli/test_book_commands.py asks a running server",
    "server/body.py": "tests/server/test_refusals.py sends large and slow bodies",
    "server/forms.py": "tests/server/test_videos_routes.py sends forms, good and broken",
    "server/health.py": "tests/server/test_discovery.py asks for it",
    "server/rehearsal.py": "tests/journeys/test_callbacks.py plays what it made",
    "server/once.py": "tests/server/test_once.py repeats submits in every format",
    "server/services.py": "a value; tests/server fill it",
    "server/tasks.py": "tests/server/test_submit.py goes through both routes",
    "bench/timing.py": "tests/bench run the command, which measures in processes of its own",
    "cli/bench.py": "the same",
    "settings.py": "tests/cli set them, tests/house hold their documentation",
    "sound/creatures.py": "tests/sound/test_ambience.py hears every sound",
    "sound/hearth.py": "the same",
    "sound/murmur.py": "the same",
    "sound/noise.py": "the same",
    "sound/places.py": "the same",
    "sound/waters.py": "the same",
    "sound/weather.py": "the same",
    "storage/durable.py": "tests/storage/test_objects.py writes through it",
    "sound/attribution.py": "tests/sound/test_dialogue.py tells every line's speaker",
    "sound/base_voice.py": "tests/sound/test_say.py listens to it",
    "sound/kokoro.py": "the same",
    "sound/screenplay.py": "tests/sound/test_dialogue.py finds every line by it",
    "sound/take.py": "tests/sound/test_say.py measures levels and edges",
    "sound/wording.py": "tests/sound/test_dialogue.py tells speech from writing by it",
    "task.py": "tests/wire/test_dialect_shapes.py shows every state",
    "tasks/database.py": "tests/tasks open it in every test",
    "tasks/ids.py": "tests/tasks/test_store.py orders tasks by it",
    "tasks/shown.py": "every poll in tests/server and tests/journeys shows by it",
    "tasks/listing.py": "tests/tasks/test_store.py and tests/server list by every filter",
    "tasks/terms.py": "tests/tasks/test_limits.py and test_idempotency.py submit on them",
    "testing.py": "doubles; the tests that use them fail when they are wrong",
    "wire/dialects/async_v3.py": "tests/wire/test_dialect_*.py run over every dialect",
    "wire/dialects/comfy.py": "tests/wire/test_native_format.py holds it against the native format",
    "wire/dialects/native.py": "the same",
    "wire/dialects/registry.py": "tests/wire/test_dialects.py looks dialects up by name and by path",
    "wire/dialects/vtrix_messages.py": "tests/wire/test_dialect_shapes.py reads every kind of part",
    "wire/dialects/openai_requests.py": "tests/server/test_videos_routes.py sends every kind of request",
    "wire/dialects/openai_videos.py": "the same, and tests/wire/test_dialect_*.py run over every dialect",
    "wire/briefing.py": "tests/server/test_pages.py reads it",
    "wire/offer.py": "tests/server/test_discovery.py lists by it",
    "wire/openapi_parts.py": "tests/wire/test_openapi.py looks at the whole document",
    "wire/own_addresses.py": "tests/server/test_discovery.py holds it against the server's addresses",
    "wire/models/vidu_1_5.py": "tests/wire/test_models.py holds its limits",
    "wire/models/vidu_2_0.py": "tests/wire/test_models.py holds its limits",
    "wire/models/vidu_q2_pro_fast.py": "the same",
    "wire/models/vidu_q2_turbo.py": "the same",
    "wire/models/vidu_q3.py": "the same",
    "wire/models/vidu_q3_mix.py": "the same",
    "wire/models/vidu_q3_pro.py": "the same",
    "wire/models/vidu_q3_pro_fast.py": "the same",
    "wire/models/vidu_q3_turbo.py": "the same",
    "wire/sounding.py": "the same",
    "wire/sounding_references.py": "the same",
    "wire/words.py": "tests/wire/test_models.py orders by it",
    "wire/examples.py": "tests/wire/test_openapi.py sends every example",
    "wire/native_answers.py": "tests/wire/test_native_format.py looks at every answer",
    "wire/native_refusals.py": "tests/wire/test_dialect_refusals.py reads every row",
    "wire/native_lists.py": "tests/wire/test_native_format.py reads every filter",
    "wire/references.py": "tests/wire/test_operations.py orders subjects of both kinds",
    "wire/models/vidu_q1.py": "tests/seeds hold its documented limits",
    "wire/models/vidu_q2.py": "tests/seeds hold its documented limits",
    "wire/models/vidu_q2_pro.py": "tests/seeds hold its documented limits",
    "worker/messages.py": "tests/worker run a child that speaks them",
    "worker/settings.py": "a value; tests/worker fill it",
}
"""Modules that no test names, and where they are tested instead."""

TESTED_THROUGH_RENDERS = "engines/motion/"
"""The motion engine's parts have no promise of their own: its tests look at what `render` makes."""


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


def test_every_module_is_tested() -> None:
    tested = {path.stem.removeprefix("test_") for path in (ROOT / "tests").rglob("test_*.py")}
    text = "\n".join(path.read_text() for path in TESTS if path.parent.name != "house")
    untested = []
    for path in MODULES:
        inside = path.relative_to(PACKAGE)
        if path.name == "__init__.py" or "migrations" in inside.parts or str(inside) in TESTED_ELSEWHERE:
            continue
        if str(inside).startswith(TESTED_THROUGH_RENDERS):
            continue
        dotted = "keyreel." + ".".join(inside.with_suffix("").parts)
        if path.stem not in tested and dotted not in text:
            untested.append(str(inside))
    assert not untested, f"No test names these modules: {untested}"


def test_reasons_for_untested_modules_are_not_stale() -> None:
    assert [name for name in TESTED_ELSEWHERE if not (PACKAGE / name).is_file()] == []


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


def test_example_pictures_are_the_ones_that_were_built() -> None:
    import hashlib

    folder = ROOT / "examples" / "pictures"
    noted = dict(line.split("  ")[::-1] for line in (folder / "SHA256SUMS").read_text().splitlines())
    there = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.jpg")}
    assert there == noted
