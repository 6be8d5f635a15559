"""What an operator can set: variables KEYREEL_*, or the same names in lower case in a TOML file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from keyreel.durations import RetentionPeriods, parse_period
from keyreel.off_peak import OffPeakWindows
from keyreel.order import WatermarkLanguage
from keyreel.settings.acceptance import BelowBar, BelowBarSetting
from keyreel.settings.engines import (
    DEFAULT_ENGINES,
    EngineSettings,
    RayAddress,
    RoutingRule,
    parse_engine_tables,
    parse_routing_rules,
)
from keyreel.settings.nodes import (
    DEFAULT_HEALTH_PORT,
    DatabaseUrl,
    HealthPort,
    NodeName,
    SharedSecret,
)
from keyreel.settings.operations import DocsUrl, LogLevel, LogLevelSetting, MetricsHost, MetricsPort
from keyreel.settings.rules import HOST_PATTERN, PATTERN_RULES, PERIOD_PATTERN, SECRET_RULES, EngineWait
from keyreel.settings.sources import find_file, get_default_data_folder, read_file
from keyreel.settings.storage import LinkMode, Links, StorageUrl
from keyreel.system.setting_values import (
    Network,
    check_text,
    is_web_address,
    parse_networks,
    parse_origins,
    parse_path,
    split_items,
)
from keyreel.system.sizes import parse_size

PREFIX: Final = "KEYREEL_"
_MAX_SECONDS: Final = 365 * 86400
_MAX_COUNT: Final = 1_000_000_000
_PATHS: Final = ("data", "c2pa_cert", "c2pa_key", "soundfont", "prices", "config")
FILE_TABLES: Final = ("engine", "route")
"""Settings that are tables of the TOML file: no variable has them."""
DEFAULT_EGRESS_PORTS = (80, 443, 8080, 8443)
"""Those of HTTP and HTTPS, and their usual alternatives."""
Port = Annotated[int, Field(ge=1, le=65535)]
_Pause = Annotated[float, Field(ge=0, le=_MAX_SECONDS)]


class Settings(BaseSettings):
    """Read once at start, then frozen. Flags go before the environment, and that before the TOML file."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="forbid", allow_inf_nan=False
    )

    data: Path = Field(
        default_factory=get_default_data_folder, description="Folder of everything that must survive."
    )
    storage: StorageUrl = ""
    database: DatabaseUrl = SecretStr("")
    host: str = Field(
        default="127.0.0.1", pattern=HOST_PATTERN, max_length=253, description="Address to listen on."
    )
    port: int = Field(default=8787, ge=0, le=65535, description="Port to listen on; 0 for any free one.")
    health_port: HealthPort = DEFAULT_HEALTH_PORT
    node: NodeName = ""
    secret: SharedSecret = SecretStr("")
    log_level: LogLevelSetting = LogLevel.INFO
    metrics_port: MetricsPort = 0
    metrics_host: MetricsHost = "127.0.0.1"
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
    docs_url: DocsUrl = ""
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
    worker: bool = Field(default=True, description="0: `keyreel up` is as `keyreel serve`, without a worker.")
    engines: Annotated[tuple[str, ...], NoDecode] = Field(
        default=DEFAULT_ENGINES,
        description="Engines to use, preferred ones first, comma-separated: names of tables `[engine.NAME]` "
        "in the TOML file, entry points or `module:Class`.",
    )
    engine: Annotated[dict[str, dict[str, Any]], NoDecode] = Field(
        default={}, description="Engines by their names: tables `[engine.NAME]`."
    )
    route: Annotated[tuple[RoutingRule, ...], NoDecode] = Field(
        default=(), description="Which engines make which tasks: tables `[[route]]`."
    )
    ray: RayAddress = Field(
        default="", description="Ray cluster that renders: `auto`, `HOST:PORT` or `ray://HOST:PORT`."
    )
    render_timeout: float = Field(
        default=600.0,
        gt=0,
        le=_MAX_SECONDS,
        description="Seconds without any progress after which a render counts as hung.",
    )
    below_bar: BelowBarSetting = BelowBar.DELIVER
    engine_wait: EngineWait = "6h"
    preload: bool = Field(
        default=True,
        description="Load the engines, the decoding of images and the finishing steps at start. 0: with the "
        "first task, which then takes a second or two longer; a server without work needs 250 MB less.",
    )
    kernel_guards: bool = Field(
        default=sys.platform == "linux",
        description="Have Linux's kernel end renders together with the server, and choose them first when "
        "memory runs out. 0, and on other systems: renders look for the server twice a second.",
    )
    link_seconds: int = Field(
        default=86400, ge=1, le=10 * _MAX_SECONDS, description="How long a link in a result is valid."
    )
    links: Links = LinkMode.SERVED
    links_follow_keys: bool = Field(
        default=False,
        description="1: a link ends with the API key that it was made for, once that is revoked or its "
        "tenant disabled; each download then asks the database. 0: it is valid until it expires.",
    )
    connections: int = Field(
        default=0,
        ge=0,
        le=1 << 20,
        description="Connections of clients that may be open at a time. One more ends the one that has "
        "waited longest for its client, or gets 503 where none waits. 0: half of the open files that this "
        "process may have (`ulimit -Hn`) beyond 128, 10,000 at most.",
    )
    body_seconds: float = Field(
        default=60.0, gt=0, le=_MAX_SECONDS, description="How long a request's body may take to arrive."
    )
    body_limit: int = Field(
        default=0,
        ge=0,
        le=1 << 40,
        description="Largest request body in bytes; 0: each dialect's own (100 MiB, 20 MiB).",
    )
    body_memory: int = Field(
        default=256 * 1024 * 1024,
        ge=0,
        le=1 << 40,
        description="Bytes of request bodies that the server holds at a time; a request whose body does not "
        "fit gets 503. A body alone always fits.",
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
    soundfont: Path | None = Field(
        default=None,
        description="SoundFont (.sf2 or .sf3, with the presets of General MIDI) whose instruments play the "
        "music. None: the shipped instruments.",
    )
    prices: Path | None = Field(
        default=None, description="TOML table of prices; default: DATA/prices.toml, else the shipped one."
    )
    rpm: int = Field(
        default=0,
        ge=0,
        le=_MAX_COUNT,
        description="Submits that a key may send in a minute, where it has no limit of its own; 0: any "
        "number. Hosted services allow about 20.",
    )
    running: int = Field(
        default=0,
        ge=0,
        le=_MAX_COUNT,
        description="Tasks of a key that may run at a time, likewise; more wait. Hosted services: 5.",
    )
    queued: int = Field(
        default=0,
        ge=0,
        le=_MAX_COUNT,
        description="Tasks of a key that may wait at a time, likewise; more are refused.",
    )
    daily_credits: int = Field(
        default=0,
        ge=0,
        le=_MAX_COUNT,
        description="Credits that a key's tasks of one day (UTC) may cost, likewise.",
    )
    storage_quota: str = Field(
        default="100GiB",
        description="What a tenant may have stored that has no limit of its own, uploads, images and videos "
        "together: `20GiB`, `500MB`; 0: any amount, until the disk's reserve is reached.",
    )
    dedupe_seconds: float = Field(
        default=0.0,
        ge=0,
        le=_MAX_SECONDS,
        description="For clients that send no Idempotency-Key: the same request of the same key within so "
        "many seconds is the same task. 0: every request is its own.",
    )
    webhook_secret: SecretStr = Field(
        default=SecretStr(""),
        description="Signs callbacks of tenant `default`: `whsec_` and base64 of 24 to 64 bytes. "
        "Empty: a secret of this install's own, which `keyreel callbacks secret` shows.",
    )
    callback_schedule: Annotated[tuple[_Pause, ...], NoDecode] = Field(
        default=(),
        max_length=100,
        description="Seconds before each attempt to deliver a callback, counted from the end of the one "
        "before, comma-separated; as many entries as attempts. Empty: what each wire format documents.",
    )
    callback_timeout: float | None = Field(
        default=None,
        gt=0,
        le=3600,
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
    def engine_settings(self) -> EngineSettings:
        """The engines, their tables and the routing rules."""
        file = find_file({"config": self.config, "data": self.data})
        return EngineSettings(self.engines, self.engine, self.route, file, self.ray)

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
    def storage_quota_bytes(self) -> int:
        """What a tenant may have stored; 0 for any amount."""
        return parse_size(self.storage_quota)

    @property
    def retention_periods(self) -> RetentionPeriods:
        """How long things are kept."""
        return RetentionPeriods(*map(parse_period, (self.keep_inputs, self.keep_videos, self.keep_records)))

    @field_validator("off_peak")
    @classmethod
    def _check_off_peak(cls, value: str) -> str:
        OffPeakWindows.from_text(value)
        return value

    @field_validator("storage_quota")
    @classmethod
    def _check_size(cls, value: str) -> str:
        parse_size(value)
        return value

    @field_validator("egress_allow", mode="before")
    @classmethod
    def _parse_networks(cls, value: Any) -> Any:
        return parse_networks(value)

    @field_validator("egress_ports", "callback_schedule", mode="before")
    @classmethod
    def _split_numbers(cls, value: Any) -> Any:
        return tuple(split_items(value))

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _parse_origins(cls, value: Any) -> Any:
        return parse_origins(value)

    @field_validator("engines", mode="before")
    @classmethod
    def _parse_engine_names(cls, value: Any) -> Any:
        names = tuple(split_items(value))
        if not names or len(set(names)) < len(names):
            raise ValueError("must name at least one engine, and each once")
        return names

    @field_validator("engine", mode="before")
    @classmethod
    def _parse_engine_tables(cls, value: Any) -> Any:
        return parse_engine_tables(value)

    @field_validator("route", mode="before")
    @classmethod
    def _parse_routing_rules(cls, value: Any) -> Any:
        return parse_routing_rules(value)

    @field_validator(*SECRET_RULES)
    @classmethod
    def _check_secret(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        pattern, rule = SECRET_RULES[str(info.field_name)]
        if value.get_secret_value() and not pattern.fullmatch(value.get_secret_value()):
            raise ValueError(rule)
        return value

    @field_validator("public_url", "docs_url")
    @classmethod
    def _check_url(cls, value: str, info: ValidationInfo) -> str:
        if value and not is_web_address(value):
            raise ValueError(PATTERN_RULES[str(info.field_name)])
        return value.rstrip("/")

    @field_validator("*", mode="before")  # the last one: it runs before the others
    @classmethod
    def _check_kind(cls, value: Any, info: ValidationInfo) -> Any:
        """Refuse what no setting may be, and what pydantic would silently take for something else."""
        kind = cls.model_fields[str(info.field_name)].annotation
        if isinstance(value, str):
            check_text(value)
        if isinstance(value, bool) and kind is not bool:
            raise ValueError("must be no truth value")
        if info.field_name in _PATHS and isinstance(value, str | Path):
            return parse_path(value)
        return value

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
        file = find_file({**env_settings(), **init_settings()})
        known = (name for name in settings_cls.model_fields if name != "config")
        table = read_file(file, known) if file else {}
        return init_settings, env_settings, InitSettingsSource(settings_cls, table)
