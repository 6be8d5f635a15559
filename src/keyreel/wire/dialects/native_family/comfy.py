"""The native format as the Comfy family speaks it: under `/proxy/vidu/*`, pictures uploaded first."""

from __future__ import annotations

from keyreel.wire.dialects.dialect import Action, Route
from keyreel.wire.dialects.native_family.format import NativeFormat


class Comfy(NativeFormat):
    """Speaks `/proxy/vidu/*`."""

    name = "comfy"
    title = "/proxy/vidu"
    prefix = "/proxy/vidu"
    realm = ("/proxy/", "/customers/")
    scheme = "Bearer"
    routes = (
        *NativeFormat.routes_under("/proxy/vidu"),
        Route(Action.UPLOAD, "POST", "/customers/storage"),
    )
