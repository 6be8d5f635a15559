"""The engine type `diffusers`: tables that make engines of open-weight models."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path  # noqa: TC003 - pydantic reads annotations
from typing import Literal

from pydantic import Field

from keyreel.engines.diffusion.engine import DiffusersEngine
from keyreel.engines.diffusion.model_folder import ModelFolder
from keyreel.engines.diffusion.pipeline_loading import find_missing_package
from keyreel.engines.diffusion.recipes.recipe import Recipe, Sampling
from keyreel.engines.diffusion.recipes.table import read_recipe
from keyreel.engines.engine_table import EngineTable


class DiffusersTable(EngineTable):
    """A model in a folder, where it runs, and how it is sampled."""

    model: Path = Field(description="Folder of a model in Diffusers format. Nothing is downloaded.")
    device: str = Field(
        default="cuda:0",
        pattern=r"^(cpu|mps|(cuda|xpu)(:\d{1,2})?)$",
        description="Device: cpu, mps, cuda, or cuda:1.",
    )
    offload: Literal["none", "model", "group"] = Field(
        default="none",
        description="What stays in main memory: `none`, nothing; `model`, components that are not in use; "
        "`group`, all layers but one.",
    )
    steps: int | None = Field(
        default=None, ge=1, le=200, description="Denoising steps. Default: the recipe's."
    )
    guidance: float | None = Field(
        default=None,
        ge=0,
        le=30,
        description="Guidance scale: how closely the model follows the prompt. Default: the recipe's.",
    )
    shift: float | None = Field(
        default=None, gt=0, le=30, description="Flow shift of the scheduler. Default: the model's."
    )
    negative_prompt: str | None = Field(
        default=None, max_length=2000, description="What the video must not show. Default: the recipe's."
    )
    max_seconds: int | None = Field(
        default=None,
        ge=1,
        description="Longest order that the engine accepts, in seconds. Default: no limit.",
    )
    max_pixels: int | None = Field(
        default=None,
        ge=1024,
        description="Maximum pixels of a frame that the model makes. Frames are scaled up afterwards.",
    )
    licence: Literal["accepted"] | None = Field(
        default=None, description='"accepted", for models whose licence has its own terms.'
    )

    def make_engine(self, name: str) -> DiffusersEngine:
        """Make the engine of a folder that holds a known model."""
        if missing := find_missing_package():
            raise ImportError(f"{missing} is not installed: install Keyreel with the extra diffusers")
        try:
            recipe = read_recipe(ModelFolder(self.model))
        except ValueError as error:
            raise ValueError(f"model: got {str(self.model)!r}; {error}") from error
        if self.device == "cpu" and self.offload != "none":
            raise ValueError(f"offload: got {self.offload!r}; must be 'none' if the device is cpu")
        if recipe.terms and self.licence is None:
            raise ValueError(f'licence: is missing; must be "accepted": the model has the {recipe.terms}')
        return DiffusersEngine(name, self, self._adjust(recipe))

    def _adjust(self, recipe: Recipe) -> Recipe:
        """Return a recipe with what this table sets."""
        rule, own = recipe.rule, recipe.sampling
        sampling = Sampling(
            steps=own.steps if self.steps is None else self.steps,
            guidance=own.guidance if self.guidance is None else self.guidance,
            shift=own.shift if self.shift is None else self.shift,
            negative_prompt=own.negative_prompt if self.negative_prompt is None else self.negative_prompt,
        )
        pixels = min(rule.max_pixels, self.max_pixels or rule.max_pixels)
        return replace(recipe, rule=replace(rule, max_pixels=pixels), sampling=sampling)
