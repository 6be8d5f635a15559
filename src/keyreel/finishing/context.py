"""What a finishing step may know besides the clip and its order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.provenance.signing_certificates import SigningCredentials
    from keyreel.sound.speech.voices import Voices
    from keyreel.task import TaskId


@dataclass(frozen=True, slots=True)
class FinishingContext:
    """The task that a clip is finished for, the folder for the files, and who is named as its producer.

    With `clean_copy` a copy without the visible mark is made beside the marked video.
    Without `credentials` videos are not signed; without `voices` no dialogue is spoken. Music is played with
    the instruments of the folder `instruments`, or with the shipped ones.
    """

    task_id: TaskId
    folder: Path
    producer: str = "keyreel"
    credentials: SigningCredentials | None = None
    voices: Voices | None = None
    instruments: Path | None = None
    clean_copy: bool = False
