"""The engine that has a server with `/v1/videos` make the frames, and conforms them to the order."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from keyreel.engine import Clip
from keyreel.engines.conform.rendering import render_conformed
from keyreel.engines.videos.flavour import VideoRequest
from keyreel.engines.videos.operations import is_made_of, name_references
from keyreel.engines.videos.remote_call import RemoteCall, list_open_videos
from keyreel.engines.videos.server import VideoServer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import TracebackType
    from typing import Self

    from keyreel.engine import EngineHealth, Frame, Job
    from keyreel.engines.conform.frame_rule import FrameRule
    from keyreel.engines.conform.rendering import ModelCall, ReportFraction
    from keyreel.engines.videos.flavour import Flavour, Parameter
    from keyreel.engines.videos.server import ServerAddress
    from keyreel.order import Operation, Order


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A model as a server offers it: its name there, or "", and what it makes in one call.

    `parameters` go with every request; a video that takes longer than `timeout_seconds` has failed. Where
    `is_paid`, none is asked for that may have been asked for already.
    """

    name: str
    rule: FrameRule
    operations: frozenset[Operation]
    parameters: Mapping[str, Parameter]
    timeout_seconds: float
    is_paid: bool = False


class VideosEngine:
    """Makes orders with one model of one server."""

    slots = 1

    def __init__(self, name: str, address: ServerAddress, model: ServedModel) -> None:
        self.name = name
        self._address = address
        self._model = model

    def accepts(self, order: Order) -> bool:
        """Accept what can be made of calls that the model does."""
        return is_made_of(order, self._model.rule, self._model.operations)

    async def check(self) -> EngineHealth:
        """Ask the server whether it is well."""
        async with VideoServer(self._address) as server:
            return await server.check()

    async def cancel_remotely(self, steps: Mapping[str, str]) -> None:
        """Have the server stop what it makes, if it can."""
        if self._address.flavour.stops_deleted:
            async with VideoServer(self._address) as server:
                for video_id in list_open_videos(steps):
                    await server.delete(video_id)

    async def render(self, order: Order, job: Job) -> Clip:
        """Have the segments made one by one."""
        async with VideoServer(self._address) as server:
            calls = _RemoteCalls(self._address.flavour, self._model, server, order, job)
            return Clip(await render_conformed(order, job, self._model.rule, calls.make))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


@dataclass(frozen=True, slots=True)
class _RemoteCalls:
    """The calls that one render consists of."""

    flavour: Flavour
    model: ServedModel
    server: VideoServer
    order: Order
    job: Job

    async def make(self, call: ModelCall, report: ReportFraction) -> Iterable[Frame]:
        """Have the frames of a call made and received."""
        from keyreel.engines.conform.received import read_planned_frames

        target = self.job.folder / f"segment-{call.index}.received"
        remote = RemoteCall(
            self.server,
            self.flavour,
            self.job,
            call.index,
            report,
            self.model.timeout_seconds,
            is_paid=self.model.is_paid,
        )
        await remote.receive(self.flavour.build_body(self._build_request(call)), target)
        return read_planned_frames(target, call.plan)

    def _build_request(self, call: ModelCall) -> VideoRequest:
        references = [Path(image) for subject in self.order.subjects for image in subject.images]
        return VideoRequest(
            model=self.model.name,
            prompt=name_references(call.prompt, self.order),
            seed=call.seed,
            plan=call.plan,
            first=_encode_png(call.first),
            last=_encode_png(call.last),
            references=tuple(image.read_bytes() for image in references),
            parameters=self.model.parameters,
        )


def _encode_png(frame: Frame | None) -> bytes | None:
    """Encode a frame as a PNG file."""
    if frame is None:
        return None
    from io import BytesIO

    from PIL import Image

    file = BytesIO()
    Image.fromarray(frame).save(file, "PNG", compress_level=1)
    return file.getvalue()
