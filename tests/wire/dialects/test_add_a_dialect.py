"""The dialect that docs/how-to/add-a-dialect.md shows, and the example of the interface, are true."""

from __future__ import annotations

import doctest
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from keyreel import errors
from keyreel.task import TaskState
from keyreel.wire.dialects import dialect as interface
from keyreel.wire.endpoints.catalogue import ENDPOINTS
from keyreel.wire.requests.parsing import validate_fields
from support.wire import LINKS, request, task

if TYPE_CHECKING:
    from keyreel.wire.dialects.dialect import Dialect
    from keyreel.wire.endpoints.endpoint import Endpoint

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "add-a-dialect.md"


@pytest.fixture(scope="module")
def demo() -> Dialect:
    (code,) = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    names: dict[str, Any] = {}
    exec(compile(code, PAGE.name, "exec", dont_inherit=True), names)  # noqa: S102 - the page's own example
    return names["Demo"]()


def test_the_example_of_the_interface_runs() -> None:
    done = doctest.testmod(interface)
    assert done.attempted > 10
    assert done.failed == 0


@pytest.mark.parametrize("kind", ENDPOINTS, ids=lambda kind: kind.name())
def test_the_shown_dialect_takes_a_request_there_and_a_result_back(
    demo: Dialect, kind: type[Endpoint]
) -> None:
    call = demo.build_submit_request(request(kind))
    parsed = demo.parse_submit_request(
        {"model": call.path.rpartition("/")[2]}, json.loads(json.dumps(call.json))
    )
    assert parsed.ignored == ()
    assert validate_fields(parsed) == request(kind)
    done = task(kind, TaskState.SUCCEEDED, progress=1.0)
    report = demo.parse_result_response(demo.build_result_response(done, request(kind), LINKS, 0))
    assert (report.id, report.state, report.video_url) == (done.id, TaskState.SUCCEEDED, LINKS.video)
    assert demo.parse_submit_response(demo.build_submit_response(done, request(kind))) == done.id


def test_the_shown_error_table_is_read_both_ways(demo: Dialect) -> None:
    error = errors.MissingImage("images: is required.", field="images")
    status, body = demo.build_error_response(error)
    read = demo.parse_error_response(status, body)
    assert (type(read), read.message) == (errors.InvalidRequest, error.message)
    assert isinstance(
        demo.parse_error_response(*demo.build_error_response(errors.RateLimited())), errors.RateLimited
    )
    assert isinstance(demo.parse_error_response(502, {}), errors.RemoteError)
