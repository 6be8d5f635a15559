"""The array types of the motion engine; images are `keyreel.engine.Frame`, uint8 [height, width, 3], RGB."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
"""float32 of any shape; each function says which shape, unit and range."""

Float64Array = NDArray[np.float64]
"""float64 of any shape, where rounding would add up: camera parameters, least squares."""

FloatingArray = NDArray[np.floating]
"""float32 or float64 of any shape, where a function takes either."""

UInt8Array = NDArray[np.uint8]
"""uint8 of any shape, 0 … 255: RGBA images [height, width, 4] and opacities [height, width]."""

GreyImage = NDArray[np.uint8]
"""uint8 [height, width], 0 … 255."""

Mask = NDArray[np.bool_]
"""bool [height, width]: True marks a pixel, or a cell of a coarser grid."""

BinaryImage = NDArray[np.uint8]
"""uint8 [height, width], 1 in the marked pixels and 0 elsewhere, as OpenCV's morphology takes it."""

Points = NDArray[np.float32]
"""float32 [count, 2]: x and y in pixels."""

Matrix = NDArray[np.float64]
"""float64 [3, 3], a homography, or [2, 3], an affine map; both act on columns (x, y, 1)."""

CoordinateMap = NDArray[np.float32]
"""float32 [height, width, 2]: for each pixel the x and y, in pixels, at which an image shows it."""
