"""The orders that the motion engine is measured on, from the example images of a checkout."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PIL import Image

from keyreel.errors import InvalidSetting
from keyreel.intake.sandbox import Sandbox
from keyreel.order import ImageRef, Operation, Order, Resolution, Shot, Size, Subject, compute_frame_size

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping, Sequence

SEED: Final = 7
"""The seed of every measured order."""

SECONDS: Final = 5
"""Length in seconds of every measured order."""

EXAMPLE_FOLDER: Final = Path(__file__).parents[3] / "examples" / "pictures"
"""The example images of a checkout."""


@dataclass(frozen=True, slots=True)
class BenchCase:
    """One order to be measured, and the request that a server makes the same of."""

    name: str
    order: Order
    model: str
    fields: Mapping[str, Any]
    """What `Client.generate` takes besides resolution and seed."""


class ExampleImages:
    """Example images as the engine gets them: PNG files, normalised in the sandbox."""

    def __init__(self, source: Path, folder: Path) -> None:
        if not (source / "flight-0.jpg").is_file():
            raise InvalidSetting(
                f"{source} has no example images: run this in a clone, or set --images to its "
                "examples/pictures."
            )
        self._source = source
        self._folder = folder

    async def get(self, name: str) -> ImageRef:
        """Return an image as the path of a PNG."""
        target = self._folder / f"{Path(name).stem}.png"
        if not target.exists():
            await Sandbox().normalise_image(self._source / name, target, keep_alpha=False, field=name)
        return ImageRef(str(target))

    def get_source(self, name: str) -> Path:
        """Return the file that a client sends."""
        return self._source / name

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


async def _make_image_case(images: ExampleImages, size: Resolution) -> BenchCase:
    prompt, cat = "slow push in", await images.get("cat.jpg")
    order = _make_order(Operation.IMG2VIDEO, (Shot(prompt, SECONDS, cat),), size, cat)
    fields = {"image": images.get_source("cat.jpg"), "prompt": prompt, "duration": SECONDS}
    return BenchCase("image-to-video", order, "vidu-q2-pro-img2video", fields)


async def _make_reference_case(images: ExampleImages, size: Resolution) -> BenchCase:
    prompt, names = "@1 floats on the lake of @2", {"1": "boat.jpg", "2": "scene.jpg"}
    subjects = tuple([Subject(subject, (await images.get(name),)) for subject, name in names.items()])
    order = _make_order(
        Operation.REFERENCE2VIDEO, (Shot(prompt, SECONDS),), size, subjects[1].images[0], subjects=subjects
    )
    sources = [{"name": subject, "images": [images.get_source(name)]} for subject, name in names.items()]
    fields = {"subjects": sources, "prompt": prompt, "duration": SECONDS}
    return BenchCase("reference", order, "vidu-q2-reference2video", fields)


async def _make_start_end_case(images: ExampleImages, size: Resolution) -> BenchCase:
    names = FLIGHT_IMAGES[1:4:2]
    order = await make_keyframe_order(images, names, (SECONDS,), size)
    fields = {"images": [images.get_source(name) for name in names], "duration": SECONDS}
    return BenchCase("start-end", order, "vidu-q2-pro-start-end2video", fields)


async def _make_multiframe_case(images: ExampleImages, size: Resolution) -> BenchCase:
    names, durations = FLIGHT_IMAGES[:3], (2, 3)
    order = await make_keyframe_order(images, names, durations, size)
    fields = {"images": [images.get_source(name) for name in names], "durations": durations}
    return BenchCase("multiframe", order, "vidu-q2-pro-multiframe", fields)


async def _make_text_case(images: ExampleImages, size: Resolution) -> BenchCase:
    prompt = "a calm lake at sunset, slow push in"
    order = _make_order(Operation.TEXT2VIDEO, (Shot(prompt, SECONDS),), size, await images.get("scene.jpg"))
    return BenchCase("text-to-video", order, "vidu-q2-text2video", {"prompt": prompt, "duration": SECONDS})


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


_CASE_MAKERS: Final[Mapping[str, Callable[[ExampleImages, Resolution], Awaitable[BenchCase]]]] = {
    "image-to-video": _make_image_case,
    "reference": _make_reference_case,
    "start-end": _make_start_end_case,
    "multiframe": _make_multiframe_case,
    "text-to-video": _make_text_case,
}
CASE_NAMES: Final = tuple(_CASE_MAKERS)
"""One case for each operation."""


async def make_cases(
    images: ExampleImages, size: Resolution, names: Collection[str] = CASE_NAMES
) -> list[BenchCase]:
    """Return the named cases, all of about the same length.

    Raises:
        InvalidSetting: a name is no case's.
    """
    for name in names:
        if name not in _CASE_MAKERS:
            raise InvalidSetting(f"case: got {name!r}; must be one of {', '.join(CASE_NAMES)}.")
    return [await _CASE_MAKERS[name](images, size) for name in names]


async def iterate_cases(
    source: Path, sizes: Iterable[Resolution], names: Collection[str]
) -> AsyncIterator[tuple[BenchCase, Path]]:
    """Yield the named cases at every size, each with an empty folder that lasts until the end.

    Raises:
        InvalidSetting: a name is no case's, or the images are not there.
    """
    with tempfile.TemporaryDirectory() as scratch:
        images = ExampleImages(source, Path(scratch))
        for size in sizes:
            for case in await make_cases(images, size, names):
                folder = Path(scratch) / f"{case.name}-{size}"
                folder.mkdir()
                yield case, folder
