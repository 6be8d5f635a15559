from __future__ import annotations

import pytest

from keyreel.errors import InvalidSetting
from keyreel.worker.ray.settings_checks import check_ray_settings, has_token, is_loopback
from support.commands import keyreel


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("auto", True),
        ("127.0.0.1:6379", True),
        ("ray://localhost:10001", True),
        ("[::1]:6379", True),
        ("10.0.0.5:6379", False),
        ("ray://head.example.com:10001", False),
    ],
)
def test_knows_this_machine(address: str, expected: bool) -> None:  # noqa: FBT001 - a table of cases
    assert is_loopback(address) is expected


def test_finds_the_token_where_ray_does(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for name in ("RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"):
        monkeypatch.delenv(name, raising=False)
    assert not has_token()
    (home / ".ray").mkdir()
    (home / ".ray" / "auth_token").write_text("secret")
    assert has_token()
    monkeypatch.setenv("RAY_AUTH_TOKEN_PATH", str(home / "none"))
    assert not has_token()


def test_without_ray_the_server_says_what_to_install(tmp_path_factory: pytest.TempPathFactory) -> None:
    done = keyreel("up", "--data", tmp_path_factory.mktemp("data"), KEYREEL_RAY="auto")
    assert done.returncode == 2
    assert (
        done.stderr == 'keyreel: executor: got "ray": Ray is not installed: install the extra keyreel[ray].\n'
    )
    with pytest.raises(InvalidSetting, match="not installed"):
        check_ray_settings("10.0.0.5:6379")
