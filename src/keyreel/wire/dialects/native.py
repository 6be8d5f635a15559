"""The native format at its own address, `/ent/v2/*`."""

from __future__ import annotations

from keyreel.wire.native_format import NativeFormat


class Native(NativeFormat):
    """Speaks `/ent/v2/*`."""

    name = "native"
    title = "/ent/v2"
    prefix = "/ent/v2"
    realm = ("/ent/", "/tools/")
    routes = NativeFormat.routes_under("/ent/v2")
