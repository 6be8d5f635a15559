"""A fake server with `/v1/videos`, for trying the engine type `videos`: it makes small real videos.

It behaves as servers of its flavour do where they differ: what bodies they take, how they tell that a video
failed, what DELETE does, whether they tell progress. It misbehaves on demand.
"""

from __future__ import annotations

import json
import sys
import threading
from collections import deque
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    import numpy as np
    from numpy.typing import NDArray

    from keyreel.order import Size

_PATH: Final = "/v1/videos"
_FORMS_ONLY: Final = frozenset({"vllm-omni"})
_ABORTING: Final = frozenset({"vllm-omni", "plain"})
_PROGRESSING: Final = frozenset({"sglang"})
_DURABLE: Final = frozenset({"plain"})


@dataclass(frozen=True, slots=True)
class CannedAnswer:
    """What a fake server answers instead of its own answer; `cut` leaves out the end of the body."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict[str, str])
    cut: bool = False


@dataclass(slots=True)
class FakeVideo:
    """A video that was asked for: its fields, the PNG files that came with them, and what became of it."""

    id: str
    fields: dict[str, Any]
    images: tuple[bytes, ...] = ()
    polls: int = 0
    status: str = "queued"
    deleted: bool = False


class FakeVideoServer(ThreadingHTTPServer):
    """Listens on the loopback while it is entered; a video is completed at its poll number `polls_needed`.

    `videos` are those that it knows, `asked` all that were ever asked for, in order. `canned` answers are
    given first, one each, to requests of their method. Unless it `is_well` its health check fails, and
    nothing else. With `failure` videos fail, for this reason; `content`
    is sent instead of videos.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, flavour: str, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.flavour = flavour
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02})
        self.behave()

    def behave(self) -> None:
        """Begin anew: without videos, and without faults."""
        self.videos: dict[str, FakeVideo] = {}
        self.asked: list[FakeVideo] = []
        self.authorizations: set[str] = set()
        self.canned: dict[str, deque[CannedAnswer]] = {"GET": deque(), "POST": deque(), "DELETE": deque()}
        self.is_well = True
        self.failure = ""
        self.content: bytes | None = None
        self.polls_needed = 2
        self._keys: dict[str, FakeVideo] = {}

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_port}"

    def lose_videos(self) -> None:
        """Forget all videos, as servers do that keep them in memory and are started again."""
        self.videos.clear()

    def add_video(self, fields: dict[str, Any], images: tuple[bytes, ...], key: str) -> FakeVideo:
        """Take a request; one that comes again with the same idempotency key is the same video."""
        if key in self._keys:
            return self._keys[key]
        video = FakeVideo(f"video_{uuid4().hex}", fields, images)
        self.asked.append(video)
        self.videos[video.id] = video
        if key and self.flavour in _DURABLE:
            self._keys[key] = video
        return video

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that leave in the middle."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: FakeVideoServer  # pyright: ignore[reportIncompatibleVariableOverride] - this handler's alone

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self._answer_canned():
            return
        server = self.server
        server.authorizations.add(self.headers.get("Authorization", ""))
        is_form = self.headers.get_content_type() == "multipart/form-data"
        if server.flavour in _FORMS_ONLY and not is_form:
            self._send_json(422, {"detail": [{"loc": ["body", "prompt"], "msg": "Field required"}]})
            return
        fields, images = self._parse_form(body) if is_form else (json.loads(body), ())
        if server.flavour == "sglang" and is_form and not images:
            self._send_json(400, {"detail": "input_reference file is required"})
            return
        video = server.add_video(fields, images, self.headers.get("Idempotency-Key", ""))
        self._send_json(200, self._describe(video))

    def do_GET(self) -> None:
        if self.path in {"/health", "/v1/models"}:
            self._send_json(200 if self.server.is_well else 503, {})
            return
        if self._answer_canned():
            return
        video_id, _, rest = self.path.removeprefix(f"{_PATH}/").partition("/")
        video = self.server.videos.get(video_id)
        if video is None or (rest and video.status != "completed"):
            self._send_json(404, {"detail": "Video not found"})
        elif rest:
            self._send(200, self.server.content or make_video(video), "video/mp4")
        else:
            self._tell(video)

    def do_DELETE(self) -> None:
        if self._answer_canned():
            return
        video = self.server.videos.get(self.path.removeprefix(f"{_PATH}/"))
        if video is None:
            self._send_json(404, {"detail": "Video not found"})
            return
        video.deleted = True
        if self.server.flavour in _ABORTING and video.status == "completed":
            self._send_json(409, {"detail": "The video is finished."})
            return
        self.server.videos.pop(video.id)
        self._send_json(200, {"id": video.id, "object": "video.deleted", "deleted": True})

    def _tell(self, video: FakeVideo) -> None:
        """Answer a poll, with which the video comes nearer to its end."""
        server = self.server
        video.polls += 1
        video.status = "in_progress" if video.polls < server.polls_needed else "completed"
        if server.failure and video.status == "completed":
            video.status = "failed"
        # vLLM-Omni tells failures with the HTTP status of an error.
        failed = video.status == "failed" and server.flavour == "vllm-omni"
        self._send_json(500 if failed else 200, self._describe(video))

    def _describe(self, video: FakeVideo) -> dict[str, Any]:
        progress = 100 if video.status == "completed" else 0
        if self.server.flavour in _PROGRESSING and video.status == "in_progress":
            progress = 100 * video.polls // self.server.polls_needed
        answer = {"id": video.id, "object": "video", "status": video.status, "progress": progress}
        return answer | ({"error": {"message": self.server.failure}} if video.status == "failed" else {})

    def _parse_form(self, body: bytes) -> tuple[dict[str, Any], tuple[bytes, ...]]:
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        fields: dict[str, Any] = {}
        images: list[bytes] = []
        for part in BytesParser(policy=HTTP).parsebytes(head + body).iter_parts():
            content = part.get_payload(decode=True)
            if not isinstance(content, bytes):
                continue
            if part.get_filename():
                images.append(content)
            else:
                fields[str(part.get_param("name", header="content-disposition"))] = content.decode()
        return fields, tuple(images)

    def _answer_canned(self) -> bool:
        canned = self.server.canned[self.command]
        if not canned:
            return False
        answer = canned.popleft()
        self._send(answer.status, answer.body, "application/json", answer.headers, cut=answer.cut)
        return True

    def _send_json(self, status: int, answer: dict[str, Any]) -> None:
        self._send(status, json.dumps(answer).encode(), "application/json")

    def _send(
        self,
        status: int,
        body: bytes,
        media_type: str,
        headers: dict[str, str] | None = None,
        *,
        cut: bool = False,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)
        self.close_connection = cut

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base names it so
        """Say nothing."""


def make_video(video: FakeVideo) -> bytes:
    """Make the video that was asked for: a pan over its image, or over a gradient, as an MP4 file."""
    from keyreel.media.video_writer import open_video_writer
    from keyreel.order import FPS, Size

    width, height = (int(side) for side in video.fields["size"].split("x"))
    fps = int(video.fields.get("fps", FPS))
    frames = int(video.fields.get("num_frames") or int(video.fields["seconds"]) * fps)
    picture = _draw(video.images[:1], Size(width, height))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "video.mp4"
        with open_video_writer(path, Size(width, height), fps=fps) as film:
            for number in range(frames):
                film.write(_move(picture, number))
        return path.read_bytes()


def _draw(images: tuple[bytes, ...], size: Size) -> NDArray[np.uint8]:
    import numpy as np
    from PIL import Image

    if images:
        with Image.open(BytesIO(images[0])) as image:
            return np.asarray(image.convert("RGB").resize((size.width, size.height)))
    across = np.linspace(0, 255, size.width, dtype=np.uint8)
    return np.stack([np.tile(across, (size.height, 1))] * 3, axis=2)


def _move(picture: NDArray[np.uint8], pixels: int) -> NDArray[np.uint8]:
    import numpy as np

    return np.ascontiguousarray(np.roll(picture, pixels, axis=1))
