"""The schemas of what dialects answer, for the OpenAPI document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from keyreel.wire.dialects.dialect import Json

_TEXT: Final = {"type": "string"}
_WHOLE: Final = {"type": "integer"}
_FLAG: Final = {"type": "boolean"}
_DIGITS: Final = {"type": "string", "pattern": "^[0-9]+$"}
_URL: Final = {"type": "string", "format": "uri"}


def _object(required: str, **properties: Any) -> Json:
    """Return an object's schema; `required` lists names separated by blanks."""
    return {"type": "object", "required": required.split(), "properties": properties}


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


def _one_of(*words: str) -> Json:
    return {"type": "string", "enum": list(words)}


def _same_as(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


_STATES: Final = ("queueing", "processing", "success", "failed")
_CREATIONS: Final = _list(
    _object("id url cover_url watermarked_url", id=_DIGITS, url=_URL, cover_url=_URL, watermarked_url=_URL)
)
_TASK_PROPERTIES: Final[Json] = {
    "type": _TEXT,
    "model": _TEXT,
    "prompt": _TEXT,
    "images": _list(_TEXT),
    "duration": {**_WHOLE, "description": "Seconds."},
    "seed": _WHOLE,
    "aspect_ratio": _TEXT,
    "resolution": _TEXT,
    "movement_amplitude": _TEXT,
    "bgm": _FLAG,
    "audio": _FLAG,
    "off_peak": _FLAG,
    "watermark": _FLAG,
    "credits": _WHOLE,
    "created_at": {"type": "string", "format": "date-time"},
}
_NATIVE: Final[Json] = {
    "native.accepted": _object(
        f"task_id state payload {' '.join(_TASK_PROPERTIES)}",
        task_id=_DIGITS,
        state=_one_of("created"),
        payload=_TEXT,
        **_TASK_PROPERTIES,
    ),
    "native.result": _object(
        "id state err_code credits payload bgm off_peak creations",
        id=_DIGITS,
        state=_one_of(*_STATES),
        err_code=_TEXT,
        err_msg=_TEXT,
        credits=_WHOLE,
        payload=_TEXT,
        bgm=_FLAG,
        off_peak=_FLAG,
        seed=_WHOLE,
        progress={**_WHOLE, "minimum": 0, "maximum": 100},
        eta={**_WHOLE, "description": "Seconds until the end; 0 when nothing can be said."},
        creations=_CREATIONS,
    ),
    "native.list": _object(
        "next_page_token tasks",
        next_page_token={**_TEXT, "description": "Empty on the last page."},
        tasks=_list(
            _object(
                f"id state err_code payload creations {' '.join(_TASK_PROPERTIES)}",
                id=_DIGITS,
                key_id=_TEXT,
                state=_one_of(*_STATES),
                err_code=_TEXT,
                err_msg=_TEXT,
                payload=_TEXT,
                creations=_CREATIONS,
                **_TASK_PROPERTIES,
            )
        ),
    ),
    "native.cancel": {"type": "object"},
    "native.balance": _object(
        "remains packages",
        remains=_list(
            _object(
                "type credit_remain concurrency_limit current_concurrency queue_count",
                type=_TEXT,
                credit_remain={**_WHOLE, "description": "1000000000 for who pays afterwards."},
                concurrency_limit=_WHOLE,
                current_concurrency=_WHOLE,
                queue_count=_WHOLE,
            )
        ),
        packages=_list({"type": "object", "description": "Listed where show_detail is true."}),
    ),
    "native.uploading": _object("", scene={**_TEXT, "examples": ["vidu"]}),
    "native.begin_upload": _object(
        "id put_url expires_at",
        id=_DIGITS,
        put_url={**_URL, "description": "Takes the file by PUT, without a key; the answer has an ETag."},
        expires_at={"type": "string", "format": "date-time"},
    ),
    "native.finishing": _object("etag", etag={**_TEXT, "description": "The PUT's, quoted or not."}),
    "native.finish_upload": _object(
        "uri", uri={**_TEXT, "pattern": r"^ssupload:\?id=[0-9]+$", "description": "What requests name."}
    ),
    "native.refusal": _object(
        "code reason message metadata",
        code=_WHOLE,
        reason=_TEXT,
        message=_TEXT,
        metadata=_object("trace_id", trace_id={**_TEXT, "pattern": "^[0-9a-f]{32}$"}, field=_TEXT),
    ),
}
_COMFY: Final[Json] = {
    f"comfy.{name}": _same_as(f"native.{name}")
    for name in ("accepted", "result", "list", "cancel", "refusal")
} | {
    "comfy.uploading": _object(
        "file_name",
        file_name={**_TEXT, "examples": ["a.png"]},
        content_type={**_TEXT, "examples": ["image/png", "image/jpeg", "image/webp", "video/mp4"]},
    ),
    "comfy.upload": _object(
        "upload_url download_url expires_at existing_file",
        upload_url={**_URL, "description": "Takes the file by PUT, without a key."},
        download_url={**_URL, "description": "What requests name in place of an image."},
        expires_at={"type": "string", "format": "date-time", "description": "Until when upload_url is good."},
        existing_file={**_FLAG, "description": "Always false: every upload is put."},
    ),
}
_OR_NULL: Final[Json] = {"type": ["integer", "null"]}
_URL_OR_NULL: Final[Json] = {"type": ["string", "null"], "format": "uri"}
_FRAME: Final = "Width x height: the file's, once it is there; before that, what it is likely to become."
_VIDEOS: Final[Json] = {
    "openai_videos.accepted": _same_as("openai_videos.result"),
    "openai_videos.result": _object(
        "id object model status progress created_at completed_at expires_at seconds size prompt "
        "remixed_from_video_id error seed eta_seconds payload url cover_url",
        id=_DIGITS,
        object=_one_of("video"),
        model=_TEXT,
        status=_one_of("queued", "in_progress", "completed", "failed"),
        progress={**_WHOLE, "minimum": 0, "maximum": 100},
        created_at={**_WHOLE, "description": "Seconds since 1970."},
        completed_at=_OR_NULL,
        expires_at=_OR_NULL,
        seconds=_DIGITS,
        size={**_TEXT, "pattern": "^[0-9]+x[0-9]+$", "description": _FRAME},
        prompt=_TEXT,
        remixed_from_video_id={"type": "null"},
        error={"anyOf": [{"type": "null"}, _object("code message", code=_TEXT, message=_TEXT)]},
        seed=_WHOLE,
        eta_seconds=_WHOLE,
        payload=_TEXT,
        url=_URL_OR_NULL,
        cover_url=_URL_OR_NULL,
    ),
    "openai_videos.list": _object(
        "object data first_id last_id has_more",
        object=_one_of("list"),
        data=_list(_same_as("openai_videos.result")),
        first_id={"type": ["string", "null"]},
        last_id={"type": ["string", "null"]},
        has_more=_FLAG,
    ),
    "openai_videos.cancel": _object(
        "id object deleted", id=_DIGITS, object=_one_of("video.deleted"), deleted=_FLAG
    ),
    "openai_videos.refusal": _object(
        "error",
        error=_object(
            "message type param code",
            message=_TEXT,
            type=_TEXT,
            param={"type": ["string", "null"]},
            code=_TEXT,
        ),
    ),
}

RESPONSE_SCHEMAS: Final[Json] = {
    **_NATIVE,
    **_COMFY,
    **_VIDEOS,
    "async_v3.balance": _object(
        "allow_features credit_balance free_trial",
        allow_features=_list(_TEXT),
        credit_balance={**_WHOLE, "description": "1000000000 for who pays afterwards."},
        free_trial={"type": "object"},
    ),
    "async_v3.accepted": _object("task_id", task_id=_DIGITS, provider_request_id=_TEXT),
    "async_v3.result": _object(
        "extra task images videos audios",
        extra=_object(
            "seed payload enable_nsfw_detection reason debug_info",
            seed=_DIGITS,
            payload=_TEXT,
            enable_nsfw_detection={"type": "boolean"},
            reason={**_TEXT, "description": "The code of what a failed task failed by, as in a refusal."},
            debug_info=_object(
                "request_info submit_time_ms execute_time_ms complete_time_ms",
                request_info=_TEXT,
                submit_time_ms=_DIGITS,
                execute_time_ms=_DIGITS,
                complete_time_ms=_DIGITS,
            ),
        ),
        task=_object(
            "task_id status reason task_type eta progress_percent",
            task_id=_DIGITS,
            status=_one_of(
                "TASK_STATUS_QUEUED", "TASK_STATUS_PROCESSING", "TASK_STATUS_SUCCEED", "TASK_STATUS_FAILED"
            ),
            reason=_TEXT,
            task_type=_TEXT,
            eta={**_WHOLE, "description": "Seconds until the end; 0 when nothing can be said."},
            progress_percent={**_WHOLE, "minimum": 0, "maximum": 100},
        ),
        images=_list({}),
        videos=_list(
            _object(
                "video_url video_url_ttl video_type",
                video_url=_URL,
                video_url_ttl={**_DIGITS, "description": "Seconds that the address stays good."},
                video_type=_one_of("mp4"),
                cover_url=_URL,
            )
        ),
        audios=_list({}),
    ),
    "async_v3.refusal": _object(
        "code reason message metadata",
        code=_WHOLE,
        reason=_TEXT,
        message=_TEXT,
        metadata=_object("", field=_TEXT),
    ),
    "vtrix.accepted": {"$ref": "#/components/schemas/vtrix.result"},
    "vtrix.result": _object(
        "id created_at status model metadata",
        id=_DIGITS,
        created_at={**_WHOLE, "description": "Seconds since 1970."},
        status=_one_of("in_progress", "completed", "failed"),
        model=_TEXT,
        progress={"type": "number", "minimum": 0, "maximum": 1},
        error=_object("code message error_message", code=_TEXT, message=_TEXT, error_message=_TEXT),
        output=_list(
            _object(
                "content",
                content=_list(
                    _object("type url", type=_one_of("video"), url=_URL, jobId=_DIGITS, cover_url=_URL)
                ),
            )
        ),
        usage=_object(
            "cost discount quantity unit_price extra_info",
            cost={**_TEXT, "description": "US dollars."},
            discount={"type": "number"},
            quantity=_WHOLE,
            unit_price=_TEXT,
            extra_info={"type": "object"},
        ),
        metadata=_object(
            "seed payload started_at finished_at eta_seconds",
            seed=_WHOLE,
            payload=_TEXT,
            started_at=_WHOLE,
            finished_at=_WHOLE,
            eta_seconds=_WHOLE,
        ),
    ),
    "vtrix.discovery": _object(
        "status data", status=_object("code message", code=_WHOLE, message=_TEXT), data={"type": "object"}
    ),
    "vtrix.discovery_refusal": _object(
        "status data", status=_object("code message", code=_WHOLE, message=_TEXT), data={"type": "null"}
    ),
    "vtrix.refusal": _object("code message", code=_TEXT, message=_TEXT),
}
