"""Wan pipelines of a few thousand random weights, saved as Diffusers saves them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from diffusers import (
    AutoencoderKLWan,
    UniPCMultistepScheduler,
    WanImageToVideoPipeline,
    WanPipeline,
    WanTransformer3DModel,
    WanVACEPipeline,
    WanVACETransformer3DModel,
)
from transformers import T5Tokenizer, UMT5Config, UMT5EncoderModel

if TYPE_CHECKING:
    from pathlib import Path

LETTERS = [chr(code) for code in range(33, 127)]


def make_tokenizer() -> T5Tokenizer:
    """Make a tokenizer that knows letters."""
    special = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)]
    return T5Tokenizer(vocab=special + [(letter, -3.0) for letter in LETTERS], extra_ids=0)


def save_vace(folder: Path) -> None:
    """Save a WanVACE."""
    torch.manual_seed(1)
    transformer = WanVACETransformer3DModel(
        in_channels=16, vace_layers=[0, 1], vace_in_channels=96, **_transformer_sizes()
    )
    _save(WanVACEPipeline(transformer=transformer, **_make_parts()), folder)


def save_image_to_video(folder: Path) -> None:
    """Save a WanImageToVideo as A14B is: two transformers, no image encoder."""
    torch.manual_seed(2)
    transformers = {
        name: WanTransformer3DModel(in_channels=36, **_transformer_sizes())
        for name in ("transformer", "transformer_2")
    }
    _save(WanImageToVideoPipeline(**transformers, boundary_ratio=0.9, **_make_parts()), folder)


def save_text_to_video(folder: Path) -> None:
    """Save a Wan that knows words alone."""
    torch.manual_seed(3)
    transformer = WanTransformer3DModel(in_channels=16, **_transformer_sizes())
    _save(WanPipeline(transformer=transformer, **_make_parts()), folder)


def save_ti2v(folder: Path) -> None:
    """Save a WanImageToVideo as TI2V-5B is: it ignores a last frame."""
    torch.manual_seed(4)
    transformer = WanTransformer3DModel(in_channels=16, **_transformer_sizes())
    _save(WanImageToVideoPipeline(transformer=transformer, expand_timesteps=True, **_make_parts()), folder)


def _transformer_sizes() -> dict[str, Any]:
    return {
        "patch_size": (1, 2, 2),
        "num_attention_heads": 2,
        "attention_head_dim": 16,
        "out_channels": 16,
        "text_dim": 32,
        "freq_dim": 32,
        "ffn_dim": 64,
        "num_layers": 2,
    }


def _make_parts() -> dict[str, Any]:
    tokenizer = make_tokenizer()
    text_sizes = UMT5Config(vocab_size=len(tokenizer), d_model=32, d_kv=8, d_ff=64, num_layers=2, num_heads=4)
    return {
        "tokenizer": tokenizer,
        "text_encoder": UMT5EncoderModel(text_sizes).eval(),
        "vae": AutoencoderKLWan(
            base_dim=8,
            z_dim=16,
            dim_mult=[1, 1, 1, 1],
            num_res_blocks=1,
            temperal_downsample=[False, True, True],
        ),
        "scheduler": UniPCMultistepScheduler(
            prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=3.0
        ),
    }


def _save(pipeline: Any, folder: Path) -> None:
    pipeline.save_pretrained(folder)
