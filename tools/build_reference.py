"""Write docs/reference from the code: settings, commands, endpoints, errors. `--check` only compares."""

from __future__ import annotations

import inspect
import json
import sys
from dataclasses import replace
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

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
from reference_signatures import insert_signatures
from reference_types import (
    Schema,
    describe_default,
    describe_setting_type,
    describe_table_type,
    describe_type,
    resolve_schema,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.order import Size
    from keyreel.settings.tables import CheckedTable
    from keyreel.wire.dialects.dialect import Dialect
    from keyreel.wire.endpoints.endpoint import Endpoint

FOLDER = Path(__file__).parent.parent / "docs" / "reference"


def pages() -> dict[str, str]:
    """Return every generated page by its file's name."""
    return {
        "settings.md": "\n".join(_settings()),
        "cli.md": "\n".join(_commands()),
        "endpoints.md": "\n".join(_endpoints()),
        "errors.md": "\n".join(_errors()),
        "frame-sizes.md": "\n".join(_frame_sizes()),
        "sdk.md": insert_signatures((FOLDER / "sdk.md").read_text()),
    }


def _settings() -> Iterator[str]:
    yield "# Settings\n"
    yield "Set each option as an environment variable, or in a TOML file under its lower-case name without"
    yield "`KEYREEL_`. The file is `keyreel.toml` in the data folder, or the one in `KEYREEL_CONFIG`. A"
    yield "command-line flag overrides the environment, and the environment overrides the file. Settings are"
    yield "read once, at start. Lists are comma-separated in variables, and arrays in the file.\n"
    yield "| variable | type | default | description |\n|---|---|---|---|"
    schema = Settings.model_json_schema()
    for name, field in Settings.model_fields.items():
        if name in FILE_TABLES:
            continue
        kind = describe_setting_type(schema["properties"][name], schema)
        yield f"| `KEYREEL_{name.upper()}` | {kind} | {_default(name)} | {field.description} |"
    yield "\nCommands that talk to a server also read `KEYREEL_BASE_URL`, the server's URL. Operator commands"
    yield "also read `KEYREEL_ADMIN_TOKEN`: the admin token, or a key with the scope `admin`.\n"
    yield "## `[engine.NAME]`\n"
    yield "One table in the TOML file for each engine with options"
    yield "([Use several engines](../how-to/engines.md)). These keys exist for every type.\n"
    yield from _table_fields(EngineTable)
    for point in sorted(entry_points(group=ENGINE_TYPES_GROUP), key=lambda point: point.name):
        kind = point.load()
        own = [name for name in kind.model_fields if name not in EngineTable.model_fields]
        if kind.__module__.startswith("keyreel.") and own:
            yield f"### Type `{point.name}`\n"
            yield from _table_fields(kind, own)
    yield "## `[[route]]`\n"
    yield "Tables in the TOML file. The first one that matches a task selects its engines.\n"
    yield from _table_fields(RoutingRule)
    yield "`match` needs at least one of these keys.\n"
    yield from _table_fields(RoutingMatch)


def _table_fields(model: type[CheckedTable], names: list[str] | None = None) -> Iterator[str]:
    yield "| key | type | default | description |\n|---|---|---|---|"
    schema = model.model_json_schema()
    for name in names or model.model_fields:
        field = model.model_fields[name]
        kind = describe_table_type(schema["properties"][name], schema)
        default = "**required**" if field.is_required() else f"`{json.dumps(field.default, default=str)}`"
        yield f"| `{name}` | {kind} | {'' if default == '`null`' else default} | {field.description} |"
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
    return "" if value in {"", None} else f"`{value}`"


def _commands() -> Iterator[str]:
    yield "# Commands\n"
    yield "`keyreel COMMAND --help` shows the same. A failed command prints a message and exits with 1, or"
    yield "with 2 if an option, a setting, or a file in the data folder is invalid.\n"
    yield from _command("keyreel", typer.main.get_command(app))


def _command(name: str, command: Any) -> Iterator[str]:
    inner = getattr(command, "commands", None)
    if inner:
        for word, each in inner.items():
            yield from _command(f"{name} {word}", each)
        if not command.invoke_without_command:
            return
    yield f"## `{name}`\n"
    yield f"{(command.help or '').strip()}\n"
    yield "| argument or option | type | default | description |\n|---|---|---|---|"
    for parameter in command.params:
        if "--help" in parameter.opts:
            continue
        argument = parameter.param_type_name == "argument"
        shown = (
            parameter.name.upper() if argument else ", ".join([*parameter.opts, *parameter.secondary_opts])
        )
        variable = f" (`{parameter.envvar}`)" if parameter.envvar else ""
        kind = _option_type(parameter)
        default = "**required**" if parameter.required else _option_default(parameter.default)
        text = getattr(parameter, "help", None) or ""
        yield f"| `{shown}` | {kind} | {default} | {text}{variable} |"
    yield ""


_OPTION_TYPES = {str: "string", int: "integer", float: "number", Path: "path"}


def _option_type(parameter: Any) -> str:
    if getattr(parameter, "is_flag", False):
        return "flag"
    kind = parameter.type_descriptor.annotation
    kind = next(iter(get_args(kind)), kind) if parameter.multiple else kind
    if hasattr(kind, "__members__"):
        return "one of " + ", ".join(f"`{each.value}`" for each in kind)
    return _OPTION_TYPES[kind] + (", repeatable" if parameter.multiple else "")


def _option_default(value: Any) -> str:
    if value in (None, "", False, [], ()) or callable(value):
        return ""
    return f"`{'on' if value is True else getattr(value, 'value', value)}`"


def _endpoints() -> Iterator[str]:
    yield "# Endpoints\n"
    yield "Every wire format serves every endpoint that it can express. The response header"
    yield "`X-Ignored-Fields` lists fields without effect by path: unknown fields at any depth, unused"
    yield "entries (`images[1]`, `subjects[7]`), and fields that depend on others (`wm_url` without"
    yield "`watermark`). `/v1/videos` also lists there what it changed: `seconds`, `size`, `model`.\n"
    for dialect in DIALECTS:
        yield from _addresses(dialect)
    yield "Images are PNG, JPEG, or WebP, sent as an http(s) URL, a data URI, or, unless noted, plain"
    yield "base64. Send the API key in `Authorization` as `Bearer KEY`, `Token KEY`, or the bare key, or in"
    yield "`X-API-Key`.\n"
    for endpoint in ENDPOINTS:
        yield from _endpoint(endpoint)
    yield from _own_addresses()


WORDS = {
    RouteAction.SUBMIT: "submit",
    RouteAction.RESULT: "poll",
    RouteAction.LIST: "list tasks",
    RouteAction.CANCEL: "cancel",
    RouteAction.CONTENT: "download the video",
    RouteAction.UPLOAD: "get an upload URL",
    RouteAction.BEGIN_UPLOAD: "start an upload",
    RouteAction.FINISH_UPLOAD: "finish an upload",
    RouteAction.BALANCE: "get the balance",
}


def _addresses(dialect: Dialect) -> Iterator[str]:
    yield f"## Routes of {dialect.title}\n"
    yield "| route | purpose | query parameters |\n|---|---|---|"
    for route in sorted(dialect.routes, key=lambda route: list(WORDS).index(route.action)):
        taken = ", ".join(f"`{each.name}`" for each in route.query_parameters)
        yield f"| `{route.method} {route.path}` | {WORDS[route.action]} | {taken} |"
    yield ""


NEEDS = {
    RequiredAccess.NOTHING: "none",
    RequiredAccess.KEY: "API key",
    RequiredAccess.ANY_KEY: "API key with any scope, or admin token",
    RequiredAccess.SUBMIT_KEY: "API key",
    RequiredAccess.ADMIN: "admin token or key with the scope `admin`",
}


def _own_addresses() -> Iterator[str]:
    yield "## Other routes\n"
    yield "| route | description | query parameters | authentication |\n|---|---|---|---|"
    for own in OWN_ROUTES:
        taken = ", ".join(f"`{each.name}`" for each in own.query)
        yield f"| `{own.method} {own.openapi_path}` | {own.summary} | {taken} | {NEEDS[own.access]} |"
    yield ""


def _endpoint(endpoint: type[Endpoint]) -> Iterator[str]:
    schema = endpoint.model_json_schema()
    yield f"## {endpoint.name()}\n"
    yield f"{(endpoint.__doc__ or '').strip()}\n"
    for dialect in DIALECTS:
        if dialect.supports(endpoint):
            yield f"- {dialect.title}: `{dialect.format_model_id(endpoint)}`"
    rules = endpoint.image_rules  # type: ignore[attr-defined] # every generation has it
    limits = [f"up to {rules.max_bytes // 1_000_000} MB"]
    if rules.max_inline_bytes < rules.max_bytes:
        limits.append(f"inline below {-(-rules.max_inline_bytes // 1_000_000)} MB")
    if rules.min_side > 1:
        limits.append(f"at least {rules.min_side} pixels per side")
    if rules.widest:
        limits.append(f"aspect ratio 1:{rules.widest} to {rules.widest}:1")
    if rules.data_uri_only:
        limits.append("inline only as data URI")
    yield f"- images: {', '.join(limits)}\n"
    yield "| field | type and range | default | description |\n|---|---|---|---|"
    yield from _fields(schema, schema, "")
    yield ""


def _fields(schema: Schema, root: Schema, prefix: str) -> Iterator[str]:
    for name, found in schema.get("properties", {}).items():
        inner = resolve_schema(found, root)
        needed = name in schema.get("required", [])
        default = "**required**" if needed else describe_default(found.get("default"))
        text = inner.get("description", "")
        yield f"| `{prefix}{name}` | {describe_type(inner, root)} | {default} | {text} |"
        item = resolve_schema(inner.get("items", {}), root)
        if item.get("properties"):
            yield from _fields(item, root, f"{prefix}{name}[].")


def _errors() -> Iterator[str]:
    yield "# Errors\n"
    yield "A refused request makes no task and costs nothing. The message names the field, the value, and"
    yield "the rule. The table shows the HTTP status and the code in each wire format. The code is in"
    yield "`reason` in /v3/async, /ent/v2, and /proxy/vidu, in `code` in vtrix, and in `error.code` in"
    yield "/v1/videos.\n"
    titles = " | ".join(dialect.title for dialect in DIALECTS)
    yield f"| error | description | {titles} |\n|---|---|{'---|' * len(DIALECTS)}"
    kinds = [
        kind
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, errors.KeyreelError)
    ]
    for kind in kinds:
        if issubclass(kind, Refusal):
            answers = " | ".join(_answer(*dialect.build_error_response(kind())) for dialect in DIALECTS)
            yield f"| `{kind.__name__}` | {_meaning(kind)} | {answers} |"
    yield "\n## Failed tasks and SDK errors\n"
    yield "An accepted task can still fail, with a reason and a code. If an image or video at a URL is not"
    yield "acceptable, the code is that of the refusal in the table above. Other failures have their own"
    yield "codes. The code is in `extra.reason` in /v3/async, `error.code` in vtrix and /v1/videos, and"
    yield "`err_code` in /ent/v2 and /proxy/vidu. The SDK raises these errors too; those without a code"
    yield "occur only there.\n"
    yield f"| error | description | {titles} |\n|---|---|{'---|' * len(DIALECTS)}"
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
    yield "A resolution determines the area of a frame, not its short side: 720p is 1280x720 at 16:9 and"
    yield "960x960 at 1:1. Every video has 24 frames per second.\n"
    yield f"| resolution | {' | '.join(RATIOS)} |\n|---|{'---|' * len(RATIOS)}"
    for resolution in Resolution:
        sizes = [str(compute_frame_size(resolution, parse_aspect_ratio(ratio))) for ratio in RATIOS]
        yield f"| {resolution} | {' | '.join(sizes)} |"
    yield "\nOther aspect ratios, from 1:4 to 4:1, have the same area as 16:9, with sides that are multiples"
    yield "of 8. Image-to-video, start-end, multiframe, and extend use the aspect ratio of the first image."
    yield "Images with a different aspect ratio are cropped around their subject, never stretched.\n"
    yield "## By model\n"
    yield "| endpoint | resolutions | aspect ratios | special sizes |\n|---|---|---|---|"
    for endpoint in ENDPOINTS:
        schema = endpoint.model_json_schema()
        words = {name: _words(resolve_schema(part, schema)) for name, part in schema["properties"].items()}
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
