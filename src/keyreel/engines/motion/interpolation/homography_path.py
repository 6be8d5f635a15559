"""A camera move cut into steps: fractional powers of a homography, so that a zoom keeps one constant rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

_ROOTS = 8


class CameraPath:
    """The way of a camera from the identity at 0 to `move` at 1."""

    def __init__(self, move: Matrix) -> None:
        # The matrix logarithm by inverse scaling and squaring: near the identity its series converges fast.
        root = move / np.cbrt(np.linalg.det(move))
        for _ in range(_ROOTS):
            root = _square_root(root)
        step = root - np.eye(3)
        self._log: Matrix = 2**_ROOTS * (step - step @ step / 2 + step @ step @ step / 3)

    def at(self, place: float) -> Matrix:
        """Return the move's power; any place is allowed, beyond 0 … 1 it goes on or back."""
        small = self._log * (place / 2**_ROOTS)
        power: Matrix = np.eye(3) + small + small @ small / 2 + small @ small @ small / 6
        for _ in range(_ROOTS):
            power = power @ power
        return power


def _square_root(matrix: Matrix) -> Matrix:
    # Denman-Beavers iteration; converges for every matrix without real negative eigenvalues.
    root, inverse = matrix, np.eye(3, dtype=np.float64)
    for _ in range(12):
        root, inverse = (root + np.linalg.inv(inverse)) / 2, (inverse + np.linalg.inv(root)) / 2
    return root
