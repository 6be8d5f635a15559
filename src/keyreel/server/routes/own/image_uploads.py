"""Uploads of images in one step: sent once, then named by a URI in any number of requests of any format."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal

from starlette.responses import JSONResponse

from keyreel.errors import MissingField, UnknownEndpoint
from keyreel.intake.images import inspect_image
from keyreel.server.requests.base_url import get_base_url
from keyreel.server.requests.body import read_body
from keyreel.server.requests.multipart import is_form, parse_form_file
from keyreel.server.submission.upload_uris import UPLOAD_ID, UPLOAD_IDS, UPLOAD_URI_PREFIX, build_upload_key
from keyreel.tasks.accounts.stored_files import check_upload, count_upload
from keyreel.tasks.database.retry import SUBMIT_RETRY_SECONDS, write_when_available
from keyreel.wire.endpoints.endpoint import ImageRules
from keyreel.wire.reference.responses.own_responses import UploadView

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from starlette.requests import Request

    from keyreel.server.requests.auth import Caller
    from keyreel.server.services import Services

_FIELD: Final = "file"
_RULES: Final = ImageRules(widest=None)
_FORM_BYTES: Final = 16 * 1024
"""What a form may have beside its file."""
_MEDIA_TYPES: Final[dict[str, Literal["image/png", "image/jpeg", "image/webp"]]] = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "WEBP": "image/webp",
}


@dataclass(frozen=True, slots=True)
class ImageUploadRoutes:
    """The routes /v1/uploads and /v1/uploads/{id}."""

    services: Services

    async def create(self, request: Request, caller: Caller) -> JSONResponse:
        """Store an image, which is the body or the part `file` of a form.

        Raises:
            InvalidImage: it is no PNG, JPEG or WebP.
            BodyTooLarge: it has more bytes than an image may.
            QuotaExceeded: the tenant has stored as much as it may.
        """
        services = self.services
        services.storage.require_room()
        data = await self._read_image(request)
        upload = str(services.random.choice(UPLOAD_IDS))
        key = build_upload_key(caller.tenant, upload)
        sizes = {key: len(data)}
        database, quota = services.store.database, services.settings.storage_quota_bytes
        check_upload(database, caller.tenant, sizes, usual_quota=quota)
        ends = self._compute_expiry(services.clock.now())
        view = await asyncio.to_thread(_describe, data, self._name(request, caller, upload), ends)
        count = partial(count_upload, database, caller.tenant, sizes, usual_quota=quota)
        async with services.pending_files.create(key, data) as hold:
            await write_when_available(services.store.writer, count, SUBMIT_RETRY_SECONDS, services.random)
            hold.keep()
        return JSONResponse(view.to_json(), status_code=201)

    async def show(self, request: Request, caller: Caller) -> JSONResponse:
        """Describe an uploaded image.

        Raises:
            UnknownEndpoint: there is none of this tenant's, or none any more.
        """
        upload, storage = request.path_params["id"], self.services.storage
        key = build_upload_key(caller.tenant, upload)
        modified = await storage.get_modified(key) if UPLOAD_ID.fullmatch(upload) else None
        if modified is None:
            raise UnknownEndpoint(f"There is no upload {upload[:64]}, or it was deleted.")
        data = b"".join([chunk async for chunk in storage.read(key)])
        ends = self._compute_expiry(modified)
        view = await asyncio.to_thread(_describe, data, self._name(request, caller, upload), ends)
        return JSONResponse(view.to_json())

    async def _read_image(self, request: Request) -> bytes:
        limit, seconds = _RULES.max_bytes + _FORM_BYTES, self.services.settings.body_seconds
        body = await read_body(request, limit=limit, seconds=seconds)
        if is_form(request.headers):
            body = await asyncio.to_thread(parse_form_file, request.headers, body, _FIELD)
        if not body:
            raise MissingField(
                f"{_FIELD}: is required: send an image as the body, or as this part of a form."
            )
        return body

    def _name(self, request: Request, caller: Caller, upload: str) -> dict[str, str]:
        """Return how requests and browsers name an upload."""
        services, key = self.services, build_upload_key(caller.tenant, upload)
        link = services.signer.for_owner(caller.key_id).sign(key, services.settings.link_seconds)
        return {
            "id": upload,
            "uri": UPLOAD_URI_PREFIX + upload,
            "url": get_base_url(request, services) + link,
        }

    def _compute_expiry(self, renewed: datetime) -> datetime | None:
        keep = self.services.settings.retention_periods.inputs
        return None if keep is None else renewed + keep


def _describe(data: bytes, names: Mapping[str, Any], ends: datetime | None) -> UploadView:
    header = inspect_image(data, _RULES, _FIELD)
    return UploadView(
        **names,
        width=header.size.width,
        height=header.size.height,
        media_type=_MEDIA_TYPES[header.format.upper()],
        bytes=len(data),
        expires_at=None if ends is None else ends.isoformat(),
    )
