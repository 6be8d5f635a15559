"""A pipeline loaded from its folder onto a device. Nothing is fetched, and no pickled weights are read."""

# pyright: reportMissingImports=false
# torch and Diffusers are an extra, which the checks run without.
from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.engines.diffusion.engine_type import DiffusersTable


def load_pipeline(table: DiffusersTable, float32_components: tuple[str, ...]) -> Any:
    """Load the pipeline of a table's folder: half precision on an accelerator, full on a CPU.

    Args:
        table: says where the model is, for which device, and what is offloaded.
        float32_components: what stays in full precision everywhere.

    Raises:
        OSError: the folder lacks weights.
        ValueError: the folder does not fit its pipeline.
    """
    import torch
    from diffusers import DiffusionPipeline

    _silence_libraries()
    full = dict.fromkeys(float32_components, torch.float32)
    is_cpu = table.device == "cpu"
    pipeline = DiffusionPipeline.from_pretrained(
        str(table.model),
        dtype=torch.float32 if is_cpu else {"default": torch.bfloat16, **full},
        local_files_only=True,
        use_safetensors=True,
    )
    pipeline.set_progress_bar_config(disable=True)
    if hasattr(pipeline.vae, "enable_tiling") and not is_cpu:
        pipeline.vae.enable_tiling()  # All frames at once would take more than the transformer.
    _place(pipeline, table)
    return pipeline


def _place(pipeline: Any, table: DiffusersTable) -> None:
    import torch

    device = torch.device(table.device)
    match table.offload:
        case "none":
            pipeline.to(device)
        case "model":
            pipeline.enable_model_cpu_offload(device=device)
        case "group":
            pipeline.enable_group_offload(
                onload_device=device, offload_type="leaf_level", use_stream=device.type == "cuda"
            )


def _silence_libraries() -> None:
    """Keep progress bars out of the server's log."""
    import diffusers.utils.logging
    import transformers.utils.logging

    diffusers.utils.logging.disable_progress_bar()
    transformers.utils.logging.disable_progress_bar()


def find_missing_package() -> str:
    """Return the name of a package that the extra brings and that is not installed; empty if all are."""
    from importlib.util import find_spec

    needed = ("torch", "diffusers", "transformers", "accelerate")
    return next((name for name in needed if find_spec(name) is None), "")


def open_image(path: str | Path) -> Any:
    """Return an image as a pipeline takes it: an RGB image of Pillow."""
    from PIL import Image

    with Image.open(path) as image:
        return image.convert("RGB")
