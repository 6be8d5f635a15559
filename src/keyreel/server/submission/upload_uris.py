"""Uploads that requests name by a URI: found among the tenant's files, and replaced by links to them.

An upload has no record of its own: its file lies under a key made of the tenant's and the upload's name, so
that whoever asks for another tenant's finds nothing.
"""

from __future__ import annotations

import re
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from keyreel.errors import InvalidRequest

if TYPE_CHECKING:
    from keyreel.server.services import Services
    from keyreel.wire.dialects.dialect import ParsedSubmit

UPLOADS_PREFIX: Final = "uploads/"
"""What the storage keys of all uploaded files begin with."""
UPLOAD_URI_PREFIX: Final = "ssupload:?id="
UPLOAD_ID: Final = re.compile("[0-9]{1,19}", re.ASCII)
UPLOAD_IDS: Final = range(10**17, 10**18)
"""What new ids are chosen from at random."""
_URI_PATTERN: Final = re.compile(r"\s*ssupload:\?id=([0-9]{1,19})\s*", re.ASCII)
_MAX_URI_CHARS: Final = 63
"""More than any URI with its blanks has; images inside requests are far longer."""
_FIELDS: Final = frozenset({"images", "start_image", "image_settings", "subjects", "wm_url", "video_url"})
"""Where a request may name files, at whatever depth below."""
_LINK_EXPIRY_TIMESTAMP: Final = 4_102_444_800
"""2100-01-01 UTC, in seconds since 1970: the same request has the same links whenever it is sent."""


def build_upload_key(tenant: str, upload_id: str) -> str:
    """Return the storage key of a tenant's upload."""
    name = sha256(f"{tenant}\n{upload_id}".encode()).hexdigest()[:32]
    return f"{UPLOADS_PREFIX}{name}.bin"


async def resolve_upload_uris(
    parsed: ParsedSubmit, tenant: str, base_url: str, services: Services
) -> ParsedSubmit:
    """Return the request with links to files in the place of the tenant's upload URIs.

    Raises:
        InvalidRequest: there is no such upload of this tenant.
    """
    resolver = _Resolver(tenant, base_url, services)
    fields = {
        name: await resolver.resolve(value, name) if name in _FIELDS else value
        for name, value in parsed.fields.items()
    }
    return replace(parsed, fields=fields)


class _Resolver:
    def __init__(self, tenant: str, base_url: str, services: Services) -> None:
        self._tenant = tenant
        self._base_url = base_url
        self._services = services

    async def resolve(self, value: Any, path: str) -> Any:
        if isinstance(value, list):
            return [await self.resolve(each, f"{path}[{index}]") for index, each in enumerate(value)]
        if isinstance(value, dict):
            return {name: await self.resolve(each, f"{path}.{name}") for name, each in value.items()}
        if not isinstance(value, str) or len(value) > _MAX_URI_CHARS:
            return value
        match = _URI_PATTERN.fullmatch(value)
        return await self._sign_link(match[1], path) if match else value

    async def _sign_link(self, upload_id: str, path: str) -> str:
        key = build_upload_key(self._tenant, upload_id)
        if await self._services.pending_files.renew(key) is None:
            raise InvalidRequest(f"{path}: there is no upload {UPLOAD_URI_PREFIX}{upload_id}.", field=path)
        return self._base_url + self._services.signer.sign_until(key, _LINK_EXPIRY_TIMESTAMP)
