"""Reading the settings at start: whatever is wrong with them is one sentence."""

from __future__ import annotations

import os
from typing import Any, Final

from pydantic import SecretStr, ValidationError

from keyreel.errors import InvalidSetting
from keyreel.settings.model import FILE_TABLES, PREFIX, Settings
from keyreel.settings.rules import PATTERN_RULES
from keyreel.settings.sources import find_file
from keyreel.system.setting_values import echo_value, end_sentence, phrase_rule, shorten
from keyreel.system.toml_file import suggest_name

_COMMANDS_VARIABLES: Final = ("BASE_URL", "ADMIN_TOKEN")
"""Variables, without the prefix, that are no settings: the commands' options read them (cli/options.py)."""


def read_settings(**flags: Any) -> Settings:
    """Read the settings; flags that are None are as if not given.

    Raises:
        InvalidSetting: naming the setting, what it got and what is allowed.
    """
    given = {name: value for name, value in flags.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0])
        if name in FILE_TABLES:  # the rule names the table and the key
            raise InvalidSetting(f"{find_file(_get_places(given))}: {_phrase_rule(name, first)}.") from None
        found = "" if _is_secret(name) else f"got {echo_value(first['input'])}; "
        raise InvalidSetting(f"{_name_source(name, given)}: {found}{_phrase_rule(name, first)}.") from None


def list_unread_variables() -> list[str]:
    """Return a sentence about each variable KEYREEL_* that nothing reads, with the nearest name that is read.

    They are no errors: other programs set such variables too, as Kubernetes does for a service of that name.
    """
    settings = (name.upper() for name in Settings.model_fields if name not in FILE_TABLES)
    known = (*settings, *_COMMANDS_VARIABLES)
    sentences: list[str] = []
    for variable in sorted(os.environ):
        name = variable.upper().removeprefix(PREFIX)
        if variable.upper().startswith(PREFIX) and name not in known:
            suggestion = suggest_name(name, known, PREFIX)
            sentences.append(end_sentence(f"{shorten(variable)}: unknown setting{suggestion}"))
    return sentences


def _name_source(name: str, given: dict[str, Any]) -> str:
    """Say where a setting was read: its flag, its variable, or the file."""
    variable = PREFIX + name.upper()
    if name in given:
        return f"Setting {name} ({variable})"
    if any(each.upper() == variable and value for each, value in os.environ.items()):
        return variable
    return f"{find_file(_get_places(given))}: {name}"


def _get_places(given: dict[str, Any]) -> dict[str, Any]:
    """Return what says where the file is: flags, and below them variables."""
    named = {each.lower(): value for each, value in os.environ.items()}
    return {"config": named.get("keyreel_config"), "data": named.get("keyreel_data"), **given}


def _phrase_rule(name: str, found: Any) -> str:
    if found["type"] == "string_pattern_mismatch":
        return PATTERN_RULES[name]
    return phrase_rule(str(found["msg"]))


def _is_secret(name: str) -> bool:
    return Settings.model_fields[name].annotation is SecretStr
