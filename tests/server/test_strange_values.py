"""Values that overflow, end up in no calendar or are no text: refused by the field's rule, never a fault."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from keyreel.cli.local.composition import open_platform
from keyreel.server.app import create_app
from keyreel.settings import read_settings
from keyreel.wire.dialects.dialect import RouteAction
from keyreel.wire.dialects.registry import DIALECTS
from keyreel.wire.reference.own_route import RequiredAccess
from keyreel.wire.reference.own_routes import OWN_ROUTES
from support.requests import AUTH, KEY, data_uri
from support.submits import SUBMITS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

NUMBERS = (
    "9" * 5000,
    "-" + "9" * 5000,
    "99999999999999999999",
    "-1",
    "1e400",
    "NaN",
    "1_0",
    "\u0663",
    "\u00b2",
    "1.5",
)
TIMES = (
    *("0001-01-01", "0001-01-01T00:00:00+14:00", "0001-01-08", "1969-12-31", "9999-12-31T23:59:59-14:00"),
    *("9999999999999", "2026-02-30", "T", "2026-01-01T00:00:00+99:99"),
)
TEXTS = ("\x00", "a\x00b", "\x7f", "%ff", "\U0001f600" * 500, "[", "..", "a" * 9000, "\u202e")
STRANGE = (*NUMBERS, *TIMES, *TEXTS)
FEW = (NUMBERS[0], TIMES[1], TEXTS[1], "%ff", "[", "a" * 9000)
JSON_VALUES: tuple[Any, ...] = (
    *(10**400, 10**4000, -(10**4000), 2**63, 1e308, 5e-324, True, None, [], {}, [[]], {"a": 1}),
    *FEW,
)
HEADERS = {
    "Range": (
        *(f"bytes={each}-{each}" for each in NUMBERS),
        "bytes=-",
        "bytes=" + "9" * 18 + "-",
        "lines=1-2",
    ),
    "If-Range": NUMBERS,
    "If-None-Match": ('"' * 9, "*", "W/", *NUMBERS),
    "If-Modified-Since": ("Mon, 01 Jan 0001 00:00:00 GMT", *NUMBERS),
    "Idempotency-Key": (*NUMBERS, "\x7f", "\u00ff"),
    "Content-Encoding": NUMBERS,
    "Content-Type": ("multipart/form-data; boundary=", "application/json; charset=\u00ff", "/", *NUMBERS),
    "Host": ("[", "[::1", "a:99999999", "a b", '"', "\u00ff"),
    "X-Forwarded-For": NUMBERS,
    "Authorization": ("Bearer \u00ff", "Bearer", "\x7f", "Bearer " + "9" * 5000),
}


OTHER_TENANT = "studio"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = read_settings(
        data=tmp_path_factory.mktemp("data"), api_key=KEY, engines=("keyreel.testing:CardEngine",), dev=True
    )
    with (
        open_platform(settings, ("http://testserver",)) as platform,
        TestClient(create_app(platform.services), raise_server_exceptions=False) as opened,
    ):
        opened.headers["X-API-Key"] = platform.services.admin_token
        # What is sent to its routes may disable it: the other tests need theirs.
        opened.post("/v1/admin/tenants", json={"name": OTHER_TENANT})
        yield opened


ACCESS = {
    RequiredAccess.NOTHING: {},
    RequiredAccess.ANY_KEY: AUTH,
    RequiredAccess.KEY: AUTH,
    RequiredAccess.SUBMIT_KEY: AUTH,
    RequiredAccess.ADMIN: {},
}
ROUTES: list[tuple[str, str, dict[str, str]]] = [
    *((entry.method, entry.openapi_path, ACCESS[entry.access]) for entry in OWN_ROUTES),
    *((route.method, route.path, AUTH) for dialect in DIALECTS for route in dialect.routes),
]
QUERIES = [
    *(((e.method, e.openapi_path, ACCESS[e.access]), p.name) for e in OWN_ROUTES for p in e.query),
    *(((r.method, r.path, AUTH), p.name) for d in DIALECTS for r in d.routes for p in r.query_parameters),
]
LISTS = [
    (route.path, parameter)
    for dialect in DIALECTS
    for route in dialect.routes
    if route.action is RouteAction.LIST
    for parameter in route.query_parameters
]


def fill(path: str, value: str = "1") -> str:
    """Put a value wherever the path has braces."""
    while "{" in path:
        before, _, rest = path.partition("{")
        path = before + quote(value, safe="") + rest.partition("}")[2]
    return path


def check(answer: httpx.Response, sent: object) -> None:
    assert answer.status_code < 500, (answer.request.method, str(answer.request.url)[:200], str(sent)[:80])


@pytest.mark.parametrize(("method", "path", "headers"), [each for each in ROUTES if "{" in each[1]])
def test_no_piece_of_a_path_is_a_fault(
    client: TestClient, method: str, path: str, headers: dict[str, str]
) -> None:
    for value in FEW:
        check(client.request(method, fill(path, value), headers=headers), value)


@pytest.mark.parametrize(("route", "name"), QUERIES)
def test_no_value_of_a_query_is_a_fault(
    client: TestClient, route: tuple[str, str, dict[str, str]], name: str
) -> None:
    method, path, headers = route
    for value in STRANGE:
        check(client.request(method, fill(path), params={name: value}, headers=headers, json={}), value)


@pytest.mark.parametrize("name", HEADERS)
def test_no_header_is_a_fault(client: TestClient, name: str) -> None:
    paths = {"/v1/videos", "/llms.txt", "/files/{key}", "/v1/quote", "/v1/admin/tasks"}
    some = [each for each in ROUTES if each[1] in paths]
    assert {path for _, path, _ in some} == paths
    for method, path, headers in some:
        for value in HEADERS[name]:
            sent = {**headers, name: value.encode()}
            check(client.request(method, fill(path), headers=sent, content=b"{}"), value)


@pytest.mark.parametrize("entry", [each for each in OWN_ROUTES if each.request_example], ids=lambda e: e.name)
def test_no_value_in_a_body_is_a_fault(client: TestClient, entry: Any) -> None:
    for name in entry.request_example:
        for value in JSON_VALUES:
            body = json.dumps({**entry.request_example, name: value})
            path = fill(entry.openapi_path, OTHER_TENANT)
            headers = {**ACCESS[entry.access], "Content-Type": "application/json"}
            check(client.request(entry.method, path, content=body, headers=headers), value)


@pytest.mark.parametrize("dialect", SUBMITS)
def test_no_value_of_a_submit_is_a_fault(client: TestClient, dialect: str) -> None:
    path, example = SUBMITS[dialect]
    for name in (
        "seed",
        "duration",
        "seconds",
        "size",
        "wm_position",
        "payload",
        "meta_data",
        "images",
        "extra",
    ):
        for value in JSON_VALUES:
            body = json.dumps({**example, "images": [data_uri(8, 8)], name: value})
            headers = {**AUTH, "Content-Type": "application/json"}
            check(client.post(path, content=body, headers=headers), (name, value))


@pytest.mark.parametrize(("path", "parameter"), LISTS, ids=lambda each: getattr(each, "name", each))
def test_a_list_refuses_what_breaks_a_filters_rule(client: TestClient, path: str, parameter: Any) -> None:
    """Numbers beyond their bounds, times that no calendar has, cursors that no page gave."""
    name, schema = parameter.name, parameter.schema
    wrong: tuple[str, ...] = ()
    if schema["type"] == "integer":
        wrong = (*NUMBERS, str(schema.get("maximum", 10**12) + 1))
    elif "created" in name:
        wrong = TIMES[:4]
    elif "token" in name or name == "after":
        wrong = (*NUMBERS, "0", "1' OR 1=1", "\x00")
    for value in wrong:
        answer = client.get(path, params={name: value}, headers=AUTH)
        assert answer.status_code == 400, (value[:40], answer.text[:200])
        assert name in answer.text
        if "maximum" in schema:
            assert str(schema["maximum"]) in answer.text


@pytest.mark.parametrize("path", ["/v1/admin/tasks", "/v1/admin/callbacks"])
def test_an_operators_limit_says_its_maximum(client: TestClient, path: str) -> None:
    for value in (*NUMBERS, "0", "501"):
        answer = client.get(path, params={"limit": value})
        assert answer.status_code == 400, value[:40]
        assert "limit: got" in answer.text
        assert "from 1 to 500" in answer.text
    assert client.get(path, params={"limit": "500"}).status_code == 200
