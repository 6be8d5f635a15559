"""The tree of commands as a newcomer meets it: help, version, typing errors, no server, no installation."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import keyreel as package
from support.commands import inherit_environment, keyreel

if TYPE_CHECKING:
    from pathlib import Path


def test_tells_its_version() -> None:
    done = keyreel("--version")
    assert (done.returncode, done.stdout) == (0, f"keyreel {package.__version__}\n")


@pytest.mark.parametrize("words", [(), ("generate",), ("tasks",), ("tasks", "wait"), ("keys", "create")])
def test_h_is_help_everywhere(words: tuple[str, ...]) -> None:
    done = keyreel(*words, "-h")
    assert done.returncode == 0
    assert "Usage: " in done.stdout
    assert "--help" in done.stdout


def test_completes_commands_in_a_shell() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; sys.argv[0] = 'keyreel'; from keyreel.cli.app import main; main()",
        ],
        env=inherit_environment()
        | {"_KEYREEL_COMPLETE": "complete_bash", "COMP_WORDS": "keyreel gen", "COMP_CWORD": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "generate" in done.stdout, done.stderr


def test_help_loads_nothing_heavy() -> None:
    program = "import sys, keyreel.cli.app; print(*sorted({n.partition('.')[0] for n in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    heavy = {"httpx", "numpy", "PIL", "av", "pydantic", "sqlalchemy", "starlette", "uvicorn", "cryptography"}
    assert not heavy & set(done.stdout.split())


READERS = (
    ("tasks",),
    ("keys", "list"),
    ("tenants", "list"),
    ("callbacks", "list"),
    ("callbacks", "secret"),
    ("usage",),
    ("audit",),
    ("ledger", "verify"),
    ("ledger", "export"),
    ("listen",),
    ("keys", "revoke", "key_1"),
    ("tenants", "disable", "acme"),
)


@pytest.mark.parametrize("words", READERS)
def test_a_misspelt_folder_is_named_and_not_made(words: tuple[str, ...], tmp_path: Path) -> None:
    folder = tmp_path / "typo"
    done = keyreel(*words, "--data", folder)
    assert done.returncode == 2
    assert done.stderr.startswith(
        f"keyreel: data: {folder} has no installation. Create one with `keyreel up`"
    )
    assert not folder.exists()


@pytest.mark.parametrize(
    "words",
    [
        ("tasks", "show", "1"),
        ("tasks", "wait", "1"),
        ("tasks", "download", "1"),
        ("models",),
        ("quote", "vidu-q2-text2video"),
        ("generate", "vidu-q2-text2video", "--prompt", "x"),
        ("keys", "list", "--admin-token", "x"),
        ("engines", "--admin-token", "x"),
    ],
)
def test_where_no_server_runs_it_is_said_how_to_start_one(words: tuple[str, ...], tmp_path: Path) -> None:
    done = keyreel(*words, "--data", tmp_path, "--base-url", "http://127.0.0.1:9")
    sentence = "keyreel: There is no server at http://127.0.0.1:9: start one with `keyreel up`.\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", sentence)


def test_a_clock_without_a_server_says_so(tmp_path: Path) -> None:
    done = keyreel("clock", "now", "--data", tmp_path)
    assert done.stderr.startswith(
        f"keyreel: No server is running with {tmp_path}: start one with `keyreel up`"
    )


@pytest.mark.parametrize(
    "words",
    [
        ("bench", "motion", "--resolution", "99p"),
        ("bench", "engine", "motion", "--resolution", "99p"),
        ("bench", "finishing", "--resolution", "99p"),
        ("bench", "motion", "-o", "/nowhere/x.json"),
        ("listen", "--port", "99999"),
        ("voices", "say", "hello", "-o", "/nowhere/x.wav"),
        ("tasks", "download", "1", "-o", "/nowhere/x.mp4"),
        ("tasks", "wait", "1", "--timeout", "soon"),
    ],
)
def test_what_is_typed_wrongly_makes_no_traceback(words: tuple[str, ...]) -> None:
    done = keyreel(*words)
    assert done.returncode in {1, 2}
    assert "Traceback" not in done.stderr
    assert done.stderr
