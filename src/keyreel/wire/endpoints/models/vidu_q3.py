"""Vidu Q3: subjects in a scene of up to sixteen seconds with sound."""

from keyreel.wire.endpoints.references_with_audio import SoundingReference2Video


class Q3Reference2Video(SoundingReference2Video):
    """Makes a video of named subjects from their pictures and a description, with sound."""

    family = "q3"
