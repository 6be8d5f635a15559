"""The native format at its own address, `/ent/v2/*`."""

from __future__ import annotations

from typing import Final

from keyreel.wire.dialects.dialect import DialectRoute, QueryParameter, RouteAction
from keyreel.wire.dialects.native_family.format import NativeFormat

_DETAIL: Final = QueryParameter("show_detail", "true: also list the packages.", {"type": "boolean"})


class Native(NativeFormat):
    """Speaks `/ent/v2/*`, with uploads at `/tools/v2/files/uploads`."""

    name = "native"
    title = "/ent/v2"
    prefix = "/ent/v2"
    path_prefixes = ("/ent/", "/tools/")
    routes = (
        *NativeFormat.build_routes("/ent/v2"),
        DialectRoute(RouteAction.BALANCE, "GET", "/ent/v2/credits", (_DETAIL,)),
        DialectRoute(RouteAction.BEGIN_UPLOAD, "POST", "/tools/v2/files/uploads"),
        DialectRoute(RouteAction.FINISH_UPLOAD, "PUT", "/tools/v2/files/uploads/{id}/finish"),
    )
