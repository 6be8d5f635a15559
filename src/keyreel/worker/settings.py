"""What an operator can set about the worker."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keyreel.off_peak import Windows
from keyreel.order import MarkText
from keyreel.settings import Keep

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.provenance.signing_certificates import Credentials


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """Read once at start. `folder` is for work in progress alone; its leftovers are deleted."""

    folder: Path
    engines: tuple[str, ...] = ("motion",)
    """Entry points or `module:Class`, preferred ones first."""
    producer: str = "keyreel"
    """Named in the identifier of AI-generated videos."""
    watermark_text: MarkText = MarkText.ENGLISH
    credentials: Credentials | None = None
    """What videos are signed with; without any they are not."""
    render_timeout_seconds: float = 600.0
    """A render that is silent for longer counts as hung."""
    kernel_guards: bool = True
    """Whether Linux's kernel watches over children; without it they watch their parent themselves."""
    max_crashes: int = 3
    lease_seconds: float = 30.0
    poll_seconds: float = 0.25
    """How often the queue is looked at without a nudge, and a running task's row."""
    off_peak: Windows = field(default_factory=Windows)
    """When off-peak tasks may run."""
    keep: Keep = field(default_factory=Keep)
    """How long files and records are kept."""
    dev: bool = False
    """Whether markers in prompts are heeded."""
