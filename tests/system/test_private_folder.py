from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from keyreel.system.private_folder import check_owner, list_open, make_private, private_umask


def get_mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_folder_that_was_open_is_closed_with_what_is_named_in_it(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    for path in (folder, folder / "files"):
        path.mkdir()
        path.chmod(0o755)
    for name, mode in (("secret", 0o644), ("script", 0o755), ("other", 0o644)):
        (folder / name).write_text("x")
        (folder / name).chmod(mode)
    entries = ("files", "secret", "script", "missing")
    assert len(list_open(folder, entries)) == 4
    make_private(folder, entries)
    assert list_open(folder, entries) == []
    modes = {path.name: get_mode(path) for path in (folder, *folder.iterdir())}
    assert modes == {"data": 0o700, "files": 0o700, "secret": 0o600, "script": 0o700, "other": 0o644}


def test_a_link_to_a_file_elsewhere_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("x")
    (tmp_path / "elsewhere").chmod(0o644)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "link").symlink_to(tmp_path / "elsewhere")
    make_private(tmp_path / "data", ("link",))
    assert get_mode(tmp_path / "elsewhere") == 0o644


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_another_user_is_refused_and_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(0o755)
    os.chown(folder, 12345, 12345)
    with pytest.raises(ValueError, match="belongs to user 12345, but this is user 0"):
        make_private(folder, ())
    assert get_mode(folder) == 0o755


def test_a_folder_that_many_use_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    for folder in (tmp_path, Path("/")):
        with pytest.raises(ValueError, match="a shared folder"):
            check_owner(folder)


def test_the_umask_is_private_for_a_block_alone(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        with private_umask():
            (tmp_path / "inside").write_text("x")
        (tmp_path / "outside").write_text("x")
    finally:
        os.umask(before)
    assert (get_mode(tmp_path / "inside"), get_mode(tmp_path / "outside")) == (0o600, 0o644)
