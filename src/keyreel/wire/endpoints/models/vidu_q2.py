"""Vidu Q2: subjects with names and voices, videos from words alone, and templates."""

from pydantic import Field

from keyreel.order import SoundOptions
from keyreel.wire.endpoints.fields import Flag
from keyreel.wire.endpoints.from_references import SubjectReference2Video
from keyreel.wire.endpoints.from_text import Template2Video, Text2Video


class Q2Reference2Video(SubjectReference2Video):
    """Makes a video of named subjects from their images and a prompt."""

    family = "q2"
    high_for_large = True


class Q2Text2Video(Text2Video):
    """Makes a video from text."""

    family = "q2"
    high_for_large = True

    audio: Flag = Field(False, description="Add sound to the video.")  # noqa: FBT003 - a field's default

    @property
    def sound(self) -> SoundOptions:
        """The sound that the video has."""
        return SoundOptions(music=self.bgm, ambience=self.audio, speech=self.audio)


class Q2Template2Video(Template2Video):
    """Applies a prepared effect to images."""

    family = "q2"
