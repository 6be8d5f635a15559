"""The orders that the motion engine is measured on, from the example pictures of a checkout."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PIL import Image

from keyreel.errors import InvalidSetting
from keyreel.intake.sandbox import Sandbox
from keyreel.order import Operation, Order, Picture, Resolution, Shot, Size, Subject, frame_size

if TYPE_CHECKING:
    from collections.abc import Sequence

SEED: Final = 7
SECONDS: Final = 5
EXAMPLES: Final = Path(__file__).parents[3] / "examples" / "pictures"


@dataclass(frozen=True, slots=True)
class Case:
    """One order to be measured."""

    name: str
    order: Order


class Pictures:
    """Example pictures as the engine gets them: checked PNG files."""

    def __init__(self, source: Path, folder: Path) -> None:
        if not (source / "flight-0.jpg").is_file():
            raise InvalidSetting(
                f"{source} holds no example pictures: run this in a checkout, or name its examples/pictures."
            )
        self._source = source
        self._folder = folder

    async def get(self, name: str) -> Picture:
        """Return a picture as a PNG's path."""
        target = self._folder / f"{Path(name).stem}.png"
        if not target.exists():
            await Sandbox().normalise(self._source / name, target, keep_alpha=False, field=name)
        return Picture(str(target))

    async def all(self, names: Sequence[str]) -> list[Picture]:
        """Return several."""
        return [await self.get(name) for name in names]


FLIGHT: Final = tuple(f"flight-{number}.jpg" for number in range(5))


async def keyframes(
    pictures: Pictures, names: Sequence[str], seconds: Sequence[int], size: Resolution
) -> Order:
    """Return the order through these keyframes, with each shot's seconds."""
    found = await pictures.all(names)
    shots = tuple(
        Shot("", length, first, last)
        for length, first, last in zip(seconds, found[:-1], found[1:], strict=True)
    )
    operation = Operation.START_END2VIDEO if len(shots) == 1 else Operation.MULTIFRAME
    return _order(operation, shots, size, found[0])


async def cases(pictures: Pictures, size: Resolution) -> list[Case]:
    """Return one order for each operation, all of about the same length."""
    cat, boat, scene = await pictures.all(("cat.jpg", "boat.jpg", "scene.jpg"))
    picture = _order(Operation.IMG2VIDEO, (Shot("slow push in", SECONDS, cat),), size, cat)
    subjects = Subject("1", (boat,)), Subject("2", (scene,))
    reference = _order(
        Operation.REFERENCE2VIDEO,
        (Shot("@1 floats on the lake of @2", SECONDS),),
        size,
        scene,
        subjects=subjects,
    )
    words = Shot("a calm lake at sunset, slow push in", SECONDS)
    return [
        Case("image-to-video", picture),
        Case("reference", reference),
        Case("start-end", await keyframes(pictures, FLIGHT[1:4:2], (SECONDS,), size)),
        Case("multiframe", await keyframes(pictures, FLIGHT[:3], (2, 3), size)),
        Case("text-to-video", _order(Operation.TEXT2VIDEO, (words,), size, scene)),
    ]


def _order(
    operation: Operation,
    shots: tuple[Shot, ...],
    resolution: Resolution,
    shape: Picture,
    *,
    subjects: tuple[Subject, ...] = (),
) -> Order:
    with Image.open(shape) as picture:
        size = frame_size(resolution, Size(*picture.size).ratio)
    return Order(operation, "bench", shots, resolution, SEED, subjects=subjects, size=size)
