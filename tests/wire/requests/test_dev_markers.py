from __future__ import annotations

import pytest

from keyreel import errors
from keyreel.wire.requests.dev_markers import DevMarkers, parse_markers


def test_ordinary_words_ask_for_nothing() -> None:
    assert parse_markers('{"prompt":"a keyreel [slow=2] of film"}') == DevMarkers()


@pytest.mark.parametrize(
    "kind", [errors.InvalidImage, errors.InsufficientCredits, errors.Unavailable, errors.InternalFault]
)
def test_a_refusal_answers_the_submit(kind: type[errors.Refusal]) -> None:
    marked = parse_markers(f"a cat [keyreel:fail={kind.__name__}] sits")
    assert type(marked.submit_error) is kind
    assert marked.render_error is None


@pytest.mark.parametrize("name", ["RenderFailed", "PictureUnreachable", "RenderCrashed"])
def test_what_happens_in_renders_ends_the_render(name: str) -> None:
    marked = parse_markers(f"[keyreel:fail={name}]")
    assert marked.submit_error is None
    assert type(marked.render_error).__name__ == name


def test_any_error_can_end_the_render() -> None:
    marked = parse_markers("[keyreel:fail-render=InvalidImage]")
    assert marked.submit_error is None
    assert isinstance(marked.render_error, errors.InvalidImage)


def test_several_markers_add_up() -> None:
    marked = parse_markers("[keyreel:slow=1.5] x [keyreel:stay-queued][keyreel:lose-callback]")
    assert (marked.slow_seconds, marked.stays_queued, marked.loses_callback) == (1.5, True, True)


@pytest.mark.parametrize(
    "wrong",
    ["fail=Nothing", "fail=Cancelled", "fail", "slow", "slow=x", "slow=99999", "dance", "stay-queued=1"],
)
def test_a_wrong_marker_is_refused(wrong: str) -> None:
    with pytest.raises(errors.InvalidRequest, match="marker"):
        parse_markers(f"[keyreel:{wrong}]")
