"""The worker's settings. It reads no environment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keyreel.durations import RetentionPeriods
from keyreel.off_peak import OffPeakWindows
from keyreel.order import WatermarkLanguage
from keyreel.settings.acceptance import BelowBar
from keyreel.settings.engines import EngineSettings
from keyreel.tasks.tracing.tracer import NoTracer

if TYPE_CHECKING:
    from datetime import timedelta
    from pathlib import Path

    from keyreel.provenance.signing_certificates import SigningCredentials
    from keyreel.tasks.tracing.tracer import Tracer


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """Read once at start. `folder` is for work in progress alone: what ended tasks left there is deleted."""

    folder: Path
    node: str = "worker"
    """This process's name among the nodes of its installation."""
    version: str = ""
    engines: EngineSettings = field(default_factory=EngineSettings)
    producer: str = "keyreel"
    """Named in the identifier of AI-generated videos."""
    watermark_text: WatermarkLanguage = WatermarkLanguage.ENGLISH
    credentials: SigningCredentials | None = None
    """What videos are signed with; without any they are not."""
    instruments: Path | None = None
    """The folder of the instruments that play the music; None for the shipped ones."""
    render_timeout_seconds: float = 600.0
    """A render that is silent for longer counts as hung."""
    below_bar: BelowBar = BelowBar.DELIVER
    """What becomes of a video that has a flaw after a second render too."""
    kernel_guards: bool = True
    """Whether Linux's kernel ends children with the worker; without it they poll for their parent."""
    preload: bool = False
    """Whether children load what their first work needs before it comes."""
    max_crashes: int = 3
    """A task fails when so many child processes have crashed over it."""
    engine_wait: timedelta | None = None
    """How long a task waits whose engines are all unavailable before it fails; None for good."""
    lease_seconds: float = 30.0
    health_seconds: float = 60.0
    """Seconds between two questions to each engine how it is, for other nodes."""
    poll_seconds: float = 0.25
    """Seconds between two looks at the queue without a nudge, and at a running task's row."""
    off_peak: OffPeakWindows = field(default_factory=OffPeakWindows)
    """When off-peak tasks may run."""
    retention_periods: RetentionPeriods = field(default_factory=RetentionPeriods)
    """How long files and records are kept."""
    tracer: Tracer = field(default_factory=NoTracer)
    """What tells how long each attempt, and each step of it, takes."""
    dev: bool = False
    """Development mode: markers in prompts are obeyed."""
