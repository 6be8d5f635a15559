"""What a failed task failed by: the code that the same fault has where it is found at the submit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keyreel import errors
from keyreel.task import TaskState
from keyreel.wire.dialects.registry import DIALECTS, find_dialect
from support.endings import bring
from support.requests import data_uri

if TYPE_CHECKING:
    from starlette.testclient import TestClient

    from keyreel.cli.local.composition import Platform

NATIVE, VTRIX, V3, VIDEOS = map(find_dialect, ("native", "vtrix", "async_v3", "openai_videos"))
INPUTS = ("InvalidImage", "ImageTooLarge", "ImageTooManyPixels", "ImageSizeOutOfRange", "InvalidRequest")
# Faults that no submit has, one of an older version, and none.
OTHERS: dict[tuple[TaskState, str], tuple[str, str, str, str]] = {
    (TaskState.FAILED, "PictureUnreachable"): (
        "ImageDownloadFailure",
        "002014101",
        "IMAGE_DOWNLOAD_FAILED",
        "image_unreachable",
    ),
    (TaskState.FAILED, "VideoUnreachable"): (
        "VideoDownloadFailure",
        "002014103",
        "VIDEO_DOWNLOAD_FAILED",
        "video_unreachable",
    ),
    (TaskState.FAILED, "RenderFailed"): ("BadRequest", "002014100", "TASK_FAILED", "video_generation_failed"),
    (TaskState.FAILED, "RenderCrashed"): (
        "InternalError",
        "002014100",
        "TASK_FAILED",
        "video_generation_failed",
    ),
    (TaskState.FAILED, "annotations"): ("BadRequest", "002014100", "TASK_FAILED", "video_generation_failed"),
    (TaskState.FAILED, ""): ("BadRequest", "002014100", "TASK_FAILED", "video_generation_failed"),
    (TaskState.CANCELLED, "Cancelled"): ("UserCancelled", "002014102", "TASK_CANCELLED", "cancelled"),
}


def failed(client: TestClient, platform: Platform, state: TaskState, fault: str) -> tuple[str, str, str, str]:
    """Bring a task to its end; return its code as native, vtrix, /v3/async and /v1/videos show it."""
    body = {"model": "viduq2-pro", "images": [data_uri()], "prompt": "push in"}
    task_id = client.post("/ent/v2/img2video", json=body).json()["task_id"]
    bring(platform, state, fault)
    native, vtrix, v3, videos = (
        client.get(each.build_result_request(task_id).path).json() for each in (NATIVE, VTRIX, V3, VIDEOS)
    )
    (listed,) = client.get("/ent/v2/tasks", params={"task_ids": task_id}).json()["tasks"]
    assert listed["err_code"] == native["err_code"]
    return native["err_code"], vtrix["error"]["code"], v3["extra"]["reason"], videos["error"]["code"]


def test_a_fault_of_an_input_has_the_code_of_its_refusal(client: TestClient, platform: Platform) -> None:
    for fault in INPUTS:
        error: Any = getattr(errors, fault)("no", field="images[0]")
        told = {each.name: each.build_error_response(error)[1] for each in DIALECTS}
        assert failed(client, platform, TaskState.FAILED, fault) == (
            told["native"]["reason"],
            told["vtrix"]["code"],
            told["async_v3"]["reason"],
            told["openai_videos"]["error"]["code"],
        )


def test_other_ends_have_codes_of_their_own(client: TestClient, platform: Platform) -> None:
    found = {end: failed(client, platform, *end) for end in OTHERS}
    assert found == OTHERS


def test_a_task_that_has_not_failed_has_no_code(client: TestClient, platform: Platform) -> None:
    body = {"model": "viduq2-pro", "images": [data_uri()], "prompt": "push in"}
    task_id = client.post("/ent/v2/img2video", json=body).json()["task_id"]
    for state in (TaskState.QUEUED, TaskState.SUCCEEDED):
        if state is not TaskState.QUEUED:
            bring(platform, state)
        assert client.get(NATIVE.build_result_request(task_id).path).json()["err_code"] == ""
        assert client.get(V3.build_result_request(task_id).path).json()["extra"]["reason"] == ""


def test_the_command_line_client_reads_errors_as_text(client: TestClient, platform: Platform) -> None:
    body = {"model": "viduq2-pro", "images": [data_uri()], "prompt": "push in"}
    task_id = client.post("/ent/v2/img2video", json=body).json()["task_id"]
    path = VTRIX.build_result_request(task_id).path
    waiting = client.get(path, headers={"X-Source": "cli"}).json()
    assert "error" not in waiting
    bring(platform, TaskState.FAILED)
    assert client.get(path, headers={"X-Source": "cli"}).json()["error"] == "It went wrong."
    error = client.get(path).json()["error"]
    told = {"message": "It went wrong.", "error_message": "It went wrong."}
    assert error == {"code": "002014100", **told}
