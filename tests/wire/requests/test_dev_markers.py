from __future__ import annotations

import pytest

from keyreel import errors
from keyreel.wire.requests.dev_markers import Markers, markers_in


def test_ordinary_words_ask_for_nothing() -> None:
    assert markers_in('{"prompt":"a keyreel [slow=2] of film"}') == Markers()


@pytest.mark.parametrize(
    "kind", [errors.InvalidImage, errors.InsufficientCredits, errors.Unavailable, errors.InternalFault]
)
def test_a_refusal_answers_the_submit(kind: type[errors.Refusal]) -> None:
    marked = markers_in(f"a cat [keyreel:fail={kind.__name__}] sits")
    assert type(marked.refused) is kind
    assert marked.failing is None


@pytest.mark.parametrize("name", ["RenderFailed", "PictureUnreachable", "RenderCrashed"])
def test_what_happens_in_renders_ends_the_render(name: str) -> None:
    marked = markers_in(f"[keyreel:fail={name}]")
    assert marked.refused is None
    assert type(marked.failing).__name__ == name


def test_any_error_can_end_the_render() -> None:
    marked = markers_in("[keyreel:fail-render=InvalidImage]")
    assert marked.refused is None
    assert isinstance(marked.failing, errors.InvalidImage)


def test_several_markers_add_up() -> None:
    marked = markers_in("[keyreel:slow=1.5] x [keyreel:stay-queued][keyreel:lose-callback]")
    assert (marked.slow_seconds, marked.staying, marked.silent) == (1.5, True, True)


@pytest.mark.parametrize(
    "wrong",
    ["fail=Nothing", "fail=Cancelled", "fail", "slow", "slow=x", "slow=99999", "dance", "stay-queued=1"],
)
def test_a_wrong_marker_is_refused(wrong: str) -> None:
    with pytest.raises(errors.InvalidRequest, match="marker"):
        markers_in(f"[keyreel:{wrong}]")
