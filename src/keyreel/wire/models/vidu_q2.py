"""Vidu Q2: subjects with names and voices."""

from keyreel.wire.references import SubjectReference2Video


class Q2Reference2Video(SubjectReference2Video):
    """Makes a video of named subjects from their pictures and a description."""

    family = "q2"
    high_for_large = True
