"""Multipart forms as JSON objects: fields as text, files as data URIs; knows no dialect."""

from __future__ import annotations

import re
from base64 import b64encode
from typing import TYPE_CHECKING, Any, Final, cast

from python_multipart.exceptions import FormParserError
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from keyreel.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Coroutine

    from starlette.datastructures import FormData, Headers

_MAX_FILES: Final = 16
_MAX_FIELDS: Final = 200
_CHUNK_BYTES: Final = 1 << 18
_INDEXED_NAME: Final = re.compile(r"([^\[\]]{1,64})\[([^\[\]]{0,64})\]")
_IMAGE_TYPE: Final = re.compile(r"image/[\w.+-]{1,40}", re.ASCII)


def is_form(headers: Headers) -> bool:
    """Say whether a body is a multipart form."""
    return headers.get("content-type", "").lower().startswith("multipart/form-data")


def parse_form(headers: Headers, data: bytes) -> dict[str, Any]:
    """Read a form. `name[]` and repeated names make lists, `name[key]` an object.

    It takes its time, in proportion to the body: call it in a thread.

    Raises:
        InvalidRequest: it is no form, or has too many fields.
    """
    fields: dict[str, Any] = {}
    for name, value in _parse_parts(headers, data).multi_items():
        text = _to_data_uri(value) if isinstance(value, UploadFile) else value
        _set_field(fields, name, text)
    return fields


def parse_form_file(headers: Headers, data: bytes, name: str) -> bytes:
    """Return the bytes of a form's file of this name, empty where there is none; call it in a thread.

    Raises:
        InvalidRequest: it is no form, or has too many fields.
    """
    files: dict[str, bytes] = {}
    for each, value in _parse_parts(headers, data).multi_items():
        if isinstance(value, UploadFile):
            # All are closed, also those that nobody asked for.
            with value.file as stream:
                files.setdefault(each, stream.read())
    return files.get(name, b"")


def _parse_parts(headers: Headers, data: bytes) -> FormData:
    parser = MultiPartParser(
        headers,
        _iterate_chunks(data),
        max_files=_MAX_FILES,
        max_fields=_MAX_FIELDS,
        max_part_size=len(data),
    )
    # Files stay in memory, where the body is too: so that nothing is waited for.
    parser.spool_max_size = len(data) + 1
    try:
        return _run_to_end(parser.parse())
    except (MultiPartException, FormParserError) as error:
        raise InvalidRequest(f"The body is not a valid form: {str(error)[:120]}") from None


def _run_to_end(work: Coroutine[Any, Any, FormData]) -> FormData:
    """Run a coroutine that waits for nothing, without an event loop."""
    try:
        work.send(None)
    except StopIteration as end:
        return cast("FormData", end.value)
    raise RuntimeError("The form's parser waits.")


async def _iterate_chunks(data: bytes) -> AsyncGenerator[bytes, None]:
    for start in range(0, len(data), _CHUNK_BYTES):
        yield data[start : start + _CHUNK_BYTES]


def _to_data_uri(file: UploadFile) -> str:
    """Write a file as a data URI; its media type is a label that intake does not trust."""
    label = file.content_type or ""
    with file.file as stream:
        encoded = b64encode(stream.read())
    return f"data:{label if _IMAGE_TYPE.fullmatch(label) else 'image/png'};base64,{encoded.decode()}"


def _set_field(fields: dict[str, Any], name: str, value: str) -> None:
    match = _INDEXED_NAME.fullmatch(name)
    if match and match[2]:
        inner = fields.setdefault(match[1], {})
        if isinstance(inner, dict):
            inner[match[2]] = value
        return
    name = match[1] if match else name
    if match and name not in fields:
        fields[name] = [value]
    elif name in fields:
        given = fields[name]
        fields[name] = [*given, value] if isinstance(given, list) else [given, value]
    else:
        fields[name] = value
