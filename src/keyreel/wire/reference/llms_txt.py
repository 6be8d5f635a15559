"""The text of /llms.txt, from which a language model learns to use a server; written from the catalogue."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from keyreel.task import TaskState
from keyreel.wire.dialects.dialect import ParsedSubmit, RouteAction
from keyreel.wire.dialects.registry import DIALECTS
from keyreel.wire.endpoints.catalogue import ENDPOINTS
from keyreel.wire.endpoints.fields import get_field_limits
from keyreel.wire.endpoints.models.vidu_q2_pro import Q2ProImg2Video
from keyreel.wire.reference.model_list import list_durations
from keyreel.wire.requests.examples import EXAMPLE_LINKS, build_example_request, build_example_task
from keyreel.wire.requests.validation import validate_request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.wire.dialects.dialect import Dialect
    from keyreel.wire.endpoints.endpoint import Endpoint

_MAX_EXAMPLE_CHARACTERS: Final = 160
"""Of an example inside a sentence."""


def build_llms_txt(base_url: str) -> str:
    """Return the text, in the form of llmstxt.org."""
    return (
        "\n".join(
            [
                *_build_introduction(base_url),
                *_build_formats_section(base_url),
                *_build_models_section(),
                *_build_links_section(base_url),
            ]
        )
        + "\n"
    )


def _build_introduction(base_url: str) -> Iterator[str]:
    yield "# Keyreel\n"
    yield "> Makes videos from images and text, over HTTP, in the wire formats of the Vidu API family.\n"
    yield "How it works: POST a request to get a task's ID at once; poll the task until it has ended; then"
    yield "download the MP4 from the signed URL in the last poll, valid for a day. A poll every"
    yield "two seconds is enough. Every task can be read in every format.\n"
    yield f"- Server: {base_url}"
    yield "- Key: header `Authorization: Bearer KEY`."
    yield "- Images: an http(s) URL or a data URI, `data:image/png;base64,…`; PNG, JPEG or WebP."
    yield "- A poll of a failed task returns the reason. Failed tasks cost nothing."
    yield "- A refused request makes no task and costs nothing. The message names the field and the rule."
    yield "- The header `X-Ignored-Fields` lists fields without effect."
    yield (
        f"- To validate a request without making anything: `POST {base_url}/v1/validate/MODEL` with the "
        "same body"
    )
    yield "  returns every broken rule and the price."
    yield f"- Available models with limits and prices: `GET {base_url}/v1/models`.\n"


def _build_formats_section(base_url: str) -> Iterator[str]:
    yield "## Formats\n"
    yield "Use any of them. The first is the simplest.\n"
    for each in DIALECTS:
        yield from _build_format_section(each, base_url)


def _build_format_section(dialect: Dialect, base_url: str) -> Iterator[str]:
    request = build_example_request(Q2ProImg2Video)
    call, task = dialect.build_submit_request(request), build_example_task(request, TaskState.QUEUED)
    done = build_example_task(request, TaskState.SUCCEEDED)
    poll = next(route for route in dialect.routes if route.action is RouteAction.RESULT)
    query = "".join(f"?{each.name}=ID" for each in poll.query_parameters if each.required)
    yield f"### {dialect.title}\n"
    yield f"`{call.method} {base_url}{call.path}`\n"
    yield _format_code_block(call.json)
    yield f"returns `{_truncate_json(dialect.build_submit_response(task, request))}`\n"
    yield f"`GET {base_url}{poll.path}{query}` returns, once the video is ready:\n"
    yield _format_code_block(dialect.build_result_response(done, request, EXAMPLE_LINKS, 0))


def _build_models_section() -> Iterator[str]:
    yield "## Models\n"
    yield "| model | does | takes | seconds | sizes |\n|---|---|---|---|---|"
    for endpoint_class in ENDPOINTS:
        sizes = ", ".join(get_field_limits(endpoint_class, "resolution")["enum"])
        does = (endpoint_class.__doc__ or "").strip().rstrip(".")
        model = DIALECTS[0].format_model_id(endpoint_class)
        takes, seconds = _list_required_fields(endpoint_class), _format_durations(endpoint_class)
        yield f"| `{model}` | {does} | {takes} | {seconds} | {sizes} |"
    yield ""


def _list_required_fields(endpoint_class: type[Endpoint]) -> str:
    """Name the fields that a request cannot be without, by leaving each field of an example out."""
    given = build_example_request(endpoint_class).to_documented_fields()
    needed = [
        name
        for name in given
        if validate_request(
            ParsedSubmit(endpoint_class, {other: given[other] for other in given if other != name})
        ).violations
    ]
    return ", ".join(f"`{name}`{_name_alternative(endpoint_class, name)}" for name in needed)


def _name_alternative(endpoint_class: type[Endpoint], name: str) -> str:
    other = {"images": "subjects", "video_url": "video_creation_id"}.get(name, "")
    return f" or `{other}`" if other in endpoint_class.model_fields else ""


def _format_durations(endpoint_class: type[Endpoint]) -> str:
    able = list_durations(endpoint_class)
    low, high = min(able), max(able)
    whole = high - low > 1 and len(able) == high - low + 1
    return f"{low} to {high}" if whole else ", ".join(map(str, able))


def _build_links_section(base_url: str) -> Iterator[str]:
    yield "## More\n"
    yield f"- [OpenAPI document]({base_url}/openapi.json): every route, field, limit and error"
    yield f"- [Reference for people]({base_url}/docs)"
    yield f"- [Voices]({base_url}/v1/voices): values for `voice_id`"


def _truncate_json(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= _MAX_EXAMPLE_CHARACTERS else text[:_MAX_EXAMPLE_CHARACTERS] + "…"


def _format_code_block(value: object) -> str:
    return f"```json\n{json.dumps(value, indent=2, ensure_ascii=False)}\n```\n"
