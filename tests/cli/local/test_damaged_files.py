"""Whatever became of a data folder's files: a start says what is wrong, or succeeds; nothing crashes."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from keyreel.cli.commands.doctor import FOLDER_CHECKS, list_checks
from keyreel.cli.local.composition import open_platform
from keyreel.cli.local.data_folder import FILES, FOLDERS, DataFolder
from keyreel.errors import InvalidSetting
from keyreel.settings import read_settings
from support.commands import keyreel

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.settings import Settings

DAMAGES = ("empty", "truncated", "random bytes", "a folder in its place")
HARMLESS = {
    # Written anew at each start.
    "server.json",
    "keyreel.lock",
    "c2pa/root.pem",
    # SQLite's own, which it recovers or makes anew.
    "keyreel.db-wal",
    "keyreel.db-shm",
    "keyreel.db-journal",
}
PERMITTED = {("keyreel.db", "empty"), ("clock.offset", "truncated")}
"""SQLite takes an empty file for a new database; half of a number is one."""


@pytest.fixture(scope="module")
def intact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("intact")
    start(make_settings(data))
    DataFolder(data).write_server_url("http://127.0.0.1:1")
    (data / "clock.offset").write_text("3600.0")
    return data


def make_settings(data: Path) -> Settings:
    return read_settings(data=data, dev=True, engines=("keyreel.testing:CardEngine",))


def start(settings: Settings) -> None:
    """Open all that `keyreel up` opens."""
    with open_platform(settings, ()):
        pass


def damage(file: Path, how: str) -> None:
    content = file.read_bytes() if file.exists() else b"x"
    if how == "a folder in its place":
        file.unlink(missing_ok=True)
        file.mkdir()
    else:
        half, noise = content[: len(content) // 2], bytes(range(256)) * 20
        file.write_bytes({"empty": b"", "truncated": half, "random bytes": noise}[how])


@pytest.mark.parametrize("how", DAMAGES)
@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_stops_the_start_with_its_name_or_does_no_harm(
    name: str, how: str, intact: Path, tmp_path: Path
) -> None:
    data = shutil.copytree(intact, tmp_path / "data")
    damage(data / name, how)
    settings = make_settings(data)
    for check in list_checks(settings, FOLDER_CHECKS):
        assert check.detail
    if (name, how) in PERMITTED or (name in HARMLESS and how != "a folder in its place"):
        start(settings)
        return
    with pytest.raises(InvalidSetting) as refused:
        start(settings)
    assert str(data / name) in refused.value.message
    assert len(refused.value.message) < 500


@pytest.mark.parametrize("name", FOLDERS)
def test_a_file_in_a_folders_place_stops_the_start(name: str, intact: Path, tmp_path: Path) -> None:
    data = shutil.copytree(intact, tmp_path / "data")
    shutil.rmtree(data / name, ignore_errors=True)
    (data / name).write_text("x")
    with pytest.raises(InvalidSetting, match=f"{data / name} must be a folder"):
        start(make_settings(data))


def test_every_file_that_a_start_makes_is_known(intact: Path) -> None:
    assert {path.name for path in intact.iterdir()} <= {*FILES, *FOLDERS}


def test_the_command_ends_with_2_and_shows_no_secret(intact: Path, tmp_path: Path) -> None:
    data = shutil.copytree(intact, tmp_path / "data")
    (data / "signing.key").write_text("5ec2e7")
    failed = keyreel("up", "--data", data, "--port", 0)
    assert failed.returncode == 2
    assert f"{data / 'signing.key'} must hold 64 hexadecimal digits" in failed.stderr
    assert "5ec2e7" not in failed.stderr
    assert "Traceback" not in failed.stderr
