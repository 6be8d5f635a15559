"""Sends what the vtrix command-line client sends, as its source says: it is in no registry to install from.

Not the client itself. Its calls in its order: the models (GET /api/v1/skill/models) and one model's
parameters (GET …/{id}/spec), without a key; a submit to the address that these name; polls below that
address. It decodes answers into fixed types and gives up on the first value of another type, as is done
here by `SHAPES`. It waits 5 seconds between polls; here it is half a second.
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from typing import Any, Final

from steps import (
    FAILING,
    KEY,
    PATIENCE_SECONDS,
    PROMPT,
    URL,
    WHY,
    WORDS,
    Video,
    data_uri,
    raised,
    said,
    saved,
    take,
    version,
)

POLL_SECONDS: Final = 0.5
LEAST_REFUSAL: Final = 400
ENVELOPE: Final = {"status": {"code": int, "message": str}}
SMALL: Final = {"duration": "1", "resolution": "540p", "movement_amplitude": "small"}
LIMITS: Final = {
    "enum": [str],
    "min": float,
    "max": float,
    "min_length": int,
    "max_length": int,
    "max_items": int,
}
PARAMETER: Final = {"name": str, "path": str, "type": str, "required": bool, "constraints": LIMITS}
API: Final = {"endpoint": str, "method": str, "headers": {}}
MODEL: Final = {"id": str, "name": str, "type": str, "input_modalities": [str], "output_modalities": [str]}
SHAPES: Final[dict[str, Any]] = {
    "models": {"models": [MODEL], "total": int, "page": int, "page_size": int, "total_pages": int},
    "spec": {"model_id": str, "name": str, "api": API, "parameters": [PARAMETER], "agent_prompt": str},
    "task": {
        "id": str,
        "status": str,
        "model": str,
        "created_at": int,
        "progress": float,
        "error": str,
        "output": [{"content": [{"type": str, "url": str, "duration": str, "id": str, "img_id": int}]}],
        "usage": {"cost": str, "quantity": int, "unit_price": str, "extra_info": {}},
    },
}


class Refused(Exception):
    """An answer of 400 or above, told as the client tells it."""


def decoded(value: Any, shape: Any, place: str) -> Any:
    """Hold an answer against fixed types: what is absent is fine, what is of another type is not."""
    if isinstance(shape, dict):
        kind: Any = dict
        inner = [
            (value[name], part, f"{place}.{name}") for name, part in shape.items() if name in (value or {})
        ]
    elif isinstance(shape, list):
        kind = list
        inner = [(each, shape[0], f"{place}[{index}]") for index, each in enumerate(value or [])]
    else:
        kind, inner = ((int, float) if shape is float else shape), []
    right = isinstance(value, kind) and (shape is bool or not isinstance(value, bool))
    if value is not None and not right:
        raise TypeError(f"{place} is {value!r}, not {shape}")
    for part in inner:
        decoded(*part)
    return value


def answered(method: str, url: str, key: str = "", body: Any = None) -> tuple[int, Any]:
    """Send one request with the client's headers and return the answer's status and body."""
    headers = {"User-Agent": "vtrix-cli", "X-Source": "cli"}
    if key:
        headers |= {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers, method=method)  # noqa: S310 - the server's own
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - the server's own
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def call(method: str, url: str, key: str, body: Any = None) -> Any:
    """Submit or poll."""
    status, told = answered(method, url, key, body)
    if status >= LEAST_REFUSAL:
        raise Refused(f"HTTP {status}: {told.get('message') or told.get('error')}")
    return decoded(told, SHAPES["task"], "task")


def discovered(path: str, shape: str) -> Any:
    """Read an answer about models: whatever its status, it is an envelope with a status of its own."""
    _, told = answered("GET", f"{URL}/api/v1/skill/models{path}")
    status = decoded(told, ENVELOPE, "answer").get("status", {})
    if status.get("code", 0) not in {0, 200}:
        raise Refused(f"status {status['code']}: {status['message']}")
    if told.get("data") is None:
        raise AssertionError(f"unexpected response: {told}")
    return decoded(told["data"], SHAPES[shape], shape)


def coerced(parameters: list[dict[str, Any]], given: dict[str, str]) -> dict[str, Any]:
    """Turn `--param name=text` into values of the types that the model's description names."""
    out: dict[str, Any] = {}
    for each in parameters:
        if each["name"] not in given:
            if each["required"]:
                raise AssertionError(f"the description requires {each['name']}")
            continue
        text, allowed = given[each["name"]], (each.get("constraints") or {}).get("enum")
        if allowed and text not in allowed:
            raise AssertionError(f"{each['name']}: {text} is not among {allowed}")
        plain = each["type"] == "string"
        out[each["name"]] = text if plain else json.loads(text)
    return out


def submitted(model: str, given: dict[str, str], key: str = KEY) -> tuple[str, str]:
    """Describe, check and submit; return the address and the task's id."""
    spec = discovered(f"/{model}/spec", "spec")
    endpoint = spec["api"]["endpoint"]
    body = {"model": model, "input": [{"params": coerced(spec["parameters"], given)}]}
    return endpoint, str(call("POST", endpoint, key, body)["id"])


def ended(endpoint: str, task_id: str) -> Any:
    """Poll until the task ends."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        task = call("GET", f"{endpoint}/task/{task_id}", KEY)
        if task["status"] in {"completed", "failed"}:
            return task
        time.sleep(POLL_SECONDS)
    raise AssertionError(f"timed out after {PATIENCE_SECONDS} s")


def video(model: str, given: dict[str, str]) -> Video:
    """Make a video and download it from the address that is printed."""
    task = ended(*submitted(model, given))
    if task["status"] != "completed":
        raise AssertionError(task["error"])
    return Video(saved(task["output"][0]["content"][0]["url"], f"{model}.mp4"))


def imaged(**changes: str) -> dict[str, str]:
    """Return the parameters of a request with an image, as they are typed."""
    return {"images": json.dumps([data_uri()]), "prompt": PROMPT, **SMALL, **changes}


def models() -> str:
    """List the models and read every one's description."""
    found = discovered("?page=1&page_size=100&type=video", "models")["models"]
    for model in found:
        discovered(f"/{model['id']}/spec", "spec")
    return said(" ".join(model["id"] for model in found), "viduq2_pro_img2video")


def no_model() -> str:
    """Ask for the parameters of a model that is not there."""
    return said(str(raised(lambda: discovered("/viduq9_img2video/spec", "spec"), Refused)), "status 404")


def refused() -> str:
    """Ask for too long a video."""
    error = raised(lambda: submitted("viduq2_pro_img2video", imaged(duration="99")), Refused)
    return said(str(error), "HTTP 400", "duration")


def wrong_key() -> str:
    """Come with a key that nobody has."""
    error = raised(lambda: submitted("viduq2_pro_img2video", imaged(), "nobody"), Refused)
    return said(str(error), "HTTP 401")


def failed() -> str:
    """Submit what is accepted and cannot be made: an error that is no text would be polled for ever."""
    task = ended(*submitted("viduq2_pro_img2video", imaged(prompt=FAILING)))
    return said(f"{task['status']}: {task['error']}", "failed", WHY)


version("0.1.19, replayed")
take("models", models)
take("no model", no_model)
take("image", lambda: video("viduq2_pro_img2video", imaged()))
take("words", lambda: video("viduq2_text2video", {"prompt": WORDS, **SMALL, "aspect_ratio": "16:9"}))
take("refused", refused)
take("wrong key", wrong_key)
take("failed", failed)
