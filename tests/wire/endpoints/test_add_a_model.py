"""The model that docs/how-to/add-a-model.md shows is an endpoint, with the limit that it states."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import Any

import pytest

from keyreel.errors import InvalidRequest
from keyreel.wire.dialects.dialect import ParsedSubmit
from keyreel.wire.dialects.registry import DIALECTS
from keyreel.wire.requests.parsing import validate_fields

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "add-a-model.md"
FIELDS = {"images": ["https://example.com/a.png"], "prompt": "x"}


def test_the_shown_model_is_an_endpoint() -> None:
    (code,) = re.findall(r"^    ```python\n(.*?)^    ```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    names: dict[str, Any] = {}
    exec(compile(textwrap.dedent(code), PAGE.name, "exec", dont_inherit=True), names)  # noqa: S102 - the page's own example
    endpoint_class = names["Q9LiteImg2Video"]
    assert endpoint_class.name() == "q9-lite-img2video"
    assert validate_fields(ParsedSubmit(endpoint_class, FIELDS | {"duration": 6})).to_order(1).seconds == 6
    with pytest.raises(InvalidRequest, match="from 1 to 6"):
        validate_fields(ParsedSubmit(endpoint_class, FIELDS | {"duration": 7}))
    assert DIALECTS[0].format_model_id(endpoint_class) == "vidu-q9-lite-img2video"
