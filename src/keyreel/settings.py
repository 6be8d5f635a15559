"""What an operator can set: variables KEYREEL_*, or the same names in lower case in a TOML file."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from datetime import timedelta
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

from keyreel.durations import parse_seconds
from keyreel.errors import InvalidSetting
from keyreel.off_peak import OffPeakWindows
from keyreel.order import WatermarkLanguage

_WEBHOOK_SECRET_PATTERN = re.compile(r"whsec_[A-Za-z0-9+/]{32,86}={0,2}")
_ORIGIN_PATTERN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:]+\](:[0-9]{1,5})?")
PERIOD_PATTERN = r"^([0-9]{1,5}[smhd]|forever)$"
Network = IPv4Network | IPv6Network
DEFAULT_EGRESS_PORTS = (80, 443, 8080, 8443)
"""Those of HTTP and HTTPS, and their usual alternatives."""
Port = Annotated[int, Field(ge=1, le=65535)]


def get_default_data_folder() -> Path:
    """Return the default data folder of this account."""
    home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(home) / "keyreel"


@dataclass(frozen=True, slots=True)
class RetentionPeriods:
    """How long things are kept; None for good."""

    inputs: timedelta | None = None
    videos: timedelta | None = None
    records: timedelta | None = None


class Settings(BaseSettings):
    """Read once at start, then frozen. Flags go before the environment, and that before the TOML file."""

    model_config = SettingsConfigDict(
        env_prefix="KEYREEL_", env_ignore_empty=True, frozen=True, extra="forbid"
    )

    data: Path = Field(
        default_factory=get_default_data_folder, description="Folder of everything that must survive."
    )
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
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Origins of web pages that may read answers and files, such as "
        "`http://localhost:3000`, comma-separated; `*` for all. Empty: none but this server's own.",
    )
    egress_allow: Annotated[tuple[Network, ...], NoDecode] = Field(
        default=(),
        description="Private networks that image, video and callback URLs may lead into, on any port, "
        "comma-separated (for development): `127.0.0.0/8` is this machine.",
    )
    egress_ports: Annotated[tuple[Port, ...], NoDecode] = Field(
        default=DEFAULT_EGRESS_PORTS,
        min_length=1,
        description="Ports that such URLs may name elsewhere, comma-separated.",
    )
    worker: bool = Field(default=True, description="0: accept, store and answer, but render nothing.")
    engines: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("motion",), description="Engines to use: entry points or `module:Class`, comma-separated."
    )
    render_timeout: float = Field(
        default=600.0, gt=0, description="Seconds without any progress after which a render counts as hung."
    )
    kernel_guards: bool = Field(
        default=sys.platform == "linux",
        description="Have Linux's kernel end renders together with the server, and choose them first when "
        "memory runs out. 0, and on other systems: renders look for the server twice a second.",
    )
    link_seconds: int = Field(default=86400, ge=1, description="How long a link in a result is valid.")
    links_follow_keys: bool = Field(
        default=False,
        description="1: a link ends with the API key that it was made for, once that is revoked or its "
        "tenant disabled; each download then asks the database. 0: it is valid until it expires.",
    )
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
    watermark_text: WatermarkLanguage = Field(
        default=WatermarkLanguage.ENGLISH, description="Language of the default watermark: `en` or `zh`."
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
    rpm: int = Field(
        default=0,
        ge=0,
        description="Submits that a key may send in a minute, where it has no limit of its own; 0: any "
        "number. Hosted services allow about 20.",
    )
    running: int = Field(
        default=0,
        ge=0,
        description="Tasks of a key that may run at a time, likewise; more wait. Hosted services: 5.",
    )
    queued: int = Field(
        default=0, ge=0, description="Tasks of a key that may wait at a time, likewise; more are refused."
    )
    daily_credits: int = Field(
        default=0, ge=0, description="Credits that a key's tasks of one day (UTC) may cost, likewise."
    )
    dedupe_seconds: float = Field(
        default=0.0,
        ge=0,
        description="For clients that send no Idempotency-Key: the same request of the same key within so "
        "many seconds is the same task. 0: every request is its own.",
    )
    webhook_secret: SecretStr = Field(
        default=SecretStr(""),
        description="Signs callbacks of tenant `default`: `whsec_` and base64 of 24 to 64 bytes. "
        "Empty: a secret of this install's own, which `keyreel callbacks secret` shows.",
    )
    callback_schedule: Annotated[tuple[float, ...], NoDecode] = Field(
        default=(),
        description="Seconds before each attempt to deliver a callback, counted from the end of the one "
        "before, comma-separated; as many entries as attempts. Empty: what each wire format documents.",
    )
    callback_timeout: float | None = Field(
        default=None,
        gt=0,
        description="Seconds that one attempt may take in all. None: as each wire format has it, 5 or 15.",
    )
    off_peak: str = Field(
        default="",
        description="When off-peak videos are made, such as `22:00-08:00 Asia/Shanghai`; several, "
        "comma-separated. Empty: whenever no other task waits.",
    )
    keep_inputs: str = Field(
        default="7d",
        pattern=PERIOD_PATTERN,
        description="How long images and uploads are kept after they were last handed in: `12h`, `7d`, "
        "`forever`. What an unfinished task needs is kept in any case.",
    )
    keep_videos: str = Field(
        default="30d",
        pattern=PERIOD_PATTERN,
        description="How long videos are kept once they are done; their links answer 410 after that.",
    )
    keep_records: str = Field(
        default="forever",
        pattern=PERIOD_PATTERN,
        description="How long it is kept what an ended task was about; its entries in the ledger stay.",
    )
    dev: bool = Field(
        default=False,
        description="1: development mode, the same as `keyreel up --dev`: the clock can be moved, and "
        "markers in prompts make tasks fail, wait or take long.",
    )
    config: Path | None = Field(default=None, description="TOML file to read; default: DATA/keyreel.toml.")

    @property
    def price_table(self) -> Path | None:
        """The operator's table of prices; None for the shipped one."""
        own = self.data / "prices.toml"
        return self.prices or (own if own.exists() else None)

    @property
    def off_peak_windows(self) -> OffPeakWindows:
        """When off-peak videos are made."""
        return OffPeakWindows.from_text(self.off_peak)

    @property
    def retention_periods(self) -> RetentionPeriods:
        """How long things are kept."""
        return RetentionPeriods(*map(_parse_period, (self.keep_inputs, self.keep_videos, self.keep_records)))

    @field_validator("off_peak")
    @classmethod
    def _check_off_peak(cls, value: str) -> str:
        OffPeakWindows.from_text(value)
        return value

    @field_validator("egress_allow", mode="before")
    @classmethod
    def _parse_networks(cls, value: Any) -> Any:
        return tuple(ip_network(item, strict=False) for item in _split_items(value))

    @field_validator("egress_ports", mode="before")
    @classmethod
    def _parse_ports(cls, value: Any) -> Any:
        return tuple(int(item) for item in _split_items(value))

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _parse_origins(cls, value: Any) -> Any:
        origins = tuple(item.rstrip("/").lower() for item in _split_items(value))
        if not all(origin == "*" or _ORIGIN_PATTERN.fullmatch(origin) for origin in origins):
            raise ValueError("must be origins such as https://app.example.com, or *")
        return origins

    @field_validator("engines", mode="before")
    @classmethod
    def _parse_engine_names(cls, value: Any) -> Any:
        return tuple(_split_items(value))

    @field_validator("callback_schedule", mode="before")
    @classmethod
    def _parse_callback_schedule(cls, value: Any) -> Any:
        pauses = tuple(float(item) for item in _split_items(value))
        if not all(0 <= pause < float("inf") for pause in pauses):
            raise ValueError("must be seconds such as 0,5,300")
        return pauses

    @field_validator("webhook_secret")
    @classmethod
    def _check_webhook_secret(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not _WEBHOOK_SECRET_PATTERN.fullmatch(value.get_secret_value()):
            raise ValueError("must be whsec_ and base64 of 24 to 64 bytes")
        return value

    @field_validator("public_url")
    @classmethod
    def _strip_trailing_slash(cls, value: str) -> str:
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
        file = Path(
            given.get("config") or Path(given.get("data") or get_default_data_folder()) / "keyreel.toml"
        )
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, file)


def _parse_period(text: str) -> timedelta | None:
    return None if text == "forever" else timedelta(seconds=parse_seconds(text))


def _split_items(value: Any) -> list[str]:
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
