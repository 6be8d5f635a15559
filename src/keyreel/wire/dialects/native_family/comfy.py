"""The native format as the Comfy family speaks it: under `/proxy/vidu/*`, images uploaded first."""

from __future__ import annotations

from keyreel.wire.dialects.dialect import DialectRoute, RouteAction
from keyreel.wire.dialects.native_family.format import NativeFormat


class Comfy(NativeFormat):
    """Speaks `/proxy/vidu/*`."""

    name = "comfy"
    title = "/proxy/vidu"
    prefix = "/proxy/vidu"
    path_prefixes = ("/proxy/", "/customers/")
    auth_scheme = "Bearer"
    routes = (
        *NativeFormat.build_routes("/proxy/vidu"),
        DialectRoute(RouteAction.UPLOAD, "POST", "/customers/storage"),
    )
