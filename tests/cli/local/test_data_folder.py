from __future__ import annotations

from typing import TYPE_CHECKING

from keyreel.cli.local.data_folder import DataFolder
from keyreel.cli.local.installation_secrets import ensure_admin_token, ensure_own_key
from keyreel.storage.secret_files import SecretFiles

if TYPE_CHECKING:
    from pathlib import Path


def test_a_client_finds_the_folders_server_and_key(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    assert folder.choose_server("", "") == ("http://127.0.0.1:8787", "")
    folder.write_server_url("http://127.0.0.1:9000")
    key = ensure_own_key(SecretFiles(tmp_path))
    assert folder.choose_server("", "") == ("http://127.0.0.1:9000", key)
    assert folder.choose_server("https://keyreel.example", "") == ("https://keyreel.example", key)
    assert folder.choose_server("", "kr_given") == ("http://127.0.0.1:9000", "kr_given")


def test_what_it_keeps_is_for_its_owner_alone(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.create()
    secrets = SecretFiles(folder.path)
    token = ensure_admin_token(secrets)
    assert ensure_admin_token(secrets) == folder.read_admin_token() == token
    assert folder.path.stat().st_mode & 0o777 == 0o700
    assert (folder.path / "admin.token").stat().st_mode & 0o777 == 0o600
