"""Settings: variables KEYREEL_*, or the same names in lower case in a TOML file."""

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
from keyreel.settings import operations
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
from keyreel.settings.rules import HOST_PATTERN, PATTERN_RULES, PERIOD_PATTERN, SECRET_RULES, EngineWait
from keyreel.settings.sources import Variables, find_file, get_default_data_folder, read_file
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
        default_factory=get_default_data_folder,
        description="Folder for all data that must persist.",
    )
    storage: StorageUrl = ""
    database: DatabaseUrl = SecretStr("")
    host: str = Field(
        default="127.0.0.1", pattern=HOST_PATTERN, max_length=253, description="Address to listen on."
    )
    port: int = Field(default=8787, ge=0, le=65535, description="Port to listen on. 0 picks a free port.")
    health_port: HealthPort = DEFAULT_HEALTH_PORT
    node: NodeName = ""
    secret: SharedSecret = SecretStr("")
    log_level: operations.LogLevelSetting = operations.LogLevel.INFO
    metrics_port: operations.MetricsPort = 0
    metrics_host: operations.MetricsHost = "127.0.0.1"
    api_key: SecretStr = Field(
        default=SecretStr(""),
        description="API key of the tenant `default`. Empty: one is generated at the first start.",
    )
    public_url: operations.PublicUrl = ""
    docs_url: operations.DocsUrl = ""
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Origins of web pages that can call the API and read files (CORS), comma-separated, "
        "such as `http://localhost:3000`. `*` allows all. Empty: only this server's own pages.",
    )
    egress_allow: Annotated[tuple[Network, ...], NoDecode] = Field(
        default=(),
        description="Private networks that image, video, and callback URLs can use, on any port, "
        "comma-separated (for development). `127.0.0.0/8` is this machine.",
    )
    egress_ports: Annotated[tuple[Port, ...], NoDecode] = Field(
        default=DEFAULT_EGRESS_PORTS,
        min_length=1,
        description="Ports that such URLs can use in public networks, comma-separated.",
    )
    worker: bool = Field(default=True, description="0: `keyreel up` runs without a worker.")
    engines: Annotated[tuple[str, ...], NoDecode] = Field(
        default=DEFAULT_ENGINES,
        description="Engines in order of preference, comma-separated: names of tables `[engine.NAME]` in "
        "the TOML file, entry points, or `module:Class`.",
    )
    engine: Annotated[dict[str, dict[str, Any]], NoDecode] = Field(
        default={}, description="Engines by their names: tables `[engine.NAME]`."
    )
    route: Annotated[tuple[RoutingRule, ...], NoDecode] = Field(
        default=(), description="Which engines make which tasks: tables `[[route]]`."
    )
    ray: RayAddress = Field(
        default="", description="Ray cluster that renders: `auto`, `HOST:PORT`, or `ray://HOST:PORT`."
    )
    render_timeout: float = Field(
        default=600.0,
        gt=0,
        le=_MAX_SECONDS,
        description="Seconds without progress after which a render counts as hung.",
    )
    below_bar: BelowBarSetting = BelowBar.DELIVER
    engine_wait: EngineWait = "6h"
    preload: bool = Field(
        default=True,
        description="1: load the engines, the image decoder, and the finishing steps at start. 0: load "
        "them with the first task, which then takes a second or two longer; an idle server needs 250 MB "
        "less.",
    )
    kernel_guards: bool = Field(
        default=sys.platform == "linux",
        description="1: the Linux kernel ends renders together with the server, and kills them first when "
        "memory runs out. 0, and on other systems: renders check for the server twice a second.",
    )
    link_seconds: int = Field(
        default=86400, ge=1, le=10 * _MAX_SECONDS, description="Seconds that a link in a result is valid."
    )
    links: Links = LinkMode.SERVED
    links_follow_keys: bool = Field(
        default=False,
        description="1: a link stops working when its API key is revoked or its tenant disabled; each "
        "download then queries the database. 0: a link is valid until it expires.",
    )
    connections: int = Field(
        default=0,
        ge=0,
        le=1 << 20,
        description="Maximum client connections. A new one replaces the one idle longest, or gets 503 if "
        "none is idle. 0: half of the open files allowed (`ulimit -Hn`) beyond 128, at most 10,000.",
    )
    body_seconds: float = Field(
        default=60.0, gt=0, le=_MAX_SECONDS, description="Seconds within which a request body must arrive."
    )
    body_limit: int = Field(
        default=0,
        ge=0,
        le=1 << 40,
        description="Maximum request body in bytes. 0: the format's own limit (100 MiB or 20 MiB).",
    )
    body_memory: int = Field(
        default=256 * 1024 * 1024,
        ge=0,
        le=1 << 40,
        description="Bytes of all request bodies in memory. A request whose body does not fit gets 503. A "
        "single body always fits.",
    )
    producer: str = Field(
        default="keyreel",
        pattern=r"^[!#-\[\]-~]{1,127}$",
        description="ContentProducer in the AIGC identifier of videos, unless the request sets `meta_data`.",
    )
    watermark_text: WatermarkLanguage = Field(
        default=WatermarkLanguage.ENGLISH, description="Language of the default watermark: `en` or `zh`."
    )
    c2pa_cert: Path | None = Field(
        default=None,
        description="PEM file of the certificates that sign Content Credentials, the signer's first. "
        "Empty: the installation's own certificates.",
    )
    c2pa_key: Path | None = Field(
        default=None, description="PEM file of the signer's private key, unencrypted. Set both or neither."
    )
    soundfont: Path | None = Field(
        default=None,
        description="SoundFont for the music (.sf2 or .sf3, General MIDI). Empty: bundled instruments.",
    )
    prices: Path | None = Field(
        default=None,
        description="TOML file with prices. Empty: DATA/prices.toml, or the bundled prices.",
    )
    rpm: int = Field(
        default=0,
        ge=0,
        le=_MAX_COUNT,
        description="Submits per minute for keys without their own limit. 0: no limit. Hosted services "
        "allow about 20.",
    )
    running: int = Field(
        default=0,
        ge=0,
        le=_MAX_COUNT,
        description="Running tasks of a key without its own limit; more wait. Hosted services allow 5.",
    )
    queued: int = Field(
        default=0,
        ge=0,
        le=_MAX_COUNT,
        description="Queued tasks of a key without its own limit; more are refused. 0: no limit.",
    )
    daily_credits: int = Field(
        default=0,
        ge=0,
        le=_MAX_COUNT,
        description="Credits per UTC day for keys without their own limit. 0: no limit.",
    )
    storage_quota: str = Field(
        default="100GiB",
        description="Storage quota for tenants without their own, for uploads, images, and videos "
        "together, such as `20GiB` or `500MB`. 0: no limit, until the disk's reserve is reached.",
    )
    dedupe_seconds: float = Field(
        default=0.0,
        ge=0,
        le=_MAX_SECONDS,
        description="For clients without Idempotency-Key: an equal request of the same API key within this "
        "many seconds returns the same task. 0: every request makes a task.",
    )
    webhook_secret: SecretStr = Field(
        default=SecretStr(""),
        description="Signing secret for callbacks of the tenant `default`: `whsec_` and base64 of 24 to 64 "
        "bytes. Empty: the installation's own secret, which `keyreel callbacks secret` shows.",
    )
    callback_schedule: Annotated[tuple[_Pause, ...], NoDecode] = Field(
        default=(),
        max_length=100,
        description="Seconds before each delivery attempt, counted from the end of the previous one, "
        "comma-separated, one per attempt. Empty: the schedule of the wire format.",
    )
    callback_timeout: float | None = Field(
        default=None,
        gt=0,
        le=3600,
        description="Seconds per delivery attempt. Empty: 5 or 15, as the wire format has it.",
    )
    off_peak: str = Field(
        default="",
        description="Off-peak hours, such as `22:00-08:00 Asia/Shanghai`, comma-separated. Empty: when no "
        "other task waits.",
    )
    keep_inputs: str = Field(
        default="7d",
        pattern=PERIOD_PATTERN,
        description="How long images and uploads are kept after they were last used: `12h`, `7d`, "
        "`forever`. Inputs of unfinished tasks are always kept.",
    )
    keep_videos: str = Field(
        default="30d",
        pattern=PERIOD_PATTERN,
        description="How long finished videos are kept. Their links return 410 after that.",
    )
    keep_records: str = Field(
        default="forever",
        pattern=PERIOD_PATTERN,
        description="How long records of ended tasks are kept. Ledger entries are never deleted.",
    )
    dev: bool = Field(
        default=False,
        description="1: development mode, like `keyreel up --dev`: the clock can be moved, and markers in "
        "prompts make tasks fail, wait, or take long.",
    )
    config: Path | None = Field(
        default=None, description="TOML file with settings. Empty: DATA/keyreel.toml."
    )

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
            raise ValueError("must not be true or false")
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
        del env_settings, dotenv_settings, file_secret_settings
        variables = Variables(settings_cls, FILE_TABLES)
        file = find_file({**variables(), **init_settings()})
        known = (name for name in settings_cls.model_fields if name != "config")
        table = read_file(file, known) if file else {}
        return init_settings, variables, InitSettingsSource(settings_cls, table)
