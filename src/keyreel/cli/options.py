"""Options that several commands share."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from keyreel.errors import InvalidRequest

_MAX_ECHO_CHARACTERS: Final = 64

DataOption = Annotated[
    Path | None, typer.Option("--data", help="Data folder (KEYREEL_DATA).", show_default=False)
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]

# For commands that talk to a server as a client does.
BaseUrlOption = Annotated[
    str,
    typer.Option(
        "--base-url", envvar="KEYREEL_BASE_URL", help="Server URL. Default: the server on this machine."
    ),
]
ApiKeyOption = Annotated[
    str,
    typer.Option("--api-key", envvar="KEYREEL_API_KEY", help="API key. Default: the key in the data folder."),
]

# For commands that talk to a server as its operator does.
OperatorUrlOption = Annotated[
    str,
    typer.Option(
        "--base-url",
        envvar="KEYREEL_BASE_URL",
        help="Server URL. Default: this machine's data folder, with or without a running server.",
    ),
]
RunningServerUrlOption = Annotated[
    str,
    typer.Option(
        "--base-url", envvar="KEYREEL_BASE_URL", help="Server URL. Default: the server of the data folder."
    ),
]
AdminTokenOption = Annotated[
    str,
    typer.Option(
        "--admin-token",
        envvar="KEYREEL_ADMIN_TOKEN",
        help="Admin token, or a key with the scope admin. Default: the token in the data folder.",
    ),
]

# For commands that wait for a video and save it.
DialectOption = Annotated[str, typer.Option(help="Wire format to use.")]
ForceOption = Annotated[bool, typer.Option("--force", "-f", help="Overwrite an existing file.")]
TimeoutOption = Annotated[
    float | None, typer.Option("--timeout", min=0, help="Seconds to wait. The task continues after that.")
]

# For commands about one request.
ImagesOption = Annotated[list[str] | None, typer.Option("--image", help="Path or URL. Repeat in order.")]
PromptsOption = Annotated[
    list[str] | None, typer.Option("--prompt", help="One for all shots, or one for each.")
]
DurationsOption = Annotated[
    list[int] | None, typer.Option("--duration", help="Seconds, once or for each shot.")
]
ResolutionOption = Annotated[str | None, typer.Option("--resolution", help="540p, 720p or 1080p.")]
RatioOption = Annotated[str | None, typer.Option("--ratio", help="Aspect ratio, such as 16:9.")]
FieldsOption = Annotated[list[str] | None, typer.Option("--field", help="Any other field, as name=value.")]


@dataclass(frozen=True, slots=True)
class RequestOptions:
    """The options that describe one request; empty or None where they were not given."""

    model: str
    images: tuple[str, ...] = ()
    prompts: tuple[str, ...] = ()
    durations: tuple[int, ...] = ()
    resolution: str | None = None
    aspect_ratio: str | None = None
    seed: int | None = None
    fields: tuple[str, ...] = ()

    def to_client_fields(self) -> dict[str, Any]:
        """Return the client's keywords: what was not given is left to the endpoint.

        Raises:
            InvalidRequest: a field is not written as name=value.
        """
        fields: dict[str, Any] = {"images": list(self.images)} if self.images else {}
        for one, many, given in (
            ("prompt", "prompts", self.prompts),
            ("duration", "durations", self.durations),
        ):
            if given:
                fields |= {one: given[0]} if len(given) == 1 else {many: list(given)}
        fields |= {"resolution": self.resolution} if self.resolution else {}
        fields |= {"aspect_ratio": self.aspect_ratio} if self.aspect_ratio else {}
        fields |= {"seed": self.seed} if self.seed is not None else {}
        for field in self.fields:
            name, equals, value = field.partition("=")
            if not name or not equals:
                given_field = field[:_MAX_ECHO_CHARACTERS]
                raise InvalidRequest(f"--field: got {given_field!r}; name=value is expected.", field="field")
            fields[name] = _parse_value(value)
        return fields


def refuse_leading_options(context: typer.Context) -> None:
    """Refuse options that stand before a subcommand, which would not see them.

    Raises:
        BadParameter: naming the option and the subcommand.
    """
    for option in context.params:
        source = context.get_parameter_source(option)
        if source is not None and source.name == "COMMANDLINE":
            name = option.removeprefix("as_").replace("_", "-")
            raise typer.BadParameter(f"--{name}: must come after {context.invoked_subcommand!r}.")


def _parse_value(text: str) -> Any:
    """Read true, 5 or {"a": 1} as JSON, everything else as text."""
    try:
        return json.loads(text)
    except ValueError:
        return text
