"""Where files are kept, and who sends them to clients."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator, Field

_URL_PATTERN: Final = re.compile(
    r"(?:s3|gs|az)://[A-Za-z0-9][A-Za-z0-9._-]{1,254}(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*", re.ASCII
)


class LinkMode(StrEnum):
    """The server sends them itself, or clients fetch them from the object store."""

    SERVED = "served"
    PRESIGNED = "presigned"


def _check_storage(value: str) -> str:
    if value and not _URL_PATTERN.fullmatch(value.rstrip("/")):
        raise ValueError(
            "must be a URL such as s3://bucket/folder, gs://bucket/folder or az://container/folder"
        )
    return value.rstrip("/")


StorageUrl = Annotated[
    str,
    AfterValidator(_check_storage),
    Field(
        description="Object store for all files: `s3://bucket/folder`, `gs://bucket/folder`, or "
        "`az://container/folder`. Its address and credentials come from the store's own variables "
        "(`AWS_*`, `GOOGLE_*`, `AZURE_*`). Empty: the data folder."
    ),
]
Links = Annotated[
    LinkMode,
    Field(
        description="`served`: links in results lead to the server. `presigned`: links lead to the object "
        "store and are valid until they expire, even if the API key is revoked."
    ),
]
