"""Conversion between RGB and the video's BT.709 limited-range 4:2:0; knows single frames alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import (
    ColorPrimaries,
    ColorRange,
    Colorspace,
    ColorTrc,
    Interpolation,
    VideoReformatter,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame

_KR, _KG, _KB = 0.2126, 0.7152, 0.0722  # ITU-R BT.709-6, item 3.2
_LUMA_RANGE, _CHROMA_RANGE = 219 / 255, 224 / 255
RGB_TO_YUV: Final = np.array(
    (
        (_KR * _LUMA_RANGE, _KG * _LUMA_RANGE, _KB * _LUMA_RANGE, 16),
        (*(weight * _CHROMA_RANGE / (2 * (1 - _KB)) for weight in (-_KR, -_KG, 1 - _KB)), 128),
        (*(weight * _CHROMA_RANGE / (2 * (1 - _KR)) for weight in (1 - _KR, -_KG, -_KB)), 128),
    )
)
"""BT.709 in limited range: Y, Cb and Cr of 8 bits are this matrix times (R, G, B, 1), R, G and B 0 … 255."""

_BAND_ROWS: Final = 64
"""Rows that are converted at a time, an even number: what is in between stays in the processor's cache."""

# Without full chroma interpolation swscale repeats chroma samples, which shows at coloured edges.
_TO_RGB = Interpolation.BILINEAR | Interpolation.FULL_CHR_H_INT | Interpolation.ACCURATE_RND
_UNSPECIFIED = 2  # ITU-T H.273: matrix_coefficients without a tag
# Pixels. Standard definition has 720x576, with square pixels 768x576; players guess by the size as well.
_SHORT_OF_SD, _LONG_OF_SD = 576, 768


class ColorConverter:
    """Converts frames one after another and keeps swscale's tables between them. Not thread-safe."""

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()

    def to_yuv(self, frame: Frame) -> VideoFrame:
        """Convert RGB, uint8 [height, width, 3], into a new yuv420p frame; the array may be reused.

        Values are within 1 level of the BT.709 equations; chroma is the mean of 2x2 pixels.
        """
        # OpenCV takes a quarter of swscale's time: 0.3 against 1.3 ms at 720p. It is loaded where videos are
        # written alone, as most that read them do without it.
        import cv2

        height, width = frame.shape[:2]
        image = VideoFrame(width, height, "yuv420p")
        image.colorspace, image.color_range = Colorspace.ITU709, ColorRange.MPEG
        luma_plane, *chroma_planes = get_planes(image)
        for top in range(0, height, _BAND_ROWS):
            band = slice(top, min(top + _BAND_ROWS, height))
            half_band = slice(band.start // 2, band.stop // 2)
            luma, *chroma = cv2.split(cv2.transform(frame[band], RGB_TO_YUV))
            np.copyto(luma_plane[band], luma)
            for full, half in zip(chroma, chroma_planes, strict=True):
                cv2.resize(
                    full,
                    (width // 2, half_band.stop - half_band.start),
                    dst=half[half_band],
                    interpolation=cv2.INTER_AREA,
                )
        return image

    def to_rgb(self, image: VideoFrame) -> Frame:
        """Convert a decoded frame to RGB, uint8 [height, width, 3], by the frame's own tags.

        Untagged frames are taken for limited range, and for BT.601 in standard definition, else BT.709.
        """
        is_unspecified = image.color_range == ColorRange.UNSPECIFIED
        converted = self._reformatter.reformat(
            image,
            format="rgb24",
            src_colorspace=_choose_matrix(image),
            dst_colorspace=Colorspace.ITU709,
            src_color_range=ColorRange.MPEG if is_unspecified else image.color_range,
            dst_color_range=ColorRange.JPEG,
            interpolation=_TO_RGB,
            threads=1,
        )
        return converted.to_ndarray().astype(np.uint8, copy=False)


def _choose_matrix(image: VideoFrame) -> int:
    if image.colorspace != _UNSPECIFIED:
        return image.colorspace
    short, long = sorted((image.width, image.height))
    is_sd = short <= _SHORT_OF_SD and long <= _LONG_OF_SD
    return Colorspace.ITU601 if is_sd else Colorspace.ITU709


def get_planes(image: VideoFrame) -> list[NDArray[np.uint8]]:
    """Return a frame's planes (Y, U, V), each uint8 [height, width], as arrays that share its memory."""
    return [
        # A plane is a buffer, which its stub does not say.
        np.frombuffer(cast("bytes", plane), np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]
        for plane in image.planes
    ]


BT709_TAGS = (ColorPrimaries.BT709, ColorTrc.BT709, Colorspace.ITU709, ColorRange.MPEG)
"""The tags of every video written here: primaries, transfer, matrix, limited range."""
