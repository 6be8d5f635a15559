"""Tables of the TOML file, checked by models: whatever is wrong is one sentence. It knows no setting."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, SecretStr, ValidationError
from pydantic_core import PydanticCustomError

from keyreel.system.setting_values import echo_value, phrase_rule, shorten
from keyreel.system.toml_file import suggest_name

if TYPE_CHECKING:
    from collections.abc import Mapping

_REFERENCE_PATTERN: Final = re.compile(r"env:(?!KEYREEL_)[A-Za-z_][A-Za-z0-9_]{0,127}", re.ASCII)
_SECRET_PATTERN: Final = re.compile(r"[!-~]{1,4096}")
_UNSHOWN: Final = "unshown_value"
"""The error type of values that no message may show."""
_MAX_ECHO_CHARACTERS: Final = 64


class CheckedTable(BaseModel):
    """A table of the TOML file; it may hold the fields of its model alone."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, hide_input_in_errors=True)


TableT = TypeVar("TableT", bound=CheckedTable)


def _read_secret(value: Any) -> str:
    if not isinstance(value, str) or not _REFERENCE_PATTERN.fullmatch(value):
        raise PydanticCustomError(
            _UNSHOWN,
            (
                "must be env: and the name of a variable that does not start with KEYREEL_, such as "
                "env:WAN_KEY; never put the key itself in the file"
            ),
        )
    variable = value.removeprefix("env:")
    secret = os.environ.get(variable, "")
    if not secret:
        raise PydanticCustomError(_UNSHOWN, "the variable {name} is not set", {"name": variable})
    if not _SECRET_PATTERN.fullmatch(secret):
        rule = "the variable {name} must contain printable ASCII characters without spaces"
        raise PydanticCustomError(_UNSHOWN, rule, {"name": variable})
    return secret


EnvironmentSecret = Annotated[SecretStr, BeforeValidator(_read_secret)]
"""A secret that a table refers to as `env:NAME`: the value of that variable, which must be set."""


def check_table(model: type[TableT], table: Mapping[str, Any], place: str) -> TableT:
    """Return a table as its model has it; nothing is converted but what TOML has no type for.

    Args:
        model: what the table may hold.
        table: as it was read.
        place: where it stands, such as "[engine.wan]".

    Raises:
        ValueError: naming the place, the key, what it got and the rule.
    """
    try:
        # As JSON, which in pydantic's strict mode still takes a text for a path or a word of an enumeration.
        return model.model_validate_json(json.dumps(table, default=str), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ValueError(_phrase_error(first, model, place)) from None


def _phrase_error(error: Any, model: type[CheckedTable], place: str) -> str:
    keys = [str(part) for part in error["loc"]]
    if error["type"] == "extra_forbidden":
        known = model.model_fields if len(keys) == 1 else ()
        at = f"{place} {'.'.join(keys[:-1])}".strip()
        return f"{at}: there is no {keys[-1][:_MAX_ECHO_CHARACTERS]!r}{suggest_name(keys[-1].lower(), known)}"
    at = f"{place} {shorten('.'.join(keys))}".strip()
    if error["type"] == "missing":
        return f"{at}: is required"
    found = "" if error["type"] == _UNSHOWN else f"got {echo_value(error['input'])}; "
    return f"{at}: {found}{phrase_rule(error['msg'])}"
