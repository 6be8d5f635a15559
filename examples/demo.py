"""What `make demo` runs: a server, a real request to it, and a video on disk a few seconds later.

It starts `keyreel up` in a folder of its own, sends five keyframes to the multiframe endpoint as any client
would, shows the task's progress, and writes demo.mp4 and a contact sheet of it, demo.jpg.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from keyreel.cli.local.data_folder import DataFolder
from keyreel.client import Client
from keyreel.media.contact_sheet import draw_contact_sheet

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
IMAGES = [HERE / "pictures" / f"flight-{number}.jpg" for number in range(5)]
PROMPT = "a drone flies over the lake towards the mountains at golden hour"


@contextmanager
def running_server(folder: Path) -> Iterator[DataFolder]:
    """Run `keyreel up` on a free port."""
    data = DataFolder(folder)
    data.server_file.unlink(missing_ok=True)
    command = [sys.executable, "-m", "keyreel", "up", "--port", "0", "--data", str(folder)]
    data.create()
    log = folder / "up.log"
    with log.open("wb") as stream:
        server = subprocess.Popen(command, stdout=stream, stderr=stream)
    try:
        while not data.server_file.exists():
            if server.poll() is not None:
                sys.exit(f"The server did not start:\n{log.read_text()}")
            time.sleep(0.05)
        yield data
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


def main() -> None:
    """Make demo.mp4 and demo.jpg in the current folder."""
    console = Console()
    os.environ.pop("KEYREEL_API_KEY", None)
    with running_server(Path(".demo")) as data:
        address = data.read_server_url()
        console.print(f"\n  A Keyreel server runs at [bold]{address}[/]. Five keyframes go to")
        console.print(f"  POST {address}/v3/async/[bold]vidu-q2-pro-multiframe[/]\n")
        began = time.monotonic()
        columns = TextColumn("  {task.description}"), BarColumn(40), TaskProgressColumn(), TimeElapsedColumn()
        with Progress(*columns, console=console) as bar, Client(address, data.read_own_key()) as client:
            row = bar.add_task("rendering", total=1.0)
            video = client.generate(
                "vidu-q2-pro-multiframe",
                images=IMAGES,
                prompt=PROMPT,
                duration=2,
                resolution="720p",
                seed=7,
                on_progress=lambda report: bar.update(row, completed=report.progress),
            )
            video.save("demo.mp4")
        spent = time.monotonic() - began
    Path("demo.jpg").write_bytes(draw_contact_sheet(Path("demo.mp4")))
    console.print(f"\n  [green]✓[/] {Path('demo.mp4').absolute()}   8 seconds of 720p, made in {spent:.1f} s")
    console.print(f"  [green]✓[/] {Path('demo.jpg').absolute()}   its contact sheet\n")


if __name__ == "__main__":
    main()
