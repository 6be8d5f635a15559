"""What requests in tests are made of."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO

from PIL import Image

KEY = "kr_test_key"
AUTH = {"Authorization": f"Bearer {KEY}"}


def data_uri(width: int = 160, height: int = 90, shade: int = 90, kind: str = "PNG") -> str:
    """Return a small image as a data URI."""
    stream = BytesIO()
    Image.new("RGB", (width, height), (shade, 120, 200 - shade)).save(stream, kind)
    return f"data:image/{kind.lower()};base64,{b64encode(stream.getvalue()).decode()}"
