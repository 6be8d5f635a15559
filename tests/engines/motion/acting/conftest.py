from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keyreel.sound.speech.voices import Voices

if TYPE_CHECKING:
    from keyreel.engines.motion.networks.models import Networks


@pytest.fixture(scope="session")
def nets(nets: Networks) -> Networks:
    """The engine's networks, with the one voice of every install."""
    nets.voices = Voices(())
    return nets
