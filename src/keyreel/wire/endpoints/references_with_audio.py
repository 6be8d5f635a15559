"""Subjects in a scene that sounds by itself, of three to sixteen seconds."""

from typing import Annotated

from pydantic import Field

from keyreel.order import SoundOptions
from keyreel.wire.endpoints.fields import IntegerRange
from keyreel.wire.endpoints.from_references import SubjectReference2Video
from keyreel.wire.endpoints.with_audio import WithAudio


class Reference2VideoWithAudio(WithAudio, SubjectReference2Video):
    """The request's own voice goes before those of its subjects."""

    duration: Annotated[int, IntegerRange(3, 16)] = Field(5, description="Length in seconds.")

    @property
    def sound(self) -> SoundOptions:
        """The sound that the video has, in the first voice given."""
        heard = super().sound
        voices = (self.voice_id, *(subject.voice_id for subject in self.subjects))
        return SoundOptions(heard.music, heard.ambience, heard.speech, next(filter(None, voices), ""))
