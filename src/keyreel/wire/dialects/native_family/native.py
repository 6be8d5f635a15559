"""The native format at its own address, `/ent/v2/*`."""

from __future__ import annotations

from typing import Final

from keyreel.wire.dialects.dialect import Action, Query, Route
from keyreel.wire.dialects.native_family.format import NativeFormat

_DETAIL: Final = Query("show_detail", "true lists the packages as well.", {"type": "boolean"})


class Native(NativeFormat):
    """Speaks `/ent/v2/*`, with uploads at `/tools/v2/files/uploads`."""

    name = "native"
    title = "/ent/v2"
    prefix = "/ent/v2"
    realm = ("/ent/", "/tools/")
    routes = (
        *NativeFormat.routes_under("/ent/v2"),
        Route(Action.BALANCE, "GET", "/ent/v2/credits", (_DETAIL,)),
        Route(Action.BEGIN_UPLOAD, "POST", "/tools/v2/files/uploads"),
        Route(Action.FINISH_UPLOAD, "PUT", "/tools/v2/files/uploads/{id}/finish"),
    )
