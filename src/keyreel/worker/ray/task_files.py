"""The files of a task on two machines: which of them a text names, and texts that name them elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from keyreel.order import ImageRef, list_images, replace_images
from keyreel.worker.children.protocol import RecommendWork, RenderWork

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from keyreel.worker.ray.messages import EngineWork


def read_files(folder: Path, paths: Iterable[Path]) -> dict[str, bytes]:
    """Return the contents of files, by their paths below the folder.

    Raises:
        ValueError: one is not below it.
        OSError: one cannot be read.
    """
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def read_named_files(folder: Path, text: str) -> dict[str, bytes]:
    """Return the contents of the files below the folder whose whole path stands in the text."""
    if str(folder) not in text:
        return {}
    return read_files(folder, (path for path in folder.rglob("*") if str(path) in text and path.is_file()))


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files by their paths below the folder.

    Raises:
        ValueError: one leads out of it.
        OSError: one cannot be written.
    """
    for name, content in files.items():
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            raise ValueError(f"files: got the path {name[:64]!r}; must be inside the task's folder")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def list_inputs(work: EngineWork) -> tuple[Path, ...]:
    """List the files that an engine reads for a piece of work: the images of its order."""
    return tuple(map(Path, list_images(work.order)))


def rename_paths(work: EngineWork, rename: Callable[[str], str]) -> EngineWork:
    """Return work whose paths are those that `rename` gives."""
    images = {image: ImageRef(rename(image)) for image in list_images(work.order)}
    order = replace_images(work.order, images)
    match work:
        case RenderWork(_, folder):
            return RenderWork(order, Path(rename(str(folder))))
        case RecommendWork():
            return RecommendWork(order)
