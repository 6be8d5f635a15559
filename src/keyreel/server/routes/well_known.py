"""The root certificate of this server's signatures, for anybody who verifies videos."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from starlette.requests import Request

    from keyreel.server.services import Services


class RootCertificateRoute:
    """The route of the root certificate."""

    def __init__(self, services: Services) -> None:
        self._root = services.root

    async def show(self, request: Request) -> Response:
        """Send the certificate as PEM."""
        del request
        headers = {"Cache-Control": "public, max-age=3600", "X-Content-Type-Options": "nosniff"}
        return Response(self._root, media_type="application/pem-certificate-chain", headers=headers)
