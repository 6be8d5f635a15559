from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from keyreel.engines.motion.networks.models import Networks

if TYPE_CHECKING:
    from numpy.typing import NDArray


EXAMPLES = Path(__file__).parents[3] / "examples/pictures"


@pytest.fixture(scope="session")
def nets() -> Networks:
    return Networks()


@pytest.fixture(scope="session")
def landscape(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A textured image without a subject: its flow can be measured everywhere."""
    path = tmp_path_factory.mktemp("images") / "landscape.png"
    cv2.imwrite(str(path), _texture(np.random.default_rng(5), 352, 640))
    return path


@pytest.fixture(scope="session")
def ball(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A red ball before a pale wall: a subject that every matte finds, whole."""
    path = tmp_path_factory.mktemp("images") / "ball.png"
    image = np.full((400, 400, 3), (214, 220, 226), np.uint8)
    image[300:] = (180, 190, 196)
    cv2.circle(image, (200, 200), 110, (40, 40, 205), -1, cv2.LINE_AA)
    cv2.circle(image, (165, 160), 34, (120, 120, 240), -1, cv2.LINE_AA)
    cv2.imwrite(str(path), image)
    return path


@pytest.fixture(scope="session")
def portrait(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The astronaut's head, so large that it acts in a small frame."""
    path = tmp_path_factory.mktemp("images") / "portrait.png"
    picture = cv2.imread(str(EXAMPLES / "astronaut.jpg"))
    assert picture is not None
    cv2.imwrite(str(path), picture[:280, 90:370])
    return path


def _texture(rng: np.random.Generator, height: int, width: int) -> NDArray[np.uint8]:
    total = np.zeros((height, width, 3), np.float32)
    for cells, weight in ((6, 0.5), (24, 0.3), (70, 0.2)):
        small = rng.random((max(cells * height // width, 2), cells, 3), dtype=np.float32)
        total += weight * cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(total * 255, 0, 255).astype(np.uint8)
