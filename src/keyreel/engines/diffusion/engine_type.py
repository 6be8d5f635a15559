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

    model: Path = Field(description="The folder of a model as Diffusers saves it. Nothing is downloaded.")
    device: str = Field(
        default="cuda:0",
        pattern=r"^(cpu|mps|(cuda|xpu)(:\d{1,2})?)$",
        description="Where it runs: cpu, mps, cuda or cuda:1.",
    )
    offload: Literal["none", "model", "group"] = Field(
        default="none",
        description="What waits in main memory: nothing; the models that do not compute; all layers but one.",
    )
    steps: int | None = Field(
        default=None, ge=1, le=200, description="Denoising steps. Absent: the recipe's."
    )
    guidance: float | None = Field(
        default=None, ge=0, le=30, description="How closely it follows the prompt. Absent: the recipe's."
    )
    shift: float | None = Field(
        default=None, gt=0, le=30, description="The scheduler's flow shift. Absent: the model's own."
    )
    negative_prompt: str | None = Field(
        default=None, max_length=2000, description="What is not to be seen. Absent: the recipe's."
    )
    max_seconds: int | None = Field(
        default=None, ge=1, description="Longer orders are not accepted. Absent: no limit of its own."
    )
    max_pixels: int | None = Field(
        default=None, ge=1024, description="Of a frame that the model makes; it is scaled up afterwards."
    )
    licence: Literal["accepted"] | None = Field(
        default=None, description='"accepted", for models whose licence has terms of its own.'
    )

    def make_engine(self, name: str) -> DiffusersEngine:
        """Make the engine of a folder that holds a known model."""
        if missing := find_missing_package():
            raise ImportError(f"{missing} is not installed: install Keyreel with its extra diffusers")
        try:
            recipe = read_recipe(ModelFolder(self.model))
        except ValueError as error:
            raise ValueError(f"model: got {str(self.model)!r}; {error}") from error
        if self.device == "cpu" and self.offload != "none":
            raise ValueError(f"offload: got {self.offload!r}; must be 'none' where the device is cpu")
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
