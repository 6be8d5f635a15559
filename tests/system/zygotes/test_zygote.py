"""Strangers' files are decoded by forks of a zygote: cheaply, and none changes what the next one meets."""

from __future__ import annotations

import asyncio
import gc
import io
import resource
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from PIL import Image

from keyreel.errors import InvalidImage
from keyreel.intake.sandbox import Sandbox
from keyreel.system.process_limits import ENVIRONMENT
from support.hostile import data_uri, image, jpeg_of_many_scans, png_of_zeros, png_that_claims
from support.plant import comes_true, is_alive
from support.servers import KEY, Server, wait_until

MAX_CPU_SECONDS = 0.03
"""Of an input, the zygote's start included; a tiny one is decoded in a thousandth."""
MAX_ZYGOTE_BYTES = 30 << 20
PROGRAM = "keyreel.intake.decode_image"
SLOW = jpeg_of_many_scans(4000, 4000, 190)
"""Takes longer to decode than an image may."""
SECRETS = {"KEYREEL_API_KEY": KEY, "AWS_SECRET_ACCESS_KEY": "much-secret"}
FAIRLY_SLOW = jpeg_of_many_scans(2000, 2000, 190)
"""Decoded in a quarter of a second: long enough to be seen on a busy machine."""


def zygotes(owner: int | None = None) -> list[psutil.Process]:
    """Return the zygotes that a process owns, this one's if none is given."""
    return [each for each in psutil.Process(owner).children() if PROGRAM in each.cmdline()]


def held_children() -> list[psutil.Process]:
    """Return what decodes now, stopped so that it does not end meanwhile."""
    children = [child for zygote in zygotes() for child in zygote.children()]
    for child in children:
        with suppress(psutil.NoSuchProcess):
            child.suspend()
    return children


async def decode(sandbox: Sandbox, data: bytes, folder: Path, name: str = "0") -> Image.Image:
    source, target = folder / f"{name}.source", folder / f"{name}.png"
    source.write_bytes(data)
    await sandbox.normalise_image(source, target, keep_alpha=False, field="start_image")
    return Image.open(io.BytesIO(target.read_bytes()))


@pytest.fixture(autouse=True)
def no_zygotes_of_other_tests() -> None:
    gc.collect()
    assert zygotes() == []


def test_an_input_costs_no_start_of_an_interpreter(tmp_path: Path) -> None:
    async def run(count: int) -> None:
        sandbox = Sandbox()
        for _ in range(count):
            await decode(sandbox, image(), tmp_path)

    def measure_cpu_seconds() -> float:
        gc.collect()  # It ends the zygote, whose time counts from then on.
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    before, count = measure_cpu_seconds(), 20
    asyncio.run(run(count))
    assert measure_cpu_seconds() - before < count * MAX_CPU_SECONDS


def test_no_input_changes_what_the_next_one_meets(tmp_path: Path) -> None:
    async def run() -> None:
        sandbox = Sandbox(cpu_seconds=1, memory_bytes=150_000_000)
        await decode(sandbox, image(), tmp_path)
        (zygote,) = zygotes()
        threads, limits = zygote.num_threads(), zygote.rlimit(psutil.RLIMIT_AS)
        assert threads == 1
        assert zygote.memory_info().rss < MAX_ZYGOTE_BYTES
        for data in (SLOW, png_of_zeros(6000, 6000, 8, 6), png_that_claims(4000, 4000)):
            with pytest.raises(InvalidImage):
                await decode(sandbox, data, tmp_path)
            assert (await decode(sandbox, image(), tmp_path)).size == (160, 120)
        assert (zygotes(), zygote.children(), zygote.num_threads()) == ([zygote], [], threads)
        assert zygote.rlimit(psutil.RLIMIT_AS) == limits
        assert zygote.memory_info().rss < MAX_ZYGOTE_BYTES

    asyncio.run(run())


def test_a_zygote_that_is_killed_is_replaced_and_its_inputs_decoded_again(tmp_path: Path) -> None:
    async def run() -> None:
        sandbox = Sandbox()
        async with asyncio.TaskGroup() as group:
            decoding = [group.create_task(decode(sandbox, FAIRLY_SLOW, tmp_path, name)) for name in "ab"]
            await comes_true(lambda: bool(held_children()))
            (zygote,) = zygotes()
            children = zygote.children()
            zygote.kill()
            for child in children:
                with suppress(psutil.NoSuchProcess):
                    child.resume()
        assert [each.result().size for each in decoding] == [(2000, 2000)] * 2
        await comes_true(lambda: not any(is_alive(child.pid) for child in children))
        (second,) = zygotes()
        second.kill()
        assert (await decode(sandbox, image(), tmp_path)).size == (160, 120)
        assert zygotes() not in ([], [zygote], [second])

    asyncio.run(run())


def test_a_zygote_that_no_longer_responds_is_killed_and_replaced(tmp_path: Path) -> None:
    async def run() -> None:
        sandbox = Sandbox()
        await decode(sandbox, image(), tmp_path)
        (zygote,) = zygotes()
        zygote.suspend()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await decode(sandbox, image(), tmp_path)
        assert not is_alive(zygote.pid)
        assert (await decode(sandbox, image(), tmp_path)).size == (160, 120)

    asyncio.run(run())


def test_a_zygote_ends_with_what_owns_it(tmp_path: Path) -> None:
    sandbox = Sandbox()
    asyncio.run(decode(sandbox, image(), tmp_path))
    (zygote,) = zygotes()
    del sandbox
    gc.collect()
    assert not is_alive(zygote.pid)


def test_what_decodes_images_sees_nothing_of_its_server_and_ends_with_it(tmp_path: Path) -> None:
    server = Server.start(tmp_path, KEYREEL_ENGINES="keyreel.testing:CardEngine", PYTHONPATH="", **SECRETS)
    assert psutil.Process(server.pid).environ().items() >= SECRETS.items()
    server.submit("vidu-q2-pro-img2video", {"images": [data_uri(SLOW)], "prompt": "a card", "duration": 1})
    zygote = wait_until(lambda: [each for each in zygotes(server.pid) if each.children()])[0]
    (child,) = zygote.children()
    assert zygote.environ() == child.environ() == ENVIRONMENT
    wait_until(lambda: child.rlimit(psutil.RLIMIT_NOFILE)[1] < 20)
    opened = {int(link.name): str(link.readlink()) for link in Path(f"/proc/{child.pid}/fd").iterdir()}
    assert all(opened.pop(number).startswith("socket:") for number in (0, 1, 2))
    assert all(path.startswith(str(tmp_path / "work")) for path in opened.values())
    server.kill()
    wait_until(lambda: not is_alive(zygote.pid) and not is_alive(child.pid), seconds=2)
