"""The JSON schemas of what the native format and the formats built on it answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from keyreel.wire.dialects.native_family.responses import STATUS_BY_STATE
from keyreel.wire.reference.openapi_parts import (
    DIGITS,
    FLAG,
    INTEGER,
    TEXT,
    TIME,
    URL,
    describe_choice,
    describe_list,
    describe_object,
    refer_to,
)

if TYPE_CHECKING:
    from keyreel.wire.json_types import Json

_STATES: Final = tuple(dict.fromkeys(STATUS_BY_STATE.values()))
_CREATIONS: Final = describe_list(
    describe_object(
        "id url cover_url watermarked_url", id=DIGITS, url=URL, cover_url=URL, watermarked_url=URL
    )
)
_TASK_PROPERTIES: Final[Json] = {
    "type": TEXT,
    "model": TEXT,
    "prompt": TEXT,
    "images": describe_list(TEXT),
    "duration": {**INTEGER, "description": "Length in seconds."},
    "seed": INTEGER,
    "aspect_ratio": TEXT,
    "resolution": TEXT,
    "movement_amplitude": TEXT,
    "bgm": FLAG,
    "audio": FLAG,
    "off_peak": FLAG,
    "watermark": FLAG,
    "credits": INTEGER,
    "created_at": TIME,
}
_OPTIONAL_PROPERTIES: Final[Json] = {
    "style": TEXT,
    "template": TEXT,
    "subjects": describe_list(
        describe_object(
            "id name images voice_id", id=TEXT, name=TEXT, images=describe_list(TEXT), voice_id=TEXT
        )
    ),
    "start_image": TEXT,
    "image_settings": describe_list(
        describe_object("key_image prompt duration", key_image=TEXT, prompt=TEXT, duration=INTEGER)
    ),
    "audio_type": TEXT,
    "is_rec": FLAG,
    "video_creation_id": TEXT,
    "wm_position": TEXT,
}
"""What tasks of some operations show as well."""

_PACKAGE: Final = describe_object(
    "id name type concurrency credit_amount credit_remain created_at purchase_at valid_from valid_to",
    **dict.fromkeys(("id", "name", "type"), TEXT),
    **dict.fromkeys(("concurrency", "credit_amount", "credit_remain"), INTEGER),
    **dict.fromkeys(("created_at", "purchase_at", "valid_from", "valid_to"), TIME),
)
NATIVE_SCHEMAS: Final[Json] = {
    "native.accepted": describe_object(
        f"task_id state payload {' '.join(_TASK_PROPERTIES)}",
        task_id=DIGITS,
        state=describe_choice("created"),
        payload=TEXT,
        **_TASK_PROPERTIES,
        **_OPTIONAL_PROPERTIES,
    ),
    "native.result": describe_object(
        "id state err_code credits payload bgm off_peak creations",
        id=DIGITS,
        state=describe_choice(*_STATES),
        err_code=TEXT,
        err_msg=TEXT,
        credits=INTEGER,
        payload=TEXT,
        bgm=FLAG,
        off_peak=FLAG,
        seed=INTEGER,
        progress={**INTEGER, "minimum": 0, "maximum": 100},
        eta={**INTEGER, "description": "Seconds until the end; 0 if unknown."},
        creations=_CREATIONS,
    ),
    "native.list": describe_object(
        "next_page_token tasks",
        next_page_token={**TEXT, "description": "Empty on the last page."},
        tasks=describe_list(
            describe_object(
                f"id state err_code payload creations {' '.join(_TASK_PROPERTIES)}",
                id=DIGITS,
                key_id=TEXT,
                state=describe_choice(*_STATES),
                err_code=TEXT,
                err_msg=TEXT,
                payload=TEXT,
                creations=_CREATIONS,
                **_TASK_PROPERTIES,
                **_OPTIONAL_PROPERTIES,
            )
        ),
    ),
    "native.cancel": {"type": "object"},
    "native.balance": describe_object(
        "remains packages",
        remains=describe_list(
            describe_object(
                "type credit_remain concurrency_limit current_concurrency queue_count",
                type=TEXT,
                credit_remain={**INTEGER, "description": "1000000000 for postpaid tenants."},
                concurrency_limit=INTEGER,
                current_concurrency=INTEGER,
                queue_count=INTEGER,
            )
        ),
        packages={**describe_list(_PACKAGE), "description": "Present if show_detail is true."},
    ),
    "native.uploading": describe_object("", scene={**TEXT, "examples": ["vidu"]}),
    "native.begin_upload": describe_object(
        "id put_url expires_at",
        id=DIGITS,
        put_url={**URL, "description": "Send the file with PUT, without a key. The response has an ETag."},
        expires_at=TIME,
    ),
    "native.finishing": describe_object(
        "etag", etag={**TEXT, "description": "The ETag of the PUT, quoted or not."}
    ),
    "native.finish_upload": describe_object(
        "uri", uri={**TEXT, "pattern": r"^ssupload:\?id=[0-9]+$", "description": "URI to use in requests."}
    ),
    "native.refusal": describe_object(
        "code reason message metadata",
        code=INTEGER,
        reason=TEXT,
        message=TEXT,
        metadata=describe_object("trace_id", trace_id={**TEXT, "pattern": "^[0-9a-f]{32}$"}, field=TEXT),
    ),
}
COMFY_SCHEMAS: Final[Json] = {
    f"comfy.{name}": refer_to(f"native.{name}")
    for name in ("accepted", "result", "list", "cancel", "refusal")
} | {
    "comfy.uploading": describe_object(
        "file_name",
        file_name={**TEXT, "examples": ["a.png"]},
        content_type={**TEXT, "examples": ["image/png", "image/jpeg", "image/webp", "video/mp4"]},
    ),
    "comfy.upload": describe_object(
        "upload_url download_url expires_at existing_file",
        upload_url={**URL, "description": "Send the file with PUT, without a key."},
        download_url={**URL, "description": "URL to use in requests in place of an image."},
        expires_at={**TIME, "description": "Expiry time of upload_url."},
        existing_file={**FLAG, "description": "Always false: every file has to be uploaded."},
    ),
}
