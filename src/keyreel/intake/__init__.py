"""The way in for images: received with a request, gathered for a render."""

from keyreel.intake.intake import Intake

__all__ = ["Intake"]
