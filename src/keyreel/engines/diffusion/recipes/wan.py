"""What the recipes of Wan share: frame rule, sampling, motion."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from keyreel.engines.conform.frame_rule import FrameRule
from keyreel.engines.diffusion.recipes.recipe import MotionSetting, MotionTable, Sampling
from keyreel.order import Amplitude

if TYPE_CHECKING:
    from keyreel.engines.diffusion.model_folder import ModelFolder

WAN_SAMPLING: Final = Sampling(
    steps=30,
    guidance=5.0,
    negative_prompt="overexposed, static, blurred details, subtitles, worst quality, low quality, "
    "JPEG artifacts, deformed, disfigured, fused fingers, still picture",
)
WAN_MOTION: Final[MotionTable] = MappingProxyType(
    {
        Amplitude.AUTO: MotionSetting(),
        Amplitude.SMALL: MotionSetting("Slow, subtle motion.", shift=3.0),
        Amplitude.MEDIUM: MotionSetting("Natural, steady motion.", shift=5.0),
        Amplitude.LARGE: MotionSetting("Fast, dynamic motion.", shift=8.0),
    }
)
_SMALL_MODEL_WIDTH: Final = 1536
"""The hidden size of the models of 1.3 thousand million parameters, which know 480p alone."""


def read_wan_rule(folder: ModelFolder) -> FrameRule:
    """Read what a Wan makes in one call: 5 seconds, at 16 frames a second, or at 24 where the VAE is 2.2's.

    Raises:
        ValueError: a configuration is missing.
    """
    vae, transformer = folder.read_config("vae"), folder.read_config("transformer")
    side = vae.get("scale_factor_spatial", 8) * transformer["patch_size"][1]
    if folder.read_index().get("expand_timesteps"):
        return FrameRule(
            fps=24,
            max_frames=121,
            frame_multiple=4,
            frame_offset=1,
            side_multiple=side,
            max_pixels=1280 * 704,
        )
    width = transformer["num_attention_heads"] * transformer["attention_head_dim"]
    pixels = 832 * 480 if width <= _SMALL_MODEL_WIDTH else 1280 * 720
    return FrameRule(
        fps=16, max_frames=81, frame_multiple=4, frame_offset=1, side_multiple=side, max_pixels=pixels
    )
