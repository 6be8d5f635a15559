"""What a program has loaded is looked at no more; what comes later is collected as before."""

from __future__ import annotations

import gc
import weakref

from keyreel.system.garbage_collection import exempt_loaded_objects


class Node:
    """Refers to itself, so that nothing but a collection can free it."""

    def __init__(self) -> None:
        self.itself = self


def test_spares_what_is_loaded_and_collects_what_comes_later() -> None:
    loaded = Node()
    try:
        exempt_loaded_objects()
        assert not any(each is loaded for each in gc.get_objects())
        later = weakref.ref(Node())
        gc.collect()
        assert later() is None
    finally:
        gc.unfreeze()
