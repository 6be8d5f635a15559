"""A folder of a model as Diffusers saves it: which pipeline it is for, and how its parts are configured."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pathlib import Path

_INDEX: Final = "model_index.json"
_MAX_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A model's folder; it is read anew each time."""

    path: Path

    def read_pipeline(self) -> str:
        """Return the name of the class of Diffusers that the model is for.

        Raises:
            ValueError: the folder holds no model, with what it must be.
        """
        name = self.read_index().get("_class_name")
        if not isinstance(name, str):
            raise ValueError(f"must be a folder with a pipeline in its {_INDEX}")  # noqa: TRY004 - a file's content
        return name

    def read_index(self) -> dict[str, Any]:
        """Return what describes the pipeline.

        Raises:
            ValueError: as `read_pipeline`.
        """
        return _read_object(self.path / _INDEX)

    def read_config(self, component: str) -> dict[str, Any]:
        """Return the configuration of a component, such as "vae".

        Raises:
            ValueError: there is none.
        """
        return _read_object(self.path / component / "config.json")


def _read_object(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            found = json.loads(file.read(_MAX_BYTES))
    except (OSError, ValueError) as error:
        raise ValueError(
            f"must be a folder of a model in Diffusers format; its {path.name} cannot be read"
        ) from error
    if not isinstance(found, dict):
        raise ValueError(f"must be a folder of a model whose {path.name} holds an object")  # noqa: TRY004 - a file's content
    return found
