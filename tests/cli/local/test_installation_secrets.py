"""With KEYREEL_SECRET an installation's secrets are in its database: no folder of a node has any."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keyreel.cli.local.composition import open_platform
from keyreel.cli.local.data_folder import DataFolder
from keyreel.cli.local.installation_secrets import SECRETS
from keyreel.cli.local.node.installation import get_trust_anchors
from keyreel.errors import InvalidSetting
from keyreel.settings import read_settings
from support.data_folders import prepare_data_folder

if TYPE_CHECKING:
    from pathlib import Path

SECRET, OTHER = "s" * 32, "o" * 32
ENGINES = ("keyreel.testing:CardEngine",)


def list_secret_files(folder: Path) -> set[str]:
    return {name for name in SECRETS if (folder / name).exists()}


def start(folder: Path, secret: str = "") -> dict[str, object]:
    """Open all that a start opens, and return what clients and receivers may notice of secrets."""
    settings = read_settings(data=folder, engines=ENGINES, **({"secret": secret} if secret else {}))
    with open_platform(settings, ()) as platform:
        services = platform.services
        return {
            "own key": platform.own_key,
            "admin token": services.admin_token,
            "webhook secret": services.vault.get_secret("default"),
            "link": services.signer.sign_until("videos/1/1.mp4", 4_000_000_000),
            "root": services.root,
        }


def test_no_secret_lies_in_the_folder_and_each_start_has_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = start(tmp_path, SECRET)
    assert list_secret_files(tmp_path) == set()
    assert start(tmp_path, SECRET) == first
    assert len({str(value) for value in first.values()}) == len(first)
    # As a command on this node has it.
    monkeypatch.setenv("KEYREEL_SECRET", SECRET)
    folder = DataFolder(tmp_path)
    assert (folder.read_own_key(), folder.read_admin_token()) == (first["own key"], first["admin token"])
    assert get_trust_anchors(read_settings(data=tmp_path)) == first["root"]


def test_what_a_folder_had_in_files_stays_valid_when_it_is_sealed(tmp_path: Path) -> None:
    prepare_data_folder(tmp_path)
    before = start(tmp_path)
    assert list_secret_files(tmp_path) == set(SECRETS)
    assert start(tmp_path, SECRET) == before
    for name in SECRETS:
        (tmp_path / name).unlink()
    assert start(tmp_path, SECRET) == before


def test_another_secret_or_none_is_refused_and_makes_no_new_ones(tmp_path: Path) -> None:
    first = start(tmp_path, SECRET)
    with pytest.raises(InvalidSetting, match="KEYREEL_SECRET: cannot decrypt"):
        start(tmp_path, OTHER)
    with pytest.raises(InvalidSetting, match="KEYREEL_SECRET: is not set, but this database's secrets"):
        start(tmp_path)
    assert list_secret_files(tmp_path) == set()
    assert start(tmp_path, SECRET) == first
    assert start(tmp_path, f"{OTHER},{SECRET}") == first


@pytest.mark.parametrize("secret", ["short", "s" * 31, "s" * 257, f"{'s' * 32} x", f"{'s' * 32},short"])
def test_a_secret_that_breaks_the_rule_is_refused_and_not_shown(tmp_path: Path, secret: str) -> None:
    with pytest.raises(InvalidSetting, match="32 to 256 printable") as refused:
        read_settings(data=tmp_path, secret=secret)
    assert secret not in refused.value.message
