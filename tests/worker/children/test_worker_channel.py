from __future__ import annotations

import socket

from keyreel.worker.children.protocol import ProgressReport, StepResult, pack_message
from keyreel.worker.children.worker_channel import WorkerChannel


def test_hears_what_the_worker_says_and_none_once_it_hangs_up() -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        line = WorkerChannel(theirs)
        ours.sendall(pack_message(StepResult("done")))
        assert line.receive() == StepResult("done")
        ours.close()
        assert line.receive() is None


def test_gives_up_hearing_after_the_time_it_was_given() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert WorkerChannel(theirs).receive(timeout_seconds=0.01) is None


def test_tells_a_message_whole() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        WorkerChannel(theirs).send(ProgressReport(0.5))
        assert WorkerChannel(ours).receive() == ProgressReport(0.5)


def test_says_whether_something_has_come() -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        line = WorkerChannel(theirs)
        assert not line.wait(0.0)
        ours.sendall(pack_message(StepResult("done")))
        assert line.wait(60.0)
        assert line.receive() == StepResult("done")
        ours.close()
        assert line.wait(60.0), "a worker that hung up is news as well"
