"""A HunyuanVideo 1.5 of a few thousand random weights, saved as Diffusers saves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from diffusers import (
    AutoencoderKLHunyuanVideo15,
    ClassifierFreeGuidance,
    FlowMatchEulerDiscreteScheduler,
    HunyuanVideo15ImageToVideoPipeline,
    HunyuanVideo15Transformer3DModel,
)
from transformers import (
    ByT5Tokenizer,
    Qwen2_5_VLTextConfig,
    Qwen2_5_VLTextModel,
    Qwen2Tokenizer,
    SiglipImageProcessor,
    SiglipVisionConfig,
    SiglipVisionModel,
    T5Config,
    T5EncoderModel,
)

from tiny_wan import LETTERS

if TYPE_CHECKING:
    from pathlib import Path

_SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "Ġ", "Ċ"]
_TEMPLATE = "{% for message in messages %}{{ message['content'] }} {% endfor %}"
_SIDE = 128


def save_hunyuan(folder: Path) -> None:
    """Save one whose frames have the area of a square of 128 pixels."""
    torch.manual_seed(7)
    tokenizer = Qwen2Tokenizer(
        vocab={piece: number for number, piece in enumerate(_SPECIAL + LETTERS)}, merges=[]
    )
    tokenizer.chat_template = _TEMPLATE
    byte_tokenizer = ByT5Tokenizer()
    HunyuanVideo15ImageToVideoPipeline(
        text_encoder=_make_text_encoder(len(tokenizer)),
        tokenizer=tokenizer,
        transformer=_make_transformer(),
        vae=AutoencoderKLHunyuanVideo15(
            latent_channels=4,
            block_out_channels=(8, 8, 8, 8, 8),
            layers_per_block=1,
            spatial_compression_ratio=16,
            temporal_compression_ratio=4,
        ),
        scheduler=FlowMatchEulerDiscreteScheduler(),
        text_encoder_2=_make_byte_encoder(len(byte_tokenizer)),
        tokenizer_2=byte_tokenizer,
        guider=ClassifierFreeGuidance(guidance_scale=6.0),
        image_encoder=_make_image_encoder(),
        feature_extractor=SiglipImageProcessor(size={"height": 28, "width": 28}),
    ).save_pretrained(folder)


def _make_transformer() -> HunyuanVideo15Transformer3DModel:
    return HunyuanVideo15Transformer3DModel(
        in_channels=9,
        out_channels=4,
        num_attention_heads=2,
        attention_head_dim=16,
        num_layers=2,
        num_refiner_layers=1,
        text_embed_dim=16,
        text_embed_2_dim=16,
        image_embed_dim=16,
        rope_axes_dim=(4, 6, 6),
        target_size=_SIDE,
    )


def _make_text_encoder(vocab_size: int) -> Qwen2_5_VLTextModel:
    sizes = Qwen2_5_VLTextConfig(
        vocab_size=vocab_size,
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=3,
        num_attention_heads=2,
        num_key_value_heads=1,
        rope_scaling={"type": "mrope", "mrope_section": [1, 1, 2]},
    )
    return Qwen2_5_VLTextModel(sizes).eval()


def _make_byte_encoder(vocab_size: int) -> T5EncoderModel:
    sizes = T5Config(vocab_size=vocab_size, d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2)
    return T5EncoderModel(sizes).eval()


def _make_image_encoder() -> SiglipVisionModel:
    sizes = SiglipVisionConfig(
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        image_size=28,
        patch_size=14,
    )
    return SiglipVisionModel(sizes).eval()
