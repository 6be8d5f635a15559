from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from keyreel.cli.app import main
from keyreel.errors import InvalidSetting
from keyreel.settings import Settings, read_settings
from keyreel.settings.model import FILE_TABLES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., tuple[int, str]]

WRONG_TOML = {
    "a table": "{ a = 1 }",
    "a list of tables": "[{ a = 1 }]",
    "not a number": "nan",
    "infinite": "inf",
    "huge": "1" + 18 * "0",
    "below zero": "-1",
    "absurdly long": f'"{100_000 * "a"}"',
    "with U+0000": r'"a\u0000b"',
    "a date": "2026-01-01",
}
WRONG_VARIABLES = {
    "nonsense": "\u2603 no such thing",
    "with a space": "-1 x",
    "absurdly long": 100_000 * "a",
}
TEXTS_OF_ANY_KIND = {"data", "c2pa_cert", "c2pa_key", "soundfont", "prices", "engines"}
"""What these name is looked for later."""


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs a command in this process: its exit code and standard error."""
    for name in list(os.environ):
        if name.startswith("KEYREEL_"):
            monkeypatch.delenv(name)

    def run_command(*arguments: object, **environment: str) -> tuple[int, str]:
        with monkeypatch.context() as patch:
            patch.setattr("sys.argv", ["keyreel", *(str(each) for each in arguments)])
            for name, value in environment.items():
                patch.setenv(name, value)
            with pytest.raises(SystemExit) as exited:
                main()
        code = exited.value.code
        return (code if isinstance(code, int) else 0), capsys.readouterr().err

    return run_command


@pytest.mark.parametrize(
    "name", [name for name in Settings.model_fields if name not in {"config", *FILE_TABLES}]
)
@pytest.mark.usefixtures("run")
def test_each_wrong_value_in_the_file_is_one_sentence_about_it(name: str, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    for wrong, value in WRONG_TOML.items():
        file.write_text(f"{name} = {value}\n")
        with pytest.raises(InvalidSetting) as refused:
            read_settings(config=file)
        assert refused.value.message.startswith(f"{file}: {name}: "), wrong
        assert len(refused.value.message) < 600


@pytest.mark.parametrize(
    "name",
    [name for name in Settings.model_fields if name not in TEXTS_OF_ANY_KIND | {"config", *FILE_TABLES}],
)
@pytest.mark.usefixtures("run")
def test_each_wrong_variable_is_one_sentence_about_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong, value in WRONG_VARIABLES.items():
        monkeypatch.setenv(f"KEYREEL_{name.upper()}", value)
        with pytest.raises(InvalidSetting) as refused:
            read_settings()
        assert refused.value.message.startswith(f"KEYREEL_{name.upper()}: "), wrong
        assert len(refused.value.message) < 600


@pytest.mark.parametrize("name", [name for name in Settings.model_fields if name not in FILE_TABLES])
@pytest.mark.usefixtures("run")
def test_an_empty_variable_is_as_if_it_were_not_set(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"KEYREEL_{name.upper()}", "")
    assert read_settings() == read_settings(**{name: getattr(read_settings(), name)})


def test_a_mistake_in_a_setting_ends_a_command_with_2(run: Run, tmp_path: Path) -> None:
    for arguments in (("keys", "show"), ("up",), ("doctor",), ("tasks",), ("usage",)):
        code, told = run(*arguments, "--data", tmp_path, KEYREEL_LINK_SECONDS="-1")
        rule = "KEYREEL_LINK_SECONDS: got '-1'; must be greater than or equal to 1."
        assert (code, told) == (2, f"keyreel: {rule}\n")


@pytest.mark.parametrize("secret", ["api_key", "webhook_secret"])
def test_a_secret_that_breaks_its_rule_is_not_shown(run: Run, secret: str) -> None:
    code, told = run("keys", "show", **{f"KEYREEL_{secret.upper()}": "pass word"})
    assert code == 2
    assert "pass word" not in told


@pytest.mark.parametrize(
    ("variable", "told"),
    [
        ("KEYREEL_PROT", "KEYREEL_PROT: unknown setting; did you mean KEYREEL_PORT?"),
        ("KEYREEL_OFFPEAK", "did you mean KEYREEL_OFF_PEAK?"),
        ("KEYREEL_ADMIN_TOKN", "did you mean KEYREEL_ADMIN_TOKEN?"),
        ("KEYREEL_ENGINE", "KEYREEL_ENGINE: unknown setting; did you mean KEYREEL_ENGINES?"),
        ("KEYREEL_ZZZ", "KEYREEL_ZZZ: unknown setting."),
    ],
)
def test_a_variable_that_nothing_reads_is_a_warning_with_the_nearest_name(
    run: Run, tmp_path: Path, variable: str, told: str
) -> None:
    code, error = run("keys", "show", "--data", tmp_path, KEYREEL_API_KEY="kr_1", **{variable: "1"})
    assert code == 0
    assert error.startswith("keyreel: warning: ")
    assert error.count("\n") == 1
    assert told in error


def test_variables_of_the_commands_are_known(run: Run, tmp_path: Path) -> None:
    read = {"KEYREEL_BASE_URL": "http://x", "KEYREEL_ADMIN_TOKEN": "t", "KEYREEL_API_KEY": "kr_1"}
    assert run("keys", "show", "--data", tmp_path, **read) == (0, "")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"prot = 1\n", "there is no 'prot'; did you mean port?"),
        (b"config = 'other.toml'\n", "there is no 'config'"),
        (b"port = 1\nhost = \n", "is not valid TOML: Invalid value (at line 2, column 8)"),
        (b"port = 1\n# \xff\n", "is not UTF-8 text (at line 2)"),
        (b"a = " + 5000 * b"[", "is nested too deeply"),
        (b"#" * (1 << 21), "must have at most 1048576 bytes"),
        (b"port = true\n", "port: got True; must not be true or false"),
    ],
)
def test_a_broken_file_is_named_with_the_place(run: Run, tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "keyreel.toml").write_bytes(content)
    code, error = run("keys", "show", "--data", tmp_path)
    assert code == 2
    assert f"{tmp_path / 'keyreel.toml'}: " in error
    assert told in error


def test_a_file_that_is_named_must_be_there(run: Run, tmp_path: Path) -> None:
    code, error = run("keys", "show", KEYREEL_CONFIG=str(tmp_path / "missing.toml"))
    assert code == 2
    assert f"{tmp_path}/missing.toml: cannot be read: No such file or directory." in error
    os.mkfifo(tmp_path / "pipe")
    for kind in ("pipe", ""):
        code, error = run("keys", "show", KEYREEL_CONFIG=str(tmp_path / kind))
        assert code == 2
        assert "must be a file" in error


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"port": 0}, "port"),
        ({"rpm": 0}, "rpm"),
        ({"body_limit": 0}, "body_limit"),
        ({"dedupe_seconds": 0}, "dedupe_seconds"),
        ({"keep_videos": "forever"}, "keep_videos"),
        ({"public_url": ""}, "public_url"),
        ({"worker": False}, "worker"),
        ({"off_peak": ""}, "off_peak"),
    ],
)
def test_values_that_stand_for_none_stay(given: dict[str, Any], name: str) -> None:
    assert getattr(read_settings(**given), name) == given[name]


def test_a_path_that_no_file_can_have_is_refused() -> None:
    with pytest.raises(InvalidSetting, match="File name too long"):
        read_settings(data=300 * "a")
