"""Requests whose video sounds by itself: audio is on unless it is switched off."""

from typing import Annotated

from pydantic import Field

from keyreel.order import SoundOptions
from keyreel.wire.endpoints.fields import Flag, OneOf
from keyreel.wire.endpoints.generation import Generation, VoiceId

_SPEECH, _EFFECTS = "speech_only", "sound_effect_only"


class WithAudio(Generation):
    """Adds audio, and the choice of what it holds."""

    audio: Flag = Field(True, description="Add sound to the video.")  # noqa: FBT003 - a field's default
    audio_type: Annotated[str, OneOf(("all", _SPEECH, _EFFECTS))] = Field("all", description="Kind of sound.")
    voice_id: VoiceId = Field("", description="The voice for dialogue.")

    def list_ignored_fields(self) -> tuple[str, ...]:
        """Name the choice of what the sound holds as well, where there is to be none."""
        chosen = "audio_type" in self.model_fields_set and not self.audio
        return (*super().list_ignored_fields(), *(("audio_type",) if chosen else ()))

    @property
    def sound(self) -> SoundOptions:
        """The sound that the video has."""
        return SoundOptions(
            music=self.bgm,
            ambience=self.audio and self.audio_type != _SPEECH,
            speech=self.audio and self.audio_type != _EFFECTS,
            voice=self.voice_id,
        )
