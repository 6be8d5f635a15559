"""The engine type `videos`: tables that name a server with `/v1/videos` and the model behind it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from pydantic import Field

from keyreel.engines.engine_table import EngineExpense, EnvironmentSecret, PricedTable
from keyreel.engines.videos.engine import ServedModel, VideosEngine
from keyreel.engines.videos.flavour import Parameter  # noqa: TC001 - pydantic reads the annotations
from keyreel.engines.videos.flavours.table import FLAVOURS
from keyreel.engines.videos.server import ServerAddress
from keyreel.order import Operation  # noqa: TC001 - pydantic reads the annotations

if TYPE_CHECKING:
    from keyreel.engines.conform.frame_rule import FrameRule
    from keyreel.engines.videos.flavour import Flavour

_RULE_FIELDS = ("fps", "max_frames", "frame_multiple", "frame_offset", "side_multiple", "max_pixels")


class VideosTable(PricedTable):
    """A model behind `/v1/videos`."""

    flavour: Literal["sglang", "vllm-omni", "fastvideo", "plain"] = Field(
        description="Server software. Use `plain` for any other server with `/v1/videos`, such as Keyreel."
    )
    base_url: str = Field(max_length=2048, description="URL of the server, without `/v1`.")
    model: str = Field(
        default="", max_length=256, description="Name of the model on the server. Default: none is sent."
    )
    api_key: EnvironmentSecret | None = Field(
        default=None, description="API key of the server, as `env:NAME`."
    )
    operations: tuple[Operation, ...] | None = Field(
        default=None,
        min_length=1,
        description="What the model does in one call. Default: `text2video` and `img2video`.",
    )
    fps: int | None = Field(default=None, ge=1, le=120, description="Frame rate of the model.")
    max_frames: int | None = Field(default=None, ge=2, le=10_000, description="Maximum frames per call.")
    frame_multiple: int | None = Field(
        default=None,
        ge=1,
        le=1000,
        description="Frame counts are a multiple of this plus `frame_offset`.",
    )
    frame_offset: int | None = Field(default=None, ge=0, le=1000, description="See `frame_multiple`.")
    side_multiple: int | None = Field(
        default=None, ge=2, le=256, multiple_of=2, description="Width and height are multiples of this."
    )
    max_pixels: int | None = Field(
        default=None, ge=64 * 64, le=4096 * 4096, description="Maximum pixels per frame."
    )
    parameters: dict[str, Parameter] = Field(
        default={},
        max_length=64,
        description="Fields sent with every request: `num_inference_steps = 30`.",
    )
    timeout_seconds: float = Field(
        default=3600.0,
        gt=0,
        le=86_400,
        description="Timeout of one call in seconds, including the server's own queue.",
    )

    def get_expense(self) -> EngineExpense:
        """Return what renders cost: a child asks the server, so that the worker reserves it."""
        return EngineExpense(self.paid, self.cost.credits, self.daily_credits)

    def make_engine(self, name: str) -> VideosEngine:
        """Make the engine; the server is not asked anything."""
        flavour = FLAVOURS[self.flavour]
        self._check_base_url()
        self.check_cost()
        api_key = self.api_key.get_secret_value() if self.api_key else ""
        operations = frozenset(self.operations or flavour.usual_operations)
        for operation in operations.difference(flavour.operations):
            offered = ", ".join(flavour.operations)
            raise ValueError(
                f"operations: got {operation.value!r}; must be some of {offered}, which {self.flavour} "
                "servers support"
            )
        model = ServedModel(
            self.model,
            self._build_rule(flavour),
            operations,
            self.parameters,
            self.timeout_seconds,
            is_paid=self.paid,
        )
        return VideosEngine(name, ServerAddress(self.base_url, api_key, flavour), model)

    def _check_base_url(self) -> None:
        rule = "must be a URL such as http://10.0.0.7:30000, without user, query, or /v1"
        try:
            parts = urlsplit(self.base_url)
            is_whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        except ValueError:
            raise ValueError(f"base_url: {rule}") from None
        extra = parts.username or parts.password or parts.query or parts.fragment
        if not is_whole or extra or parts.path.rstrip("/").endswith("/v1") or not self.base_url.isprintable():
            # It is not shown: it may hold a password.
            raise ValueError(f"base_url: {rule}")

    def _build_rule(self, flavour: Flavour) -> FrameRule:
        given = {name: value for name in _RULE_FIELDS if (value := getattr(self, name)) is not None}
        return replace(flavour.rule, **given)
