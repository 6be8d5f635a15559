"""The intake of images and videos: received with a request, gathered for a render."""

from keyreel.intake.intake import Intake, Received

__all__ = ["Intake", "Received"]
