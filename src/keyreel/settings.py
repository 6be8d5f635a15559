"""What an operator can set: variables KEYREEL_*, or the same names in lower case in a TOML file."""

from __future__ import annotations

import os
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from keyreel.errors import InvalidSetting
from keyreel.order import MarkText

MEBIBYTE = 1024 * 1024
Network = IPv4Network | IPv6Network


def data_folder() -> Path:
    """Return the default data folder of this account."""
    home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(home) / "keyreel"


class Settings(BaseSettings):
    """Read once at start, then frozen. The environment goes before the TOML file."""

    model_config = SettingsConfigDict(
        env_prefix="KEYREEL_", env_ignore_empty=True, frozen=True, extra="forbid"
    )

    data: Path = Field(default_factory=data_folder, description="Folder of everything that must survive.")
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8787, ge=0, le=65535, description="Port to listen on; 0 for any free one.")
    api_key: SecretStr = Field(
        default=SecretStr(""),
        description="A key of tenant `default`, valid from the start. Empty: one is made at first start.",
    )
    public_url: str = Field(
        default="",
        pattern=r"^(https?://[^\s?#]+)?$",
        description="Address under which clients reach the server, for the links in results. "
        "Empty: the address that the request was sent to.",
    )
    egress_allow: Annotated[tuple[Network, ...], NoDecode] = Field(
        default=(),
        description="Private networks that image URLs may point into, comma-separated (for development).",
    )
    worker: bool = Field(default=True, description="0: accept, store and answer, but render nothing.")
    engines: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("motion",), description="Engines to use: entry points or `module:Class`, comma-separated."
    )
    render_timeout: float = Field(
        default=600.0, gt=0, description="Seconds without any progress after which a render counts as hung."
    )
    link_seconds: int = Field(default=86400, ge=1, description="How long a link in a result is valid.")
    body_seconds: float = Field(
        default=60.0, gt=0, description="How long a request's body may take to arrive."
    )
    body_limit: int = Field(
        default=0, ge=0, description="Largest request body in bytes; 0: each dialect's own (100 MiB, 20 MiB)."
    )
    producer: str = Field(
        default="keyreel",
        pattern=r"^[!#-\[\]-~]{1,127}$",
        description="ContentProducer in the AIGC identifier of videos whose request brings none.",
    )
    watermark_text: MarkText = Field(
        default=MarkText.ENGLISH, description="Language of the default watermark: `en` or `zh`."
    )
    c2pa_cert: Path | None = Field(
        default=None,
        description="PEM file of the certificates that sign Content Credentials, the signer's first. "
        "None: certificates of this install's own.",
    )
    c2pa_key: Path | None = Field(
        default=None, description="PEM file of that signer's private key, not encrypted. Set both or neither."
    )
    prices: Path | None = Field(
        default=None,
        description="TOML table of prices; default: DATA/prices.toml, else the shipped one.",
    )
    config: Path | None = Field(default=None, description="TOML file to read; default: DATA/keyreel.toml.")

    @property
    def price_table(self) -> Path | None:
        """The operator's table of prices; None for the shipped one."""
        own = self.data / "prices.toml"
        return self.prices or (own if own.exists() else None)

    @field_validator("egress_allow", mode="before")
    @classmethod
    def _networks(cls, value: Any) -> Any:
        return tuple(ip_network(item, strict=False) for item in _items(value))

    @field_validator("engines", mode="before")
    @classmethod
    def _names(cls, value: Any) -> Any:
        return tuple(_items(value))

    @field_validator("public_url")
    @classmethod
    def _without_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @classmethod
    def settings_customise_sources(  # noqa: PLR0917 - the signature is pydantic-settings' own
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put flags before the environment, and that before the TOML file."""
        del dotenv_settings, file_secret_settings
        given = {**env_settings(), **init_settings()}
        file = Path(given.get("config") or Path(given.get("data") or data_folder()) / "keyreel.toml")
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, file)


def _items(value: Any) -> list[str]:
    given = value.split(",") if isinstance(value, str) else value
    return [str(item).strip() for item in given if str(item).strip()]


def read_settings(**flags: Any) -> Settings:
    """Read the settings; flags that are None are as if not given.

    Raises:
        InvalidSetting: naming the setting, what it got and what is allowed.
    """
    try:
        return Settings(**{name: value for name, value in flags.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = ".".join(str(part) for part in first["loc"])
        raise InvalidSetting(f"Setting {name} (KEYREEL_{name.upper()}): {first['msg']}.") from None
