"""Vidu Q3: subjects in a scene of up to sixteen seconds with sound."""

from keyreel.wire.endpoints.references_with_audio import Reference2VideoWithAudio


class Q3Reference2Video(Reference2VideoWithAudio):
    """Makes a video of named subjects from their images and a prompt, with sound."""

    family = "q3"
