"""Short JSON responses that are sent many times a second."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic_core import to_json
from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Mapping


class QuickJsonResponse(Response):
    """Starlette's JSONResponse in a fifth of its time; numbers must be finite."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Write the content as JSON."""
        return to_json(content)

    def init_headers(self, headers: Mapping[str, str] | None = None) -> None:
        """Make the headers of a body that is known."""
        self.raw_headers = [
            (b"content-length", b"%d" % len(self.body)),
            (b"content-type", b"application/json"),
            *(
                (name.lower().encode("latin-1"), value.encode("latin-1"))
                for name, value in (headers or {}).items()
            ),
        ]
