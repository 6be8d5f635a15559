"""The engine type `relay`: tables of hosted services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from keyreel.engines.engine_table import EnvironmentSecret, PricedTable
from keyreel.errors import KeyreelError
from keyreel.wire.dialects.registry import find_dialect
from keyreel.wire.inputs.urls import is_http_url

if TYPE_CHECKING:
    from keyreel.engines.relay.engine import RelayEngine


def _check_dialect(name: str) -> str:
    try:
        return find_dialect(name).name
    except KeyreelError as error:
        raise ValueError(error.message.rpartition("; ")[2].removesuffix(".")) from error


def _check_base_url(url: str) -> str:
    if not is_http_url(url):
        raise ValueError("must be a URL such as https://api.example.com")
    return url.rstrip("/")


class RelayTable(PricedTable):
    """A hosted service of the family, or another Keyreel, spoken to in one of the dialects."""

    dialect: Annotated[str, AfterValidator(_check_dialect)] = Field(
        description="Wire format of the service: the name of a dialect."
    )
    base_url: Annotated[str, AfterValidator(_check_base_url)] = Field(
        description="URL of the service, without the path of the dialect."
    )
    api_key: EnvironmentSecret | None = Field(
        default=None, description="API key of the service, as `env:NAME`."
    )
    paid: bool = Field(
        default=True,
        description="Each render costs the operator money: a video with a flaw is not rendered again. Set "
        "`false` for your own Keyreel.",
    )
    callback_url: Annotated[str, AfterValidator(_check_base_url)] | None = Field(
        default=None,
        description="URL of this server as the service reaches it. The service then calls it when a video "
        "is done and is polled only every 45 seconds. For the dialects `native`, `async_v3`, and `vtrix`.",
    )
    deadline_minutes: int = Field(
        default=180, ge=1, le=2880, description="Minutes that a video can take there before its task fails."
    )

    def make_engine(self, name: str) -> RelayEngine:
        """Make the engine; it opens no connection yet."""
        from keyreel.engines.relay.callback_fields import CALLBACK_DIALECTS
        from keyreel.engines.relay.engine import RelayEngine

        self.check_cost()
        if self.callback_url and self.dialect not in CALLBACK_DIALECTS:
            known = ", ".join(sorted(CALLBACK_DIALECTS))
            raise ValueError(
                f"callback_url: got {self.callback_url!r}; the dialect must be one with callbacks: {known}"
            )
        return RelayEngine(name, self)
