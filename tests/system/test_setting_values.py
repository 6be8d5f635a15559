from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path

import pytest

from keyreel.system.setting_values import (
    check_text,
    end_sentence,
    is_web_address,
    parse_networks,
    parse_path,
    split_items,
)


def test_lists_are_texts_with_commas_or_lists() -> None:
    assert split_items("80, 443,") == split_items([80, "443", ""]) == ["80", "443"]
    for wrong in (80, {"a": 1}, [True], [[1]], None):
        with pytest.raises(ValueError, match="must be a comma-separated string, or a list"):
            split_items(wrong)


def test_networks_may_be_written_by_an_address_in_them() -> None:
    assert parse_networks("10.1.2.3/8") == (ip_network("10.0.0.0/8"),)


def test_no_text_may_be_absurdly_long_or_hold_control_characters() -> None:
    assert check_text("文") == "文"
    for wrong in ("a\0", "a\n", "\x1b[0m", 5000 * "a"):
        with pytest.raises(ValueError, match="must"):
            check_text(wrong)


def test_a_path_need_not_exist_but_must_be_possible() -> None:
    assert parse_path("") is None
    assert parse_path("/no/such") == Path("/no/such")
    for wrong in ("a\0b", 300 * "a"):
        with pytest.raises(ValueError, match="is not a usable path"):
            parse_path(wrong)


@pytest.mark.parametrize(
    ("url", "is_one"),
    [
        ("https://a.example", True),
        ("http://[::1]:80/x", True),
        ("http://x:99999", False),
        ("http://:80", False),
        ("http://[::1", False),
    ],
)
def test_a_web_address_names_a_host_and_a_port_that_there_can_be(url: str, *, is_one: bool) -> None:
    assert is_web_address(url) == is_one


def test_a_sentence_ends_once() -> None:
    assert (end_sentence("it is"), end_sentence("is it?")) == ("it is.", "is it?")
