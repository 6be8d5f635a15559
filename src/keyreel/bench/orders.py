"""The orders that the motion engine is measured on, from the example images of a checkout."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PIL import Image

from keyreel.errors import InvalidSetting
from keyreel.intake.sandbox import Sandbox
from keyreel.order import ImageRef, Operation, Order, Resolution, Shot, Size, Subject, compute_frame_size

if TYPE_CHECKING:
    from collections.abc import Sequence

SEED: Final = 7
"""The seed of every measured order."""

SECONDS: Final = 5
"""Length in seconds of every measured order."""

EXAMPLE_FOLDER: Final = Path(__file__).parents[3] / "examples" / "pictures"
"""The example images of a checkout."""


@dataclass(frozen=True, slots=True)
class BenchCase:
    """One order to be measured."""

    name: str
    order: Order


class ExampleImages:
    """Example images as the engine gets them: PNG files, normalised in the sandbox."""

    def __init__(self, source: Path, folder: Path) -> None:
        if not (source / "flight-0.jpg").is_file():
            raise InvalidSetting(
                f"{source} holds no example images: run this in a checkout, or name its examples/pictures."
            )
        self._source = source
        self._folder = folder

    async def get(self, name: str) -> ImageRef:
        """Return an image as the path of a PNG."""
        target = self._folder / f"{Path(name).stem}.png"
        if not target.exists():
            await Sandbox().normalise_image(self._source / name, target, keep_alpha=False, field=name)
        return ImageRef(str(target))

    async def get_all(self, names: Sequence[str]) -> list[ImageRef]:
        """Return several images as the paths of PNGs."""
        return [await self.get(name) for name in names]


FLIGHT_IMAGES: Final = tuple(f"flight-{number}.jpg" for number in range(5))
"""The keyframes of one camera flight, in order."""


async def make_keyframe_order(
    images: ExampleImages, names: Sequence[str], seconds: Sequence[int], size: Resolution
) -> Order:
    """Return the order through these keyframes; `seconds` are the lengths of the shots between them."""
    found = await images.get_all(names)
    shots = tuple(
        Shot("", length, first, last)
        for length, first, last in zip(seconds, found[:-1], found[1:], strict=True)
    )
    operation = Operation.START_END2VIDEO if len(shots) == 1 else Operation.MULTIFRAME
    return _make_order(operation, shots, size, found[0])


async def make_cases(images: ExampleImages, size: Resolution) -> list[BenchCase]:
    """Return one order for each operation, all of about the same length."""
    cat, boat, scene = await images.get_all(("cat.jpg", "boat.jpg", "scene.jpg"))
    image = _make_order(Operation.IMG2VIDEO, (Shot("slow push in", SECONDS, cat),), size, cat)
    subjects = Subject("1", (boat,)), Subject("2", (scene,))
    reference = _make_order(
        Operation.REFERENCE2VIDEO,
        (Shot("@1 floats on the lake of @2", SECONDS),),
        size,
        scene,
        subjects=subjects,
    )
    text = Shot("a calm lake at sunset, slow push in", SECONDS)
    return [
        BenchCase("image-to-video", image),
        BenchCase("reference", reference),
        BenchCase("start-end", await make_keyframe_order(images, FLIGHT_IMAGES[1:4:2], (SECONDS,), size)),
        BenchCase("multiframe", await make_keyframe_order(images, FLIGHT_IMAGES[:3], (2, 3), size)),
        BenchCase("text-to-video", _make_order(Operation.TEXT2VIDEO, (text,), size, scene)),
    ]


def _make_order(
    operation: Operation,
    shots: tuple[Shot, ...],
    resolution: Resolution,
    reference_image: ImageRef,
    *,
    subjects: tuple[Subject, ...] = (),
) -> Order:
    with Image.open(reference_image) as image:
        size = compute_frame_size(resolution, Size(*image.size).aspect_ratio)
    return Order(operation, "bench", shots, resolution, SEED, subjects=subjects, size=size)
