"""An engine whose decoder asks for more memory than there is: the allocator's own error, in the child."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

import torch

from keyreel.engines.diffusion.engine import DiffusersEngine
from keyreel.engines.diffusion.engine_type import DiffusersTable

PYTHONPATH = str(Path(__file__).parent)
"""What a process needs to find it."""
_PETABYTE = 1 << 50


class StarvedTable(DiffusersTable):
    def make_engine(self, name: str) -> StarvedEngine:
        made = super().make_engine(name)
        return StarvedEngine(name, self, made.recipe)


class StarvedEngine(DiffusersEngine):
    """Asks for a petabyte where frames are decoded."""

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        self._pipeline.vae.decode = _decode_too_much
        return self


def _decode_too_much(*_: Any, **__: Any) -> torch.Tensor:
    return torch.empty(_PETABYTE, dtype=torch.uint8)
