"""What an operator can set about the worker."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keyreel.off_peak import OffPeakWindows
from keyreel.order import WatermarkLanguage
from keyreel.settings import RetentionPeriods

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.provenance.signing_certificates import SigningCredentials


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """Read once at start. `folder` is for work in progress alone; its leftovers are deleted."""

    folder: Path
    engines: tuple[str, ...] = ("motion",)
    """Entry points or `module:Class`, preferred ones first."""
    producer: str = "keyreel"
    """Named in the identifier of AI-generated videos."""
    watermark_text: WatermarkLanguage = WatermarkLanguage.ENGLISH
    credentials: SigningCredentials | None = None
    """What videos are signed with; without any they are not."""
    render_timeout_seconds: float = 600.0
    """A render that is silent for longer counts as hung."""
    kernel_guards: bool = True
    """Whether Linux's kernel watches over children; without it they watch their parent themselves."""
    max_crashes: int = 3
    lease_seconds: float = 30.0
    poll_seconds: float = 0.25
    """How often the queue is looked at without a nudge, and a running task's row."""
    off_peak: OffPeakWindows = field(default_factory=OffPeakWindows)
    """When off-peak tasks may run."""
    retention_periods: RetentionPeriods = field(default_factory=RetentionPeriods)
    """How long files and records are kept."""
    dev: bool = False
    """Whether markers in prompts are heeded."""
