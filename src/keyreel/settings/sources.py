"""Where settings are read from: the data folder that is usual, and the TOML file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic_settings import EnvSettingsSource

from keyreel.errors import InvalidSetting
from keyreel.system.setting_values import end_sentence
from keyreel.system.toml_file import check_keys, read_toml

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic.fields import FieldInfo
    from pydantic_settings import BaseSettings


class Variables(EnvSettingsSource):
    """The environment's variables, of which none stands for a table of the file."""

    def __init__(self, settings: type[BaseSettings], tables: Iterable[str]) -> None:
        super().__init__(settings)
        self._tables = frozenset(tables)

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Return what the variable of a setting holds, None where there is none."""
        if field_name in self._tables:
            return None, field_name, False
        return super().get_field_value(field, field_name)


def get_default_data_folder() -> Path:
    """Return the default data folder of this account."""
    home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(home) / "keyreel"


def find_file(given: dict[str, Any]) -> Path | None:
    """Return the TOML file to read: the one that is named, else the data folder's if it has one."""
    if given.get("config"):
        return Path(given["config"])
    file = Path(given.get("data") or get_default_data_folder()) / "keyreel.toml"
    return file if os.path.lexists(file) else None


def read_file(file: Path, known: Iterable[str]) -> dict[str, Any]:
    """Return a settings file's table, which may hold the known names.

    Raises:
        InvalidSetting: it cannot be read, is no TOML, or holds another name.
    """
    try:
        table = read_toml(file)
        check_keys(table, tuple(known))
    except ValueError as error:
        raise InvalidSetting(f"{file}: {end_sentence(str(error))}") from None
    return table
