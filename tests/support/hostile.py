"""A request with images, images of every kind, and servers on the loopback that misbehave."""

from __future__ import annotations

import asyncio
import base64
import io
import struct
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any, ClassVar, Self

from PIL import Image

from keyreel.errors import ImageSizeOutOfRange
from keyreel.intake.allowed_destinations import Destinations
from keyreel.intake.egress import EgressClient
from keyreel.intake.intake import Intake
from keyreel.order import ImageRef, Operation, Order, Resolution, Shot, Size
from keyreel.storage.memory import open_memory_storage
from keyreel.storage.pending_files import PendingFiles
from keyreel.wire.endpoints.endpoint import Endpoint, ImageRules

if TYPE_CHECKING:
    from keyreel.storage.objects import ObjectStorage

LOOPBACK = ip_network("127.0.0.0/8")
OPENED = Destinations((LOOPBACK,))


class Request(Endpoint):
    """As many images as you like in one shot each, all under the same rules; sizes have to be equal."""

    family: ClassVar[str] = "test"
    operation: ClassVar[Operation] = Operation.MULTIFRAME
    rules: ClassVar[ImageRules] = ImageRules()

    images: tuple[str, ...]

    def to_order(self, seed: int) -> Order:
        shots = tuple(Shot("", 1, first=ImageRef(image)) for image in self.images)
        return Order(self.operation, "test", shots, Resolution.P720, seed)

    @property
    def seconds(self) -> int:
        return 1

    @property
    def chosen_seed(self) -> int | None:
        return None

    def get_image_sources(self) -> dict[str, str]:
        return {f"images[{n}]": image for n, image in enumerate(self.images)}

    def with_image_sources(self, sources: Mapping[str, str]) -> Self:
        return self.model_copy(update={"images": tuple(sources.values())})

    def get_image_rules(self, path: str) -> ImageRules:
        assert path.startswith("images[")
        return self.rules

    def check_sizes(self, sizes: Mapping[str, Size]) -> None:
        if len({size.aspect_ratio > 1 for size in sizes.values()}) > 1:
            raise ImageSizeOutOfRange("images: one is wide, one is tall.", field="images")

    def list_ignored_fields(self) -> tuple[str, ...]:
        return ()


def request_with(rules: ImageRules) -> type[Request]:
    return type(
        "RuledRequest", (Request,), {"rules": rules, "__annotations__": {"rules": ClassVar[ImageRules]}}
    )


def new_intake(storage: ObjectStorage | None = None, **options: Any) -> Intake:
    return Intake(
        storage or open_memory_storage(),
        EgressClient(OPENED, failure_seconds=0, retry_delays=(0.01, 0.01)),
        **options,
    )


def encoded(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def image(width: int = 160, height: int = 120, kind: str = "PNG", mode: str = "RGB", **options: Any) -> bytes:
    """An image with a red left half and a blue right one."""
    image = Image.new("RGB", (width, height), (200, 30, 30))
    image.paste((30, 30, 200), (width // 2, 0, width, height))
    return encoded(image.convert(mode), kind, **options)


def noise(width: int, height: int) -> bytes:
    """A JPEG whose PNG is several times its size."""
    channels = [Image.effect_noise((width, height), 90) for _ in range(3)]
    return encoded(Image.merge("RGB", channels), "JPEG", quality=90)


def data_uri(data: bytes, label: str = "image/png") -> str:
    return f"data:{label};base64,{base64.b64encode(data).decode()}"


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_that_claims(
    width: int, height: int, *, bits: int = 8, colour: int = 2, methods: tuple[int, int, int] = (0, 0, 0)
) -> bytes:
    """A PNG whose header promises far more pixels than its data holds."""
    header = struct.pack(">IIBBBBB", width, height, bits, colour, *methods)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )


def png_of_zeros(width: int, height: int, bits: int, colour: int) -> bytes:
    """A valid PNG of black pixels: small as a file, large in memory."""
    channels = {0: 1, 2: 3, 4: 2, 6: 4}[colour]
    packer = zlib.compressobj(9)
    row = bytes(1 + width * channels * bits // 8)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def jpeg_of_many_scans(width: int, height: int, scans: int) -> bytes:
    """A progressive JPEG that repeats its last scan over and over."""
    data = encoded(Image.new("L", (width, height), 128), "JPEG", progressive=True)
    last = data.rfind(b"\xff\xda")
    return data[:-2] + data[last:-2] * scans + b"\xff\xd9"


Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def served(answer: bytes | Handler, seen: list[bytes] | None = None) -> AsyncIterator[str]:
    """Serve one raw HTTP answer, or whatever a handler writes, on the loopback; yield the base URL."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await reader.readuntil(b"\r\n\r\n")
            if seen is not None:
                seen.append(request)
            if isinstance(answer, bytes):
                writer.write(answer)
                await writer.drain()
            else:
                await answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def http(body: bytes, *lines: str, status: str = "200 OK") -> bytes:
    head = "\r\n".join([f"HTTP/1.1 {status}", "Connection: close", *lines])
    return head.encode() + b"\r\n\r\n" + body


async def received_and_stored(intake: Intake, storage: ObjectStorage, request: Request) -> Request:
    received = await intake.receive(request, tenant="ann")
    async with PendingFiles(storage).store(received.files) as hold:
        hold.keep()
    return received.request
