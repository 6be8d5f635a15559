"""An image blended into frames at a fixed position; does not know what it shows or why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from keyreel.media.color import RGB_TO_YUV, get_planes

if TYPE_CHECKING:
    from av.video.frame import VideoFrame
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class _PlaneOverlay:
    """The image on one plane: the frame's weight in 256ths, and what is added, in 256ths plus a half."""

    top: int
    left: int
    keep: NDArray[np.uint16]
    add: NDArray[np.uint16]

    def blend(self, plane: NDArray[np.uint8]) -> None:
        height, width = self.keep.shape
        region = plane[self.top : self.top + height, self.left : self.left + width]
        region[:] = (region * self.keep + self.add) >> 8


@dataclass(frozen=True, slots=True)
class Overlay:
    """An image as premultiplied BT.709 planes: blending costs one multiplication and addition a sample."""

    plane_overlays: tuple[_PlaneOverlay, _PlaneOverlay, _PlaneOverlay]

    @classmethod
    def from_rgba(cls, rgba: NDArray[np.uint8], left: int, top: int) -> Self:
        """Prepare an image, uint8 RGBA [height, width, 4], straight alpha, for the position `left`, `top`.

        Its sides and its position in pixels are even: 4:2:0 shares chroma between 2x2 pixels.

        Raises:
            ValueError: one of the four numbers is odd.
        """
        if any(number % 2 for number in (left, top, *rgba.shape[:2])):
            raise ValueError("an overlay's sides and position must be even")
        alpha = rgba[..., 3].astype(np.float64) / 255
        luma, cb, cr = np.moveaxis(rgba[..., :3] @ RGB_TO_YUV[:, :3].T + RGB_TO_YUV[:, 3], -1, 0)
        return cls(
            (
                _make_plane_overlay(left, top, alpha, alpha * luma),
                _make_plane_overlay(
                    left // 2, top // 2, _subsample_chroma(alpha), _subsample_chroma(alpha * cb)
                ),
                _make_plane_overlay(
                    left // 2, top // 2, _subsample_chroma(alpha), _subsample_chroma(alpha * cr)
                ),
            )
        )

    def blend(self, image: VideoFrame) -> None:
        """Blend into a yuv420p frame, in place. Samples outside the overlay are not touched."""
        for overlay, plane in zip(self.plane_overlays, get_planes(image), strict=True):
            overlay.blend(plane)


def _make_plane_overlay(
    left: int, top: int, alpha: NDArray[np.float64], value: NDArray[np.float64]
) -> _PlaneOverlay:
    keep = np.rint((1 - alpha) * 256).astype(np.uint16)
    return _PlaneOverlay(top, left, keep, np.rint(value * 256 + 128).astype(np.uint16))


def _subsample_chroma(plane: NDArray[np.float64]) -> NDArray[np.float64]:
    return (plane[::2, ::2] + plane[1::2, ::2] + plane[::2, 1::2] + plane[1::2, 1::2]) / 4
