from __future__ import annotations

import pytest

from keyreel.errors import UnpronounceableText
from keyreel.sound.speech.language import Language
from keyreel.sound.speech.voices import Voices


@pytest.mark.parametrize("text", ["1" * 37, "9" * 400, f"${'1' * 41}"])
def test_a_number_too_long_to_spell_out_is_unpronounceable(text: str) -> None:
    with pytest.raises(UnpronounceableText):
        Voices(()).say(text, "", Language.ENGLISH)
