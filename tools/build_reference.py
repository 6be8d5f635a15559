"""Write docs/reference from the code: settings, commands, endpoints, errors. `--check` only compares."""

from __future__ import annotations

import inspect
import json
import sys
from dataclasses import replace
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from keyreel import errors
from keyreel.cli.app import app
from keyreel.engines.engine_table import ENGINE_TYPES_GROUP, EngineTable
from keyreel.errors import Refusal
from keyreel.order import Resolution, compute_frame_size
from keyreel.settings import Settings
from keyreel.settings.engines import RoutingMatch, RoutingRule
from keyreel.settings.model import FILE_TABLES
from keyreel.task import TaskState
from keyreel.wire.dialects.dialect import RouteAction
from keyreel.wire.dialects.registry import DIALECTS
from keyreel.wire.endpoints.catalogue import ENDPOINTS
from keyreel.wire.endpoints.fields import parse_aspect_ratio
from keyreel.wire.reference.own_route import RequiredAccess
from keyreel.wire.reference.own_routes import OWN_ROUTES
from keyreel.wire.requests.examples import build_example_request, build_example_task

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.order import Size
    from keyreel.settings.tables import CheckedTable
    from keyreel.wire.dialects.dialect import Dialect
    from keyreel.wire.endpoints.endpoint import Endpoint

FOLDER = Path(__file__).parent.parent / "docs" / "reference"
Schema = dict[str, Any]


def pages() -> dict[str, str]:
    """Return every generated page by its file's name."""
    return {
        "settings.md": "\n".join(_settings()),
        "cli.md": "\n".join(_commands()),
        "endpoints.md": "\n".join(_endpoints()),
        "errors.md": "\n".join(_errors()),
        "frame-sizes.md": "\n".join(_frame_sizes()),
    }


def _settings() -> Iterator[str]:
    yield "# Settings\n"
    yield "Each setting is an environment variable, or the lower-case name without `KEYREEL_` in a TOML file,"
    yield "`keyreel.toml` in the data folder or the one that `KEYREEL_CONFIG` names. A flag goes before"
    yield "the environment, and the environment before the file. Settings are read once, at start.\n"
    yield "| variable | default | meaning |\n|---|---|---|"
    for name, field in Settings.model_fields.items():
        if name in FILE_TABLES:
            continue
        yield f"| `KEYREEL_{name.upper()}` | {_default(name)} | {field.description} |"
    yield "\nThe commands that talk to a server also read `KEYREEL_BASE_URL`, the server's address;"
    yield "those of its operator also `KEYREEL_ADMIN_TOKEN`: its admin token, or a key with the scope"
    yield "`admin`.\n"
    yield "## `[engine.NAME]`\n"
    yield "A table of the TOML file for each engine that has options ([how](../how-to/engines.md))."
    yield "Every type takes the first ones.\n"
    yield from _table_fields(EngineTable)
    for point in sorted(entry_points(group=ENGINE_TYPES_GROUP), key=lambda point: point.name):
        kind = point.load()
        own = [name for name in kind.model_fields if name not in EngineTable.model_fields]
        if kind.__module__.startswith("keyreel.") and own:
            yield f"### Type `{point.name}`\n"
            yield from _table_fields(kind, own)
    yield "## `[[route]]`\n"
    yield "Tables of the TOML file, of which the first that matches a task says which engines make it.\n"
    yield from _table_fields(RoutingRule)
    yield "`match` holds at least one of these.\n"
    yield from _table_fields(RoutingMatch)


def _table_fields(model: type[CheckedTable], names: list[str] | None = None) -> Iterator[str]:
    yield "| key | default | meaning |\n|---|---|---|"
    for name in names or model.model_fields:
        field = model.model_fields[name]
        default = "required" if field.is_required() else f"`{json.dumps(field.default, default=str)}`"
        yield f"| `{name}` | {'none' if default == '`null`' else default} | {field.description} |"
    yield ""


def _default(name: str) -> str:
    if name == "data":
        return "`~/.local/share/keyreel`"
    value = Settings.model_fields[name].default
    if hasattr(value, "get_secret_value"):
        value = value.get_secret_value()
    if isinstance(value, bool):
        value = int(value)
    if isinstance(value, tuple):
        value = ",".join(map(str, value))
    return "none" if value in {"", None} else f"`{value}`"


def _commands() -> Iterator[str]:
    yield "# Commands\n"
    yield "`keyreel COMMAND --help` shows the same. A failed command prints one sentence and exits with 1, or"
    yield "with 2 where an option, a setting or a file of the data folder is at fault.\n"
    yield from _command("keyreel", typer.main.get_command(app))


def _command(name: str, command: Any) -> Iterator[str]:
    inner = getattr(command, "commands", None)
    if inner:
        for word, each in inner.items():
            yield from _command(f"{name} {word}", each)
        return
    yield f"## `{name}`\n"
    yield f"{(command.help or '').strip()}\n"
    yield "| argument or option | meaning |\n|---|---|"
    for parameter in command.params:
        if "--help" in parameter.opts:
            continue
        argument = parameter.param_type_name == "argument"
        shown = parameter.name.upper() if argument else ", ".join(parameter.opts)
        variable = f" (`{parameter.envvar}`)" if parameter.envvar else ""
        yield f"| `{shown}` | {getattr(parameter, 'help', None) or ''}{variable} |"
    yield ""


def _endpoints() -> Iterator[str]:
    yield "# Endpoints\n"
    yield "Every endpoint is spoken in every dialect that has words for it. What changes nothing is"
    yield "named by its path in the answer's `X-Ignored-Fields` header: unknown fields however deep they"
    yield "stand, entries that are not looked at (`images[1]`, `subjects[7]`), and fields that others leave"
    yield "no room for (`wm_url` without `watermark`)."
    yield "`/v1/videos` names there what it had to change as well: `seconds`, `size`, `model`.\n"
    for dialect in DIALECTS:
        yield from _addresses(dialect)
    yield "An image is an http(s) URL, a data URI or, unless noted, bare base64; PNG, JPEG or WebP."
    yield "Authorization is `Bearer KEY`, `Token KEY` or the bare key; `X-API-Key` takes it as well.\n"
    for endpoint in ENDPOINTS:
        yield from _endpoint(endpoint)
    yield from _own_addresses()


WORDS = {
    RouteAction.SUBMIT: "submit",
    RouteAction.RESULT: "poll",
    RouteAction.LIST: "list tasks",
    RouteAction.CANCEL: "cancel",
    RouteAction.CONTENT: "the video itself",
    RouteAction.UPLOAD: "ask where to upload a file",
    RouteAction.BEGIN_UPLOAD: "begin an upload",
    RouteAction.FINISH_UPLOAD: "finish it",
    RouteAction.BALANCE: "ask what is left to spend",
}


def _addresses(dialect: Dialect) -> Iterator[str]:
    yield f"## {dialect.title}: addresses\n"
    yield "| address | for | takes |\n|---|---|---|"
    for route in sorted(dialect.routes, key=lambda route: list(WORDS).index(route.action)):
        taken = ", ".join(f"`{each.name}`" for each in route.query_parameters)
        yield f"| `{route.method} {route.path}` | {WORDS[route.action]} | {taken} |"
    yield ""


NEEDS = {
    RequiredAccess.NOTHING: "",
    RequiredAccess.KEY: "a key",
    RequiredAccess.ANY_KEY: "an API key of any scope, or the admin token",
    RequiredAccess.SUBMIT_KEY: "a key",
    RequiredAccess.ADMIN: "the admin token",
}


def _own_addresses() -> Iterator[str]:
    yield "## Other addresses\n"
    yield "| address | what it does | needs |\n|---|---|---|"
    for own in OWN_ROUTES:
        taken = ", ".join(f"`{each.name}`" for each in own.query if not each.required)
        takes = f" Takes {taken}." if taken else ""
        yield f"| `{own.method} {own.openapi_path}` | {own.summary}{takes} | {NEEDS[own.access]} |"
    yield ""


def _endpoint(endpoint: type[Endpoint]) -> Iterator[str]:
    schema = endpoint.model_json_schema()
    yield f"## {endpoint.name()}\n"
    yield f"{(endpoint.__doc__ or '').strip()}\n"
    for dialect in DIALECTS:
        if dialect.supports(endpoint):
            yield f"- {dialect.title}: `{dialect.format_model_id(endpoint)}`"
    rules = endpoint.image_rules  # type: ignore[attr-defined] # every generation has it
    limits = [f"at most {rules.max_bytes // 1_000_000} MB"]
    if rules.max_inline_bytes < rules.max_bytes:
        limits.append(f"inline below {-(-rules.max_inline_bytes // 1_000_000)} MB")
    if rules.min_side > 1:
        limits.append(f"sides of at least {rules.min_side} pixels")
    if rules.widest:
        limits.append(f"ratio from 1:{rules.widest} to {rules.widest}:1")
    if rules.data_uri_only:
        limits.append("inline only as a data URI")
    yield f"- images: {', '.join(limits)}\n"
    yield "| field | type and limits | default | meaning |\n|---|---|---|---|"
    yield from _fields(schema, schema, "")
    yield ""


def _fields(schema: Schema, root: Schema, prefix: str) -> Iterator[str]:
    for name, found in schema.get("properties", {}).items():
        inner = _resolved(found, root)
        needed = name in schema.get("required", [])
        default = "**required**" if needed else _shown(found.get("default"))
        yield f"| `{prefix}{name}` | {_kind(inner, root)} | {default} | {inner.get('description', '')} |"
        item = _resolved(inner.get("items", {}), root)
        if item.get("properties"):
            yield from _fields(item, root, f"{prefix}{name}[].")


def _shown(value: object) -> str:
    return "" if value in (None, "", []) else f"`{value if isinstance(value, str) else json.dumps(value)}`"


def _resolved(schema: Schema, root: Schema) -> Schema:
    for part in schema.get("anyOf", []):
        if part.get("type") != "null":
            schema = {**schema, **part}
            break
    if "$ref" in schema:
        schema = {**root["$defs"][schema["$ref"].rpartition("/")[2]], **schema}
    return schema


def _kind(schema: Schema, root: Schema) -> str:
    if "enum" in schema:
        return "one of " + ", ".join(f"`{word}`" for word in schema["enum"])
    if "oneOf" in schema:
        return " or ".join(_kind(part, root) for part in schema["oneOf"])
    kind = str(schema.get("type", "string"))
    low = schema.get("minimum", schema.get("minItems", schema.get("minLength")))
    high = schema.get("maximum", schema.get("maxItems", schema.get("maxLength")))
    unit = {"array": " entries", "string": " characters"}.get(kind, "")
    span = ""
    if low is not None and high is not None:
        span = f", {low} to {high}{unit}" if low != high else f", only {low}{unit}"
    elif high is not None:
        span = f", up to {high}{unit}"
    elif low:
        span = f", at least {low}{unit}"
    return kind + span


def _errors() -> Iterator[str]:
    yield "# Errors\n"
    yield "A refused request makes no task. Its message names the field, what it got and what is allowed."
    yield "The table shows status and code in each dialect: `reason` in /v3/async, /ent/v2 and /proxy/vidu,"
    yield "`code` in vtrix, `error.code` in /v1/videos.\n"
    titles = " | ".join(dialect.title for dialect in DIALECTS)
    yield f"| error | meaning | {titles} |\n|---|---|{'---|' * len(DIALECTS)}"
    kinds = [
        kind
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, errors.KeyreelError)
    ]
    for kind in kinds:
        if issubclass(kind, Refusal):
            answers = " | ".join(_answer(*dialect.build_error_response(kind())) for dialect in DIALECTS)
            yield f"| `{kind.__name__}` | {_meaning(kind)} | {answers} |"
    yield "\n## Not answers to a request\n"
    yield "A task that was accepted can still fail: it then ends with a reason and a code. A fault of its"
    yield "input, which an image's address hid until then, has the code of its refusal in the table above;"
    yield "other ends have their own. They stand in `extra.reason` of /v3/async, `error.code` of vtrix and"
    yield "/v1/videos, `err_code` of /ent/v2 and /proxy/vidu. The SDK raises these errors, too.\n"
    yield f"| error | meaning | {titles} |\n|---|---|{'---|' * len(DIALECTS)}"
    for kind in kinds:
        if not issubclass(kind, Refusal):
            codes = " | ".join(_code(dialect, kind) for dialect in DIALECTS)
            yield f"| `{kind.__name__}` | {_meaning(kind)} | {codes} |"
    yield ""


def _code(dialect: Dialect, kind: type[errors.KeyreelError]) -> str:
    """Return what a task shows that ended so; empty for what ends none."""
    if not issubclass(kind, errors.RenderFailed | errors.RenderCrashed | errors.Cancelled | errors.Expired):
        return ""
    state = TaskState.CANCELLED if issubclass(kind, errors.Cancelled | errors.Expired) else TaskState.FAILED
    request = build_example_request(ENDPOINTS[0])
    task = replace(build_example_task(request, state), fault=kind.__name__)
    body = dialect.build_result_response(task, request, None, 0)
    found = body.get("err_code") or body.get("extra", {}).get("reason") or body["error"]["code"]
    return f"`{found}`"


def _meaning(kind: type[errors.KeyreelError]) -> str:
    return " ".join((kind.__doc__ or "").split())


def _answer(status: int, body: Schema) -> str:
    code = body.get("reason") or body.get("code") or body["error"]["code"]
    return f"{status} `{code}`"


RATIOS = ("16:9", "4:3", "1:1", "3:4", "9:16")


def _frame_sizes() -> Iterator[str]:
    yield "# Frame sizes\n"
    yield "A resolution fixes a frame's area, not its short side: 720p is 1280x720 at 16:9 and 960x960 as a"
    yield "square. Every video has 24 frames per second.\n"
    yield f"| resolution | {' | '.join(RATIOS)} |\n|---|{'---|' * len(RATIOS)}"
    for resolution in Resolution:
        sizes = [str(compute_frame_size(resolution, parse_aspect_ratio(ratio))) for ratio in RATIOS]
        yield f"| {resolution} | {' | '.join(sizes)} |"
    yield "\nOther ratios have the area of 16:9, with sides that are multiples of 8; they are held within 1:4"
    yield "and 4:1. Where a request names no ratio, the frame follows the first image's: image-to-video,"
    yield "start and end frames, multiframe and extend. An image of another ratio than the frame's is cropped"
    yield "around its subject, never stretched.\n"
    yield "## By model\n"
    yield "| endpoint | resolutions | ratios | sizes of its own |\n|---|---|---|---|"
    for endpoint in ENDPOINTS:
        schema = endpoint.model_json_schema()
        words = {name: _words(_resolved(part, schema)) for name, part in schema["properties"].items()}
        ratios = words["aspect_ratio"] or "any" if "aspect_ratio" in words else "the image's"
        own: dict[str, Size] = getattr(endpoint, "sizes", {})
        sizes = [f"{size} ({ratio})" for ratio, size in own.items()]
        yield f"| {endpoint.name()} | {words['resolution']} | {ratios} | {', '.join(sizes)} |"


def _words(schema: Schema) -> str:
    """Return the words that a field takes; "" where it takes any."""
    return ", ".join(map(str, schema.get("enum", ())))


def main() -> int:
    """Write the pages, or with --check say which are out of date."""
    stale = 0
    for name, text in pages().items():
        file = FOLDER / name
        if "--check" not in sys.argv:
            FOLDER.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        elif not file.is_file() or file.read_text() != text:
            print(f"docs/reference/{name} is out of date: run tools/build_reference.py")
            stale = 1
    return stale


if __name__ == "__main__":
    sys.exit(main())
