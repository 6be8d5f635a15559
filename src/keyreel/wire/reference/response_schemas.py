"""The JSON schemas of what every dialect answers, by the names of dialect and response."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from keyreel.wire.reference.native_schemas import COMFY_SCHEMAS, NATIVE_SCHEMAS
from keyreel.wire.reference.openapi_parts import (
    DIGITS,
    FLAG,
    INTEGER,
    TEXT,
    URL,
    describe_choice,
    describe_list,
    describe_object,
    refer_to,
)

if TYPE_CHECKING:
    from keyreel.wire.json_types import Json

_OR_NULL: Final[Json] = {"type": ["integer", "null"]}
_URL_OR_NULL: Final[Json] = {"type": ["string", "null"], "format": "uri"}
_FRAME: Final = "Width x height of the file, or the expected size until the video is ready."
_VIDEOS: Final[Json] = {
    "openai_videos.accepted": refer_to("openai_videos.result"),
    "openai_videos.result": describe_object(
        "id object model status progress created_at completed_at expires_at seconds size prompt "
        "remixed_from_video_id error seed eta_seconds payload url cover_url",
        id=DIGITS,
        object=describe_choice("video"),
        model=TEXT,
        status=describe_choice("queued", "in_progress", "completed", "failed"),
        progress={**INTEGER, "minimum": 0, "maximum": 100},
        created_at={**INTEGER, "description": "Seconds since 1970."},
        completed_at=_OR_NULL,
        expires_at=_OR_NULL,
        seconds=DIGITS,
        size={**TEXT, "pattern": "^[0-9]+x[0-9]+$", "description": _FRAME},
        prompt=TEXT,
        remixed_from_video_id={"type": "null"},
        error={"anyOf": [{"type": "null"}, describe_object("code message", code=TEXT, message=TEXT)]},
        seed=INTEGER,
        eta_seconds=INTEGER,
        payload=TEXT,
        url=_URL_OR_NULL,
        cover_url=_URL_OR_NULL,
    ),
    "openai_videos.list": describe_object(
        "object data first_id last_id has_more",
        object=describe_choice("list"),
        data=describe_list(refer_to("openai_videos.result")),
        first_id={"type": ["string", "null"]},
        last_id={"type": ["string", "null"]},
        has_more=FLAG,
    ),
    "openai_videos.cancel": describe_object(
        "id object deleted", id=DIGITS, object=describe_choice("video.deleted"), deleted=FLAG
    ),
    "openai_videos.refusal": describe_object(
        "error",
        error=describe_object(
            "message type param code",
            message=TEXT,
            type=TEXT,
            param={"type": ["string", "null"]},
            code=TEXT,
        ),
    ),
}

_VTRIX_STATUS: Final = describe_object("code message", code=INTEGER, message=TEXT)
_VTRIX_MODEL_PAGE: Final = describe_object(
    "models total page page_size total_pages",
    models=describe_list(
        describe_object(
            "id name type description input_modalities output_modalities",
            **dict.fromkeys(("id", "name", "description"), TEXT),
            type=describe_choice("video"),
            input_modalities=describe_list(TEXT),
            output_modalities=describe_list(TEXT),
        )
    ),
    **dict.fromkeys(("total", "page", "page_size", "total_pages"), INTEGER),
)
_VTRIX_MODEL_SPEC: Final = describe_object(
    "model_id name vendor type api parameters agent_prompt",
    **dict.fromkeys(("model_id", "name", "vendor", "agent_prompt"), TEXT),
    type=describe_choice("video"),
    api=describe_object("endpoint method headers", endpoint=URL, method=TEXT, headers={"type": "object"}),
    parameters=describe_list(refer_to("vtrix.parameter")),
)
_VTRIX_PARAMETER: Final = describe_object(
    "name path type required description constraints example children",
    **dict.fromkeys(("name", "path", "type", "description"), TEXT),
    required=FLAG,
    constraints={"type": "object", "description": "Limits by their names, such as max_length."},
    example={"description": "An example value, or null."},
    children=describe_list(refer_to("vtrix.parameter")),
)

RESPONSE_SCHEMAS: Final[Json] = {
    **NATIVE_SCHEMAS,
    **COMFY_SCHEMAS,
    **_VIDEOS,
    "async_v3.balance": describe_object(
        "allow_features credit_balance free_trial",
        allow_features=describe_list(TEXT),
        credit_balance={**INTEGER, "description": "1000000000 for postpaid tenants."},
        free_trial={"type": "object"},
    ),
    "async_v3.accepted": describe_object("task_id", task_id=DIGITS, provider_request_id=TEXT),
    "async_v3.result": describe_object(
        "extra task images videos audios",
        extra=describe_object(
            "seed payload enable_nsfw_detection reason debug_info",
            seed=DIGITS,
            payload=TEXT,
            enable_nsfw_detection={"type": "boolean"},
            reason={**TEXT, "description": "Error code of a failed task, as in an error response."},
            debug_info=describe_object(
                "request_info submit_time_ms execute_time_ms complete_time_ms",
                request_info=TEXT,
                submit_time_ms=DIGITS,
                execute_time_ms=DIGITS,
                complete_time_ms=DIGITS,
            ),
        ),
        task=describe_object(
            "task_id status reason task_type eta progress_percent",
            task_id=DIGITS,
            status=describe_choice(
                "TASK_STATUS_QUEUED", "TASK_STATUS_PROCESSING", "TASK_STATUS_SUCCEED", "TASK_STATUS_FAILED"
            ),
            reason=TEXT,
            task_type=TEXT,
            eta={**INTEGER, "description": "Seconds until the end; 0 if unknown."},
            progress_percent={**INTEGER, "minimum": 0, "maximum": 100},
        ),
        images=describe_list({}),
        videos=describe_list(
            describe_object(
                "video_url video_url_ttl video_type",
                video_url=URL,
                video_url_ttl={**DIGITS, "description": "Seconds that the URL is valid."},
                video_type=describe_choice("mp4"),
                cover_url=URL,
            )
        ),
        audios=describe_list({}),
    ),
    "async_v3.refusal": describe_object(
        "code reason message metadata",
        code=INTEGER,
        reason=TEXT,
        message=TEXT,
        metadata=describe_object("", field=TEXT),
    ),
    "vtrix.accepted": {"$ref": "#/components/schemas/vtrix.result"},
    "vtrix.result": describe_object(
        "id created_at status model metadata",
        id=DIGITS,
        created_at={**INTEGER, "description": "Seconds since 1970."},
        status=describe_choice("in_progress", "completed", "failed"),
        model=TEXT,
        progress={"type": "number", "minimum": 0, "maximum": 1},
        error=describe_object("code message error_message", code=TEXT, message=TEXT, error_message=TEXT),
        output=describe_list(
            describe_object(
                "content",
                content=describe_list(
                    describe_object(
                        "type url", type=describe_choice("video"), url=URL, jobId=DIGITS, cover_url=URL
                    )
                ),
            )
        ),
        usage=describe_object(
            "cost discount quantity unit_price extra_info",
            cost={**TEXT, "description": "US dollars."},
            discount={"type": "number"},
            quantity=INTEGER,
            unit_price=TEXT,
            extra_info={"type": "object"},
        ),
        metadata=describe_object(
            "seed payload started_at finished_at eta_seconds",
            seed=INTEGER,
            payload=TEXT,
            started_at=INTEGER,
            finished_at=INTEGER,
            eta_seconds=INTEGER,
        ),
    ),
    "vtrix.discovery": describe_object(
        "status data", status=_VTRIX_STATUS, data={"anyOf": [_VTRIX_MODEL_PAGE, _VTRIX_MODEL_SPEC]}
    ),
    "vtrix.discovery_refusal": describe_object("status data", status=_VTRIX_STATUS, data={"type": "null"}),
    "vtrix.parameter": _VTRIX_PARAMETER,
    "vtrix.refusal": describe_object("code message", code=TEXT, message=TEXT),
}
