"""The flavours, by the names that a table of the settings gives them."""

from __future__ import annotations

from typing import Final

from keyreel.engines.videos.flavours.fastvideo import FASTVIDEO
from keyreel.engines.videos.flavours.plain import PLAIN
from keyreel.engines.videos.flavours.sglang import SGLANG
from keyreel.engines.videos.flavours.vllm_omni import VLLM_OMNI

FLAVOURS: Final = {flavour.name: flavour for flavour in (SGLANG, VLLM_OMNI, FASTVIDEO, PLAIN)}
