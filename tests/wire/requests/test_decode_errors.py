from __future__ import annotations

import gzip

import pytest

from keyreel.errors import InvalidRequest
from keyreel.wire.requests.parsing import parse_body

TEXT = '{"prompt": "ü"}'


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (TEXT.encode("utf-16"), "UTF-16"),
        (TEXT.encode("utf-16-le"), "UTF-16"),
        (TEXT.encode("utf-16-be"), "UTF-16"),
        (TEXT.encode("utf-32"), "UTF-32"),
        (TEXT.encode("utf-32-be"), "UTF-32"),
        (gzip.compress(TEXT.encode(), mtime=0), "gzip"),
        (TEXT.encode("latin-1"), "not UTF-8"),
    ],
)
def test_another_encoding_is_called_by_its_name(data: bytes, named: str) -> None:
    with pytest.raises(InvalidRequest, match=named):
        parse_body(data)
