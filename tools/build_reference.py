"""Write docs/reference from the code: settings, commands, endpoints, errors, sizes. `--check` compares."""

from __future__ import annotations

import inspect
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from keyreel import errors
from keyreel.cli.app import app
from keyreel.errors import Refusal
from keyreel.order import Resolution, frame_size
from keyreel.settings import Settings
from keyreel.wire.catalogue import ENDPOINTS
from keyreel.wire.dialect import Action
from keyreel.wire.dialects import DIALECTS
from keyreel.wire.fields import shape
from keyreel.wire.own_addresses import OWN, Needs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.wire.dialect import Dialect
    from keyreel.wire.endpoint import Endpoint

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


RATIOS = ("16:9", "9:16", "4:3", "3:4", "1:1", "21:9", "9:21", "4:1", "1:4")


def _frame_sizes() -> Iterator[str]:
    yield "# Frame sizes\n"
    yield "A video without a picture to follow has the size of its resolution and `aspect_ratio`. Others"
    yield "have about the same area; with a start frame the ratio is the picture's.\n"
    heads = " | ".join(each.value for each in Resolution)
    yield f"| ratio | {heads} |\n|---|{'---|' * len(Resolution)}"
    for ratio in RATIOS:
        sizes = " | ".join(str(frame_size(each, shape(ratio))) for each in Resolution)
        yield f"| {ratio} | {sizes} |"
    fixed = [(kind, sizes) for kind in ENDPOINTS if (sizes := getattr(kind, "sizes", {}))]
    yield "\n## Models with sizes of their own\n"
    yield "| model | ratio | frame |\n|---|---|---|"
    for kind, sizes in fixed:
        for ratio, size in sizes.items():
            yield f"| {kind.name()} | {ratio} | {size} |"
    yield ""


def _settings() -> Iterator[str]:
    yield "# Settings\n"
    yield "Each setting is an environment variable, or the lower-case name without `KEYREEL_` in a TOML file,"
    yield "`keyreel.toml` in the data folder or the one that `KEYREEL_CONFIG` names. A flag goes before"
    yield "the environment, and the environment before the file. Settings are read once, at start.\n"
    yield "| variable | default | meaning |\n|---|---|---|"
    for name, field in Settings.model_fields.items():
        yield f"| `KEYREEL_{name.upper()}` | {_default(name)} | {field.description} |"
    yield "\nThe commands that talk to a server also read `KEYREEL_BASE_URL`: the server's address.\n"


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
    yield "`keyreel COMMAND --help` shows the same. A failed command prints one sentence and exits with 1.\n"
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
    yield "Every endpoint is spoken in every dialect that has words for it. Unknown fields are ignored and"
    yield "named in the answer's `X-Ignored-Fields` header, and so are fields without effect yet."
    yield "`/v1/videos` names there what it had to change as well: `seconds`, `size`, `model`.\n"
    for dialect in DIALECTS:
        yield from _addresses(dialect)
    yield "A picture is an http(s) URL, a data URI or, unless noted, bare base64; PNG, JPEG or WebP."
    yield "Authorization is `Bearer KEY`, `Token KEY` or the bare key; `X-API-Key` takes it as well.\n"
    for endpoint in ENDPOINTS:
        yield from _endpoint(endpoint)
    yield from _own_addresses()


WORDS = {
    Action.SUBMIT: "submit",
    Action.RESULT: "poll",
    Action.LIST: "list tasks",
    Action.CANCEL: "cancel",
    Action.CONTENT: "the video itself",
    Action.UPLOAD: "ask where to upload a file",
}


def _addresses(dialect: Dialect) -> Iterator[str]:
    yield f"## {dialect.title}: addresses\n"
    yield "| address | for | takes |\n|---|---|---|"
    for route in sorted(dialect.routes, key=lambda route: list(WORDS).index(route.action)):
        taken = ", ".join(f"`{each.name}`" for each in route.query)
        yield f"| `{route.method} {route.path}` | {WORDS[route.action]} | {taken} |"
    yield ""


NEEDS = {Needs.NOTHING: "", Needs.KEY: "a key", Needs.ADMIN: "the admin token"}
FOUND_BY_VTRIX = (
    (
        "| `GET /api/v1/skill/models` | Lists the models for vtrix clients. "
        "Takes `page`, `page_size`, `type`, `keywords`, `available`. | |"
    ),
    "| `GET /api/v1/skill/models/{id}/spec` | Describes one model's parameters for them. | |",
)


def _own_addresses() -> Iterator[str]:
    yield "## Other addresses\n"
    yield "| address | what it does | needs |\n|---|---|---|"
    yield from FOUND_BY_VTRIX
    for own in OWN:
        taken = ", ".join(f"`{each.name}`" for each in own.query if not each.required)
        takes = f" Takes {taken}." if taken else ""
        yield f"| `{own.method} {own.path}` | {own.summary}{takes} | {NEEDS[own.needs]} |"
    yield ""


def _endpoint(endpoint: type[Endpoint]) -> Iterator[str]:
    schema = endpoint.model_json_schema()
    yield f"## {endpoint.name()}\n"
    yield f"{(endpoint.__doc__ or '').strip()}\n"
    for dialect in DIALECTS:
        if dialect.offers(endpoint):
            yield f"- {dialect.title}: `{dialect.model_id(endpoint)}`"
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
    yield f"- pictures: {', '.join(limits)}\n"
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
            answers = " | ".join(_answer(*dialect.refusal(kind())) for dialect in DIALECTS)
            yield f"| `{kind.__name__}` | {_meaning(kind)} | {answers} |"
    yield "\n## Not answers to a request\n"
    yield "A task that was accepted can still fail: it then ends with a reason. The SDK raises these, too.\n"
    yield "| error | meaning |\n|---|---|"
    for kind in kinds:
        if not issubclass(kind, Refusal):
            yield f"| `{kind.__name__}` | {_meaning(kind)} |"
    yield ""


def _meaning(kind: type[errors.KeyreelError]) -> str:
    return " ".join((kind.__doc__ or "").split())


def _answer(status: int, body: Schema) -> str:
    code = body.get("reason") or body.get("code") or body["error"]["code"]
    return f"{status} `{code}`"


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
