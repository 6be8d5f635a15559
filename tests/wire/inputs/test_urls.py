"""An address is judged by its text alone, in one place."""

from __future__ import annotations

import pytest

from keyreel.wire.inputs.urls import find_url_problem, is_http_url, normalize_url


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://example.com/a.png", ""),
        ("HTTPS://EXAMPLE.COM", ""),
        ("https://пример.рф/картина.png", ""),
        ("http://[::1]:8080/a?b=c#d", ""),
        ("http://user@example.com/", "user name"),
        ("http://example.com:99999/", "malformed"),
        ("http://example.com:0/", "malformed"),
        ("http://[::1/", "malformed"),
        ("http://exa mple.com/", "space in its host"),
        ("http://example.com\\@127.0.0.1/", "backslash"),
        ("http://example.com/\r\nHost: evil", "control character"),
        ("http://example.com/\ud800", "control character"),
        ("http:///a.png", "does not start with"),
        ("ftp://example.com/", "does not start with"),
        ("http://example.com/" + "a" * 8192, "longer than 8192"),
    ],
)
def test_says_what_is_wrong(url: str, reason: str) -> None:
    said = find_url_problem(normalize_url(url))
    assert reason in said
    assert bool(said) == bool(reason)


@pytest.mark.parametrize(
    ("text", "meant"),
    [(" \ufeffHTTP://x", True), ("https://x", True), ("http:/x", False), ("x http://", False)],
)
def test_tells_an_address_by_its_beginning(text: str, *, meant: bool) -> None:
    assert is_http_url(text) == meant
