"""Finished videos and drafts on a server, as programs hold them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from keyreel.client.files import check_folder
from keyreel.client.sansio import drafts, flows

if TYPE_CHECKING:
    import os

    from keyreel.client.drivers import AsyncDriver, Driver
    from keyreel.client.sansio.steps import Flow, ProgressListener
    from keyreel.task import TaskId
    from keyreel.wire.dialects.dialect import Report


@dataclass(frozen=True, slots=True)
class _FinishedVideo:
    """A finished video on a server."""

    report: Report

    @property
    def task_id(self) -> TaskId:
        """The task that made it."""
        return self.report.id

    @property
    def url(self) -> str:
        """The video's URL, which expires after a while."""
        return self.report.video_url

    @property
    def cover_url(self) -> str:
        """The cover image's URL; empty where the service makes none."""
        return self.report.cover_url

    @property
    def seed(self) -> int | None:
        """The seed that was used."""
        return self.report.seed

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be done as asked."""
        return self.report.notes


@dataclass(frozen=True, slots=True)
class Video(_FinishedVideo):
    """A finished video on a server."""

    _driver: Driver = field(repr=False)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Download the video to a file, which appears whole or not at all.

        Raises:
            InvalidRequest: the file's folder does not exist, or is closed to this user.
            RemoteError: the video cannot be downloaded.
        """
        return self._driver.run(_save(self._driver, self.report, path))

    def save_cover(self, path: str | os.PathLike[str]) -> Path:
        """Download the cover image likewise."""
        return self._driver.run(_save(self._driver, self.report, path, self.cover_url))


@dataclass(frozen=True, slots=True)
class AsyncVideo(_FinishedVideo):
    """A finished video on a server."""

    _driver: AsyncDriver = field(repr=False)

    async def save(self, path: str | os.PathLike[str]) -> Path:
        """Download the video to a file, which appears whole or not at all.

        Raises:
            InvalidRequest: the file's folder does not exist, or is closed to this user.
            RemoteError: the video cannot be downloaded.
        """
        return await self._driver.run(_save(self._driver, self.report, path))

    async def save_cover(self, path: str | os.PathLike[str]) -> Path:
        """Download the cover image likewise."""
        return await self._driver.run(_save(self._driver, self.report, path, self.cover_url))


@dataclass(frozen=True, slots=True)
class Draft(Video):
    """The draft of an order, which is held for a day unless it is approved or cancelled before."""

    order_id: TaskId

    @property
    def reason(self) -> str:
        """Why there is no draft; empty where there is one."""
        return self.report.reason

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Download the draft to a file.

        Raises:
            RenderFailed: there is none; the order is held all the same.
        """
        flows.check_succeeded(self.report)
        return Video.save(self, path)

    def approve(self, *, on_progress: ProgressListener | None = None) -> Video:
        """Have the video made, and wait for it.

        Raises:
            Refusal: the order was cancelled, or a day has passed.
            RenderFailed: the task ended without a video.
        """
        flow = drafts.approve(self._driver.remote, self.order_id, on_progress)
        return Video(self._driver.run(flow), self._driver)

    def cancel(self) -> None:
        """Cancel the order: it costs nothing."""
        self._driver.run(drafts.give_up(self._driver.remote, self.order_id))


@dataclass(frozen=True, slots=True)
class AsyncDraft(AsyncVideo):
    """The draft of an order, which is held for a day unless it is approved or cancelled before."""

    order_id: TaskId

    @property
    def reason(self) -> str:
        """Why there is no draft; empty where there is one."""
        return self.report.reason

    async def save(self, path: str | os.PathLike[str]) -> Path:
        """Download the draft to a file.

        Raises:
            RenderFailed: there is none; the order is held all the same.
        """
        flows.check_succeeded(self.report)
        return await AsyncVideo.save(self, path)

    async def approve(self, *, on_progress: ProgressListener | None = None) -> AsyncVideo:
        """Have the video made, and wait for it.

        Raises:
            Refusal: the order was cancelled, or a day has passed.
            RenderFailed: the task ended without a video.
        """
        flow = drafts.approve(self._driver.remote, self.order_id, on_progress)
        return AsyncVideo(await self._driver.run(flow), self._driver)

    async def cancel(self) -> None:
        """Cancel the order: it costs nothing."""
        await self._driver.run(drafts.give_up(self._driver.remote, self.order_id))


def _save(
    driver: Driver | AsyncDriver, report: Report, path: str | os.PathLike[str], url: str = ""
) -> Flow[Path]:
    target = Path(path)
    check_folder(target, "path")
    return flows.save(driver.remote, report, target, url)
