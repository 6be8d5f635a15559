"""Pictures of a request, from its arrival to the files that engines read.

`receive` runs while the client waits: it decodes no pixel and opens no connection. `gather` is the worker's.
"""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from hashlib import sha256
from math import ceil
from typing import TYPE_CHECKING, Final, TypeVar

from keyreel.errors import (
    ImageTooLarge,
    InvalidRequest,
    KeyreelError,
    LinkExpired,
    LinkForged,
    PictureUnreachable,
    RenderFailed,
)
from keyreel.intake.egress import check_url
from keyreel.intake.images import decode_inline, inspect, too_large
from keyreel.intake.sandbox import Sandbox
from keyreel.order import Order, Picture, Size, fitted, pictures_of, with_pictures
from keyreel.storage.durable import room

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from keyreel.intake.egress import Egress
    from keyreel.storage.objects import Storage
    from keyreel.wire.endpoint import Endpoint, PictureRules

ASSET: Final = "asset:"
"""Starts a reference to a stored picture; its SHA-256 follows."""

_LARGE: Final = 1 << 20
_LARGE_AT_ONCE: Final = 2
_FETCHES: Final = 4
_TEN_MEGABYTES: Final = 10_000_000
_SECONDS_PER_TEN_MEGABYTES: Final = 15.0
_MOST_SECONDS: Final = 30.0

_Request = TypeVar("_Request", bound="Endpoint")


def _not_ours(_url: str) -> None:
    """Stand in where a server has no address of its own."""


class Intake:
    """Checks, keeps, fetches and decodes pictures.

    `resolve` tells the storage key behind a URL of this very server, None for any other URL.
    """

    def __init__(
        self, storage: Storage, egress: Egress, *, resolve: Callable[[str], str | None] = _not_ours
    ) -> None:
        self._storage = storage
        self._egress = egress
        self._resolve = resolve
        self._sandbox = Sandbox()
        self._large = asyncio.Semaphore(_LARGE_AT_ONCE)
        self._fetching = asyncio.Semaphore(_FETCHES)

    async def receive(self, endpoint: _Request) -> _Request:
        """Return the request with its inline pictures checked, stored and replaced by references to them.

        Raises:
            InvalidRequest: a picture, or what ought to be its URL, breaks a rule of its field.
            Unavailable: nothing can be stored right now.
        """
        sources, sizes = dict(endpoint.pictures()), dict[str, Size]()
        for path, source in sources.items():
            if _is_url(source):
                check_url(source, path)
                continue
            async with self._large if len(source) > _LARGE else nullcontext():
                data, sizes[path], digest = await asyncio.to_thread(
                    _read, source, endpoint.picture_rules(path), path
                )
                await self._keep(f"assets/{digest}", data)
            sources[path] = ASSET + digest
        endpoint.check_sizes(sizes)
        return endpoint.with_pictures(sources)

    async def gather(self, endpoint: Endpoint, order: Order, folder: Path) -> Order:
        """Return the order with its pictures as sRGB PNG files in `folder`, and with its size settled.

        Raises:
            RenderFailed: a picture cannot be had or used, with a reason that names its field.
            Unavailable: the file store does not answer, or the disk is full.
        """
        wanted: dict[str, dict[str, PictureRules]] = {picture: {} for picture in pictures_of(order)}
        for path, source in endpoint.pictures().items():
            if source in wanted:  # what the order leaves out is not fetched
                wanted[source][path] = endpoint.picture_rules(path)
        files = {source: folder / f"{number}.png" for number, source in enumerate(wanted)}
        sizes = await self._made(wanted, files)
        try:
            endpoint.check_sizes({path: sizes[source] for source, rules in wanted.items() for path in rules})
        except InvalidRequest as error:
            raise RenderFailed(error.message) from error
        moved = {Picture(source): Picture(str(file)) for source, file in files.items()}
        order = with_pictures(order, moved)
        return fitted(order, next(iter(sizes.values()))) if sizes else order

    async def _made(
        self, wanted: Mapping[str, Mapping[str, PictureRules]], files: Mapping[str, Path]
    ) -> dict[str, Size]:
        try:
            async with asyncio.TaskGroup() as group:
                making = {
                    source: group.create_task(self._make(source, rules, files[source]))
                    for source, rules in wanted.items()
                }
        except BaseExceptionGroup as errors:
            raise _first(errors) from None
        return {source: task.result() for source, task in making.items()}

    async def _make(self, source: str, rules: Mapping[str, PictureRules], target: Path) -> Size:
        """Bring one picture to its file. It has to keep the rules of every field that names it."""
        field, raw = next(iter(rules)), target.with_suffix(".source")
        try:
            await self._bring(source, min(rule.max_bytes for rule in rules.values()), raw, field)
            await asyncio.to_thread(_inspect_file, raw, rules)
        except (InvalidRequest, LinkExpired, LinkForged) as error:
            sentence = error.message if isinstance(error, InvalidRequest) else f"{field}: {error.message}"
            raise RenderFailed(sentence) from error
        keep_alpha = all(rule.keep_alpha for rule in rules.values())
        size = await self._sandbox.normalise(raw, target, keep_alpha=keep_alpha, field=field)
        raw.unlink()
        return size

    async def _bring(self, source: str, max_bytes: int, raw: Path, field: str) -> None:
        key = f"assets/{source.removeprefix(ASSET)}" if source.startswith(ASSET) else self._resolve(source)
        if key is None:
            data = await self._fetched(source, max_bytes, field)
            with room():
                await asyncio.to_thread(raw.write_bytes, data)
            return
        size = await self._storage.size(key)
        if size is None:
            raise RenderFailed(f"{field}: the image is no longer stored here.")
        if size > max_bytes:
            raise too_large(max_bytes, field)
        await self._storage.fetch(key, raw)

    async def _fetched(self, url: str, max_bytes: int, field: str) -> bytes:
        seconds = min(_MOST_SECONDS, _SECONDS_PER_TEN_MEGABYTES * ceil(max_bytes / _TEN_MEGABYTES))
        try:
            async with self._fetching:
                return await self._egress.fetch(url, max_bytes=max_bytes, deadline_seconds=seconds)
        except PictureUnreachable as error:
            raise PictureUnreachable(f"{field}: the image could not be downloaded.") from error
        except ImageTooLarge:
            raise too_large(max_bytes, field) from None

    async def _keep(self, key: str, data: bytes) -> None:
        if await self._storage.size(key) != len(data):
            await self._storage.put(key, data)


def _is_url(source: str) -> bool:
    return source[:8].lower().startswith(("http://", "https://"))


def _read(source: str, rules: PictureRules, field: str) -> tuple[bytes, Size, str]:
    data = decode_inline(source, rules, field)
    return data, inspect(data, rules, field).size, sha256(data).hexdigest()


def _inspect_file(file: Path, rules: Mapping[str, PictureRules]) -> None:
    data = file.read_bytes()
    for field, rule in rules.items():
        inspect(data, rule, field)


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """Choose the error to tell: one of ours before any other."""
    ours = errors.subgroup(KeyreelError)
    chosen = (ours or errors).exceptions[0]
    return _first(chosen) if isinstance(chosen, BaseExceptionGroup) else chosen
