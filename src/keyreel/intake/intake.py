"""Images and videos of a request, from its arrival to the files that engines read.

`receive` runs while the client waits: it decodes no pixel and opens no connection. `gather` is the worker's.
"""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from math import ceil
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, Protocol, TypeVar

from keyreel.errors import (
    InvalidImage,
    InvalidRequest,
    KeyreelError,
    LinkExpired,
    LinkForged,
    PictureUnreachable,
    VideoUnreachable,
)
from keyreel.intake.content_encodings import InvalidContentEncoding
from keyreel.intake.egress import DestinationUnreachable, EgressClient
from keyreel.intake.images import check_video, decode_inline_image, inspect_image, make_too_large_error
from keyreel.intake.response_reader import ResponseTooLarge
from keyreel.intake.sandbox import Sandbox
from keyreel.order import ImageRef, Order, Size, list_images, replace_images, settle_size
from keyreel.storage.passing_faults import translate_passing_faults
from keyreel.storage.samples import find_sample
from keyreel.system.tenant_turns import TenantTurns
from keyreel.wire.endpoints.from_video import MAX_SOURCE_SECONDS, MIN_SOURCE_SECONDS
from keyreel.wire.inputs.sources import STORED_FILE_PREFIX
from keyreel.wire.inputs.urls import is_http_url

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from keyreel.storage.objects import ObjectStorage
    from keyreel.wire.endpoints.endpoint import Endpoint, ImageRules

ASSET_PREFIX: Final = "asset:"
"""The prefix of a reference to a stored image; its SHA-256 in hexadecimal follows."""

_SMALL_SOURCES_CHARS: Final = 48 << 10
"""Inline images with no more text together are decoded at once: in 0.2 ms, and 2 ms at the very worst.

To hand them to a thread and back would take longer, and hold up the other requests just as well.
"""
_LARGE_SOURCE_CHARS: Final = 1 << 20
"""Inline images with longer text are decoded in turns: each holds its bytes twice."""
_LARGE_DECODES, _LARGE_DECODES_PER_TENANT = 3, 2
_IMAGE_FETCHES, _IMAGE_FETCHES_PER_TENANT = 12, 4
_VIDEO_FETCHES, _VIDEO_FETCHES_PER_TENANT = 3, 2
"""Each may hold `_MAX_VIDEO_BYTES` twice."""
_TEN_MEGABYTES: Final = 10_000_000
_SECONDS_PER_TEN_MEGABYTES: Final = 15.0
"""The deadline of a fetch, for each ten megabytes that its body may have."""
_MAX_IMAGE_FETCH_SECONDS: Final = 30.0
_MAX_VIDEO_FETCH_SECONDS: Final = 60.0
_GATHER_SECONDS: Final = 120.0
"""At most, for all downloads of a task together, with their waiting for turns."""
_VIDEO_FIELD: Final = "video_url"
_MAX_VIDEO_BYTES: Final = 100_000_000

T = TypeVar("T")
_Request = TypeVar("_Request", bound="Endpoint")


def _resolve_nothing(_url: str) -> None:
    """Resolve no URL: for a server without a URL of its own."""


async def _ask_here(call: Callable[[], T]) -> T:
    """Make a call that waits for nobody."""
    return call()


class _FetchContext(NamedTuple):
    """For whom inputs are fetched, and until when: a moment of the event loop's time."""

    tenant: str
    latest: float


class AskWithoutBlocking(Protocol):
    """Makes a call that may wait for another machine, without holding up the event loop."""

    async def __call__(self, call: Callable[[], T], /) -> T:
        """Return what the call returns."""
        ...


class _InputSource(NamedTuple):
    """An input: the field that names it, and what errors call it."""

    field: str
    noun: str = "image"

    @property
    def unreachable_error(self) -> type[PictureUnreachable | VideoUnreachable]:
        """The error for an input that cannot be fetched."""
        return VideoUnreachable if self.noun == "video" else PictureUnreachable

    @property
    def invalid_error(self) -> type[InvalidRequest]:
        """The error for an input that is damaged."""
        return InvalidRequest if self.noun == "video" else InvalidImage


class _InlineInput(NamedTuple):
    """An image that came inside the request."""

    data: bytes
    size: Size
    sha256: str


@dataclass(frozen=True, slots=True)
class Received(Generic[_Request]):
    """A request whose images were checked."""

    request: _Request
    """It refers to its inline images by their content."""
    files: Mapping[str, bytes]
    """These images by their storage keys; they must be stored before the task."""


class Intake:
    """Checks, fetches and decodes the images and videos of requests.

    `resolve` returns the storage key behind a URL of this server, None for any other URL; it is called by
    `ask`, for it may look up the API key that the link was made for. Downloads take turns, and so do large
    images: no tenant can hold them all.
    """

    def __init__(
        self,
        storage: ObjectStorage,
        egress: EgressClient,
        *,
        resolve: Callable[[str], str | None] = _resolve_nothing,
        ask: AskWithoutBlocking = _ask_here,
        gather_seconds: float = _GATHER_SECONDS,
    ) -> None:
        self._gather_seconds = gather_seconds
        self._storage = storage
        self._egress = egress
        self._resolve = resolve
        self._ask = ask
        self._sandbox = Sandbox()
        self._large_decodes = TenantTurns(_LARGE_DECODES, per_tenant=_LARGE_DECODES_PER_TENANT)
        self._fetches = {
            "image": TenantTurns(_IMAGE_FETCHES, per_tenant=_IMAGE_FETCHES_PER_TENANT),
            "video": TenantTurns(_VIDEO_FETCHES, per_tenant=_VIDEO_FETCHES_PER_TENANT),
        }

    def warm_up(self) -> None:
        """Start ahead what images are decoded in."""
        self._sandbox.warm_up()

    async def receive(self, endpoint: _Request, *, tenant: str) -> Received[_Request]:
        """Check a tenant's inline images and replace them by references to them; nothing is stored.

        Raises:
            InvalidRequest: an image, or its URL, breaks a rule of its field.
        """
        sources, sizes, files = dict(endpoint.get_image_sources()), dict[str, Size](), dict[str, bytes]()
        are_small = sum(map(len, sources.values())) <= _SMALL_SOURCES_CHARS
        for path, source in sources.items():
            if is_http_url(source):
                await self._ask(partial(self.check_url, source, path))
                continue
            decode = partial(_decode_and_inspect, source, endpoint.get_image_rules(path), path)
            if are_small:
                image = decode()
            else:
                is_large = len(source) > _LARGE_SOURCE_CHARS
                async with self._large_decodes.wait_for_turn(tenant) if is_large else nullcontext():
                    image = await asyncio.to_thread(decode)
            files[f"assets/{image.sha256}"] = image.data
            sizes[path] = image.size
            sources[path] = ASSET_PREFIX + image.sha256
        if is_http_url(endpoint.extend_source):
            await self._ask(partial(self.check_url, endpoint.extend_source, _VIDEO_FIELD))
        for path, url in endpoint.get_webhook_urls().items():
            self._egress.destinations.check_url(url, path)
        endpoint.check_sizes(sizes)
        return Received(endpoint.with_image_sources(sources), files)

    def check_url(self, url: str, field: str) -> None:
        """Check the URL of an input by its text alone; nothing is fetched. Call it where it may block.

        Raises:
            InvalidRequest: it breaks a rule, leads where nothing is fetched, or is an expired link of ours.
        """
        try:
            own = self._resolve(url)
        except (LinkExpired, LinkForged) as error:
            raise InvalidRequest(f"{field}: {error.message}", field=field) from None
        if own is None and find_sample(url) is None:
            self._egress.destinations.check_url(url, field)

    async def gather(self, endpoint: Endpoint, order: Order, folder: Path, *, tenant: str) -> Order:
        """Return a tenant's order with its images as sRGB PNG files in `folder`, and with its size settled.

        Raises:
            InvalidRequest: an input breaks a rule, with the same class and message as if it were inline.
            PictureUnreachable: an image cannot be fetched in time; VideoUnreachable: the video cannot.
            Unavailable: the storage does not respond, or the disk is full.
        """
        context = _FetchContext(tenant, asyncio.get_running_loop().time() + self._gather_seconds)
        wanted: dict[str, dict[str, ImageRules]] = {image: {} for image in list_images(order)}
        for path, source in endpoint.get_image_sources().items():
            if source in wanted:  # what the order leaves out is not fetched
                wanted[source][path] = endpoint.get_image_rules(path)
        files = {source: folder / f"{number}.png" for number, source in enumerate(wanted)}
        sizes = await self._gather_images(wanted, files, context)
        endpoint.check_sizes({path: sizes[source] for source, rules in wanted.items() for path in rules})
        moved = {ImageRef(source): ImageRef(str(file)) for source, file in files.items()}
        order = replace_images(order, moved)
        if endpoint.extend_source:
            return await self._gather_extension(endpoint, order, folder, context)
        return settle_size(order, next(iter(sizes.values()))) if sizes else order

    async def fetch_video(self, url: str, target: Path, *, tenant: str) -> None:
        """Save a video from an address of a stranger's; `tenant` is for whom it is.

        Raises:
            VideoUnreachable: it cannot be fetched in time.
            InvalidRequest: it is too large.
        """
        context = _FetchContext(tenant, asyncio.get_running_loop().time() + self._gather_seconds)
        video = _InputSource("video_url", "video")
        if not is_http_url(url):
            raise video.unreachable_error("video_url: it is not a URL.")
        # Never from storage, whatever the address says: what lies there belongs to others.
        data = await self._fetch_url(url, _MAX_VIDEO_BYTES, video, context)
        with translate_passing_faults():
            await asyncio.to_thread(target.write_bytes, data)

    async def _gather_extension(
        self, endpoint: Endpoint, order: Order, folder: Path, context: _FetchContext
    ) -> Order:
        """Return the order with the frames of the video that its shot continues, and with their size."""
        raw, first, lead = (folder / name for name in ("video.source", "first.png", "lead.png"))
        field = "video_creation_id" if endpoint.extend_source_task_id else _VIDEO_FIELD
        video = _InputSource(field, "video")
        await self._copy_input(endpoint.extend_source, _MAX_VIDEO_BYTES, raw, video, context=context)
        await asyncio.to_thread(check_video, raw, field)
        seconds = (MIN_SOURCE_SECONDS, MAX_SOURCE_SECONDS)
        size = await self._sandbox.extract_last_frames(raw, first, lead, seconds=seconds, field=field)
        raw.unlink()
        (shot,) = order.shots
        shot = replace(shot, first=ImageRef(str(first)), lead=ImageRef(str(lead)))
        return settle_size(replace(order, shots=(shot,)), size)

    async def _gather_images(
        self,
        wanted: Mapping[str, Mapping[str, ImageRules]],
        files: Mapping[str, Path],
        context: _FetchContext,
    ) -> dict[str, Size]:
        try:
            async with asyncio.TaskGroup() as group:
                jobs = {
                    source: group.create_task(self._gather_image(source, rules, files[source], context))
                    for source, rules in wanted.items()
                }
        except BaseExceptionGroup as errors:
            first = _choose_error(errors)
            raise first from first.__cause__
        return {source: task.result() for source, task in jobs.items()}

    async def _gather_image(
        self, source: str, rules: Mapping[str, ImageRules], target: Path, context: _FetchContext
    ) -> Size:
        """Fetch one image into its file. It must keep the rules of every field that names it."""
        field, raw = next(iter(rules)), target.with_suffix(".source")
        most = min(rule.max_bytes for rule in rules.values())
        await self._copy_input(source, most, raw, _InputSource(field), context=context)
        await asyncio.to_thread(_inspect_file, raw, rules)
        keep_alpha = all(rule.keep_alpha for rule in rules.values())
        size = await self._sandbox.normalise_image(raw, target, keep_alpha=keep_alpha, field=field)
        raw.unlink()
        return size

    async def _copy_input(
        self, source: str, max_bytes: int, raw: Path, input_source: _InputSource, *, context: _FetchContext
    ) -> None:
        try:
            key = await self._ask(partial(self._find_storage_key, source))
        except (LinkExpired, LinkForged) as error:
            raise input_source.unreachable_error(f"{input_source.field}: {error.message}") from error
        if key is None:
            if sample := await asyncio.to_thread(find_sample, source):
                data = await asyncio.to_thread(sample.read_bytes)
            else:
                data = await self._fetch_url(source, max_bytes, input_source, context)
            with translate_passing_faults():
                await asyncio.to_thread(raw.write_bytes, data)
            return
        size = await self._storage.get_size(key)
        if size is None:
            raise input_source.unreachable_error(
                f"{input_source.field}: the {input_source.noun} is no longer stored here."
            )
        if size > max_bytes:
            raise make_too_large_error(max_bytes, input_source.field, input_source.noun)
        await self._storage.download(key, raw)

    def _find_storage_key(self, source: str) -> str | None:
        """Return the storage key of a source; None if it is not stored here."""
        if source.startswith(ASSET_PREFIX):
            return f"assets/{source.removeprefix(ASSET_PREFIX)}"
        return (
            source.removeprefix(STORED_FILE_PREFIX)
            if source.startswith(STORED_FILE_PREFIX)
            else self._resolve(source)
        )

    async def _fetch_url(
        self, url: str, max_bytes: int, input_source: _InputSource, context: _FetchContext
    ) -> bytes:
        most = _MAX_VIDEO_FETCH_SECONDS if input_source.noun == "video" else _MAX_IMAGE_FETCH_SECONDS
        seconds = min(most, _SECONDS_PER_TEN_MEGABYTES * ceil(max_bytes / _TEN_MEGABYTES))
        turns, tenant = self._fetches[input_source.noun], context.tenant
        try:
            async with asyncio.timeout_at(context.latest), turns.wait_for_turn(tenant):
                return await self._egress.fetch(
                    url, tenant=tenant, max_bytes=max_bytes, deadline_seconds=seconds
                )
        except TimeoutError as error:
            raise input_source.unreachable_error(
                f"{input_source.field}: the {input_source.noun} was not downloaded within "
                f"{self._gather_seconds:g} s, the limit for all downloads of a task."
            ) from error
        except DestinationUnreachable as error:
            hint = self._egress.destinations.suggest_cause(url)
            sentence = f"{input_source.field}: the {input_source.noun} could not be downloaded{hint}."
            raise input_source.unreachable_error(sentence) from error
        except InvalidContentEncoding as error:
            raise input_source.invalid_error(
                f"{input_source.field}: the {input_source.noun} {error}.", field=input_source.field
            ) from None
        except ResponseTooLarge:
            raise make_too_large_error(max_bytes, input_source.field, input_source.noun) from None


def _decode_and_inspect(source: str, rules: ImageRules, field: str) -> _InlineInput:
    data = decode_inline_image(source, rules, field)
    return _InlineInput(data, inspect_image(data, rules, field).size, sha256(data).hexdigest())


def _inspect_file(file: Path, rules: Mapping[str, ImageRules]) -> None:
    data = file.read_bytes()
    for field, rule in rules.items():
        inspect_image(data, rule, field)


def _choose_error(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """Choose the error to report: one of Keyreel's own before any other."""
    ours = errors.subgroup(KeyreelError)
    chosen = (ours or errors).exceptions[0]
    return _choose_error(chosen) if isinstance(chosen, BaseExceptionGroup) else chosen
