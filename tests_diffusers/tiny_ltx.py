"""LTX pipelines of a few thousand random weights, saved as Diffusers saves them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from diffusers import (
    AutoencoderKLLTX2Audio,
    AutoencoderKLLTX2Video,
    AutoencoderKLLTXVideo,
    FlowMatchEulerDiscreteScheduler,
    LTX2VideoTransformer3DModel,
    LTXConditionPipeline,
    LTXVideoTransformer3DModel,
)
from diffusers.pipelines.ltx2 import LTX2ConditionPipeline, LTX2TextConnectors
from diffusers.pipelines.ltx2.vocoder import LTX2Vocoder
from transformers import (
    Gemma3Config,
    Gemma3ForConditionalGeneration,
    GemmaTokenizer,
    T5Config,
    T5EncoderModel,
)

from tiny_wan import LETTERS, make_tokenizer

if TYPE_CHECKING:
    from pathlib import Path

_TEXT_WIDTH = 16


def save_ltx(folder: Path) -> None:
    """Save an LTX of the first generation."""
    torch.manual_seed(5)
    tokenizer = make_tokenizer()
    text_sizes = T5Config(vocab_size=len(tokenizer), d_model=32, d_kv=8, d_ff=64, num_layers=2, num_heads=4)
    transformer = LTXVideoTransformer3DModel(
        in_channels=16,
        out_channels=16,
        num_attention_heads=2,
        attention_head_dim=16,
        cross_attention_dim=32,
        num_layers=2,
        caption_channels=32,
    )
    vae = AutoencoderKLLTXVideo(
        latent_channels=16,
        block_out_channels=(8, 8, 8, 8),
        decoder_block_out_channels=(8, 8, 8, 8),
        layers_per_block=(1, 1, 1, 1, 1),
        decoder_layers_per_block=(1, 1, 1, 1, 1),
    )
    LTXConditionPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(),
        vae=vae,
        text_encoder=T5EncoderModel(text_sizes).eval(),
        tokenizer=tokenizer,
        transformer=transformer,
    ).save_pretrained(folder)


def save_ltx2(folder: Path) -> None:
    """Save an LTX-2, which makes sound as well."""
    torch.manual_seed(6)
    tokenizer = _make_gemma_tokenizer()
    LTX2ConditionPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(),
        text_encoder=_make_gemma(len(tokenizer)),
        tokenizer=tokenizer,
        **_make_ltx2_parts(),
    ).save_pretrained(folder)


def _make_ltx2_parts() -> dict[str, Any]:
    return {
        "vae": AutoencoderKLLTX2Video(
            latent_channels=16,
            block_out_channels=(8, 16, 32, 64),
            decoder_block_out_channels=(8, 16, 32),
            layers_per_block=(1, 1, 1, 1, 1),
            decoder_layers_per_block=(1, 1, 1, 1),
            spatial_compression_ratio=32,
            temporal_compression_ratio=8,
        ),
        "audio_vae": AutoencoderKLLTX2Audio(
            base_channels=16, ch_mult=(1, 2, 4), num_res_blocks=1, latent_channels=4, mel_bins=16
        ),
        "connectors": LTX2TextConnectors(
            caption_channels=_TEXT_WIDTH,
            text_proj_in_factor=3,
            video_connector_num_attention_heads=2,
            video_connector_attention_head_dim=8,
            video_connector_num_layers=1,
            video_connector_num_learnable_registers=None,
            audio_connector_num_attention_heads=2,
            audio_connector_attention_head_dim=8,
            audio_connector_num_layers=1,
            audio_connector_num_learnable_registers=None,
        ),
        "transformer": LTX2VideoTransformer3DModel(
            in_channels=16,
            out_channels=16,
            num_attention_heads=2,
            attention_head_dim=8,
            cross_attention_dim=16,
            audio_in_channels=16,
            audio_out_channels=16,
            audio_num_attention_heads=2,
            audio_attention_head_dim=4,
            audio_cross_attention_dim=8,
            num_layers=2,
            caption_channels=_TEXT_WIDTH,
            rope_double_precision=False,
        ),
        "vocoder": LTX2Vocoder(in_channels=32, hidden_channels=32, out_channels=2),
    }


def _make_gemma_tokenizer() -> GemmaTokenizer:
    special = ["<pad>", "<eos>", "<bos>", "<unk>", "▁"]
    vocab = {piece: number for number, piece in enumerate(special + LETTERS)}
    return GemmaTokenizer(vocab=vocab, merges=[], model_max_length=32)


def _make_gemma(vocab_size: int) -> Gemma3ForConditionalGeneration:
    text = {
        "vocab_size": vocab_size,
        "hidden_size": _TEXT_WIDTH,
        "intermediate_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "num_key_value_heads": 1,
        "head_dim": 8,
    }
    vision = {
        "hidden_size": 16,
        "intermediate_size": 32,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "image_size": 28,
        "patch_size": 14,
    }
    return Gemma3ForConditionalGeneration(Gemma3Config(text_config=text, vision_config=vision)).eval()
