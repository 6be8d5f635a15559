from __future__ import annotations

import socket

from keyreel.worker.children.channel import Line
from keyreel.worker.children.protocol import Progress, Recalled, packed


def test_hears_what_the_worker_says_and_none_once_it_hangs_up() -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        line = Line(theirs)
        ours.sendall(packed(Recalled("done")))
        assert line.hear() == Recalled("done")
        ours.close()
        assert line.hear() is None


def test_gives_up_hearing_after_the_time_it_was_given() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert Line(theirs).hear(within_seconds=0.01) is None


def test_tells_a_message_whole() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        Line(theirs).tell(Progress(0.5))
        assert Line(ours).hear() == Progress(0.5)
