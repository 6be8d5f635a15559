from __future__ import annotations

from keyreel.wire.dialects.notes_header import format_notes_header, parse_notes_header


def test_notes_come_back_as_they_were_written() -> None:
    notes = ('Not spoken: "你好，世界。" (no voice).', "A line, with a comma; 100 %.", "Two\nlines")
    assert format_notes_header(notes).isascii()
    assert "\n" not in format_notes_header(notes)
    assert parse_notes_header(format_notes_header(notes)) == notes


def test_no_header_means_no_notes() -> None:
    assert parse_notes_header("") == ()


def test_what_does_not_fit_a_header_is_left_out_whole() -> None:
    notes = tuple(f"{number} {'声' * 40}" for number in range(100))
    kept = parse_notes_header(format_notes_header(notes))
    assert kept == notes[: len(kept)]
    assert 0 < len(kept) < len(notes)
    assert len(format_notes_header(notes)) <= 4000
