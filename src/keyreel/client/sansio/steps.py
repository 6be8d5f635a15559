"""The steps that flows yield to their driver, and what they receive. Does no I/O and knows no server."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeAlias, TypeVar

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.wire.dialects.dialect import Report


@dataclass(frozen=True, slots=True)
class SendRequest:
    """Send an HTTP request."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class DownloadFile:
    """Download a URL to a file, which appears whole or not at all."""

    url: str
    path: Path
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait."""

    seconds: float


@dataclass(frozen=True, slots=True)
class StepResponse:
    """The response to a step: header names in lower case, no body for downloads and pauses."""

    status: int = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""


class ConnectionDropped(Exception):
    """The connection failed before the response was complete."""

    def __init__(self, message: str, *, may_have_arrived: bool = True, is_absent: bool = False) -> None:
        super().__init__(message)
        self.is_absent = is_absent
        """Whether nothing listens at the address, or it leads nowhere."""
        self.may_have_arrived = may_have_arrived
        """Whether the server may have got the request."""


T = TypeVar("T")
Step: TypeAlias = SendRequest | DownloadFile | Pause
Flow: TypeAlias = Generator[Step, StepResponse, T]
ProgressListener: TypeAlias = Callable[["Report"], object]
