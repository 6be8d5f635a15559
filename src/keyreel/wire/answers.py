"""The schemas of what dialects answer, for the OpenAPI document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from keyreel.wire.dialect import Json

_TEXT: Final = {"type": "string"}
_WHOLE: Final = {"type": "integer"}
_DIGITS: Final = {"type": "string", "pattern": "^[0-9]+$"}
_URL: Final = {"type": "string", "format": "uri"}


def _object(required: str, **properties: Any) -> Json:
    """Return an object's schema; `required` lists names separated by blanks."""
    return {"type": "object", "required": required.split(), "properties": properties}


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


def _one_of(*words: str) -> Json:
    return {"type": "string", "enum": list(words)}


SCHEMAS: Final[Json] = {
    "async_v3.accepted": _object("task_id", task_id=_DIGITS, provider_request_id=_TEXT),
    "async_v3.result": _object(
        "extra task images videos audios",
        extra=_object(
            "seed",
            seed=_DIGITS,
            payload=_TEXT,
            enable_nsfw_detection={"type": "boolean"},
            debug_info=_object(
                "request_info",
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
        error=_object("code message", code=_TEXT, message=_TEXT),
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
            "seed", seed=_WHOLE, payload=_TEXT, started_at=_WHOLE, finished_at=_WHOLE, eta_seconds=_WHOLE
        ),
    ),
    "vtrix.discovery": _object(
        "status data", status=_object("code message", code=_WHOLE, message=_TEXT), data={"type": "object"}
    ),
    "vtrix.refusal": _object("code message", code=_TEXT, message=_TEXT),
}
