from __future__ import annotations

from keyreel.wire.dialects.notes_header import read_notes, written_notes


def test_notes_come_back_as_they_were_written() -> None:
    notes = ('Not spoken: "你好，世界。" (no voice).', "A line, with a comma; 100 %.", "Two\nlines")
    assert written_notes(notes).isascii()
    assert "\n" not in written_notes(notes)
    assert read_notes(written_notes(notes)) == notes


def test_no_header_means_no_notes() -> None:
    assert read_notes("") == ()


def test_what_does_not_fit_a_header_is_left_out_whole() -> None:
    notes = tuple(f"{number} {'声' * 40}" for number in range(100))
    kept = read_notes(written_notes(notes))
    assert kept == notes[: len(kept)]
    assert 0 < len(kept) < len(notes)
    assert len(written_notes(notes)) <= 4000
