"""The layers of an arrangement, from a piece's chords and melody: pads, figures, leads and drums.

Each layer writes notes in beats; it knows neither the tempo nor the instruments' sound.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from keyreel.sound.music.harmony import OCTAVE, find_key_at_or_above, lead_voices
from keyreel.sound.music.melody import BeatNote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyreel.sound.music.form import Bar, Form
    from keyreel.sound.music.harmony import Chord
    from keyreel.sound.music.score import MixSettings

FINAL_CHORD_BEATS: Final = 16.0
"""Beats of the final chord: it outlasts every clip's end."""

_STRESS_BY_SYMBOL: Final = {"X": 1.0, "x": 0.78, "o": 0.5}  # accent, plain, ghost note
_BASS_KEY: Final = 45  # MIDI: a figure that starts below it closes with a single bass note


@dataclass(frozen=True, slots=True)
class Piece:
    """A composed piece: its form, each beat's chord and the final one, the tonic's MIDI key, the melody."""

    form: Form
    chords: tuple[Chord, ...]
    tonic: int
    melody: tuple[BeatNote, ...]
    variant: int
    """Which of their patterns the layers start with."""

    def find_chord_spans(self, bars: Sequence[Bar]) -> list[tuple[int, int]]:
        """Return the spans of one chord in these bars, as first beat and one past the last."""
        found: list[tuple[int, int]] = []
        for bar in bars:
            for beat in range(bar.first_beat, bar.first_beat + bar.beats):
                if beat > bar.first_beat and self.chords[beat] == self.chords[beat - 1]:
                    found[-1] = (found[-1][0], beat + 1)
                else:
                    found.append((beat, beat + 1))
        return found


class ArrangementLayer(Protocol):
    """One layer: the instruments that may play it, its mix settings, the lowest intensity it plays at."""

    @property
    def instruments(self) -> tuple[str, ...]: ...  # noqa: D102 - the class says it
    @property
    def mix_settings(self) -> MixSettings: ...  # noqa: D102 - the class says it
    @property
    def min_intensity(self) -> float: ...  # noqa: D102 - the class says it

    def write(self, piece: Piece, bars: Sequence[Bar]) -> list[BeatNote]:
        """Return the notes of these bars and of the final chord."""
        ...


@dataclass(frozen=True, slots=True)
class Pad:
    """Held chords with voice leading; a voice whose key stays is not struck again."""

    instruments: tuple[str, ...]
    mix_settings: MixSettings
    key_range: tuple[int, int]
    voices: int = 4
    min_intensity: float = 0.0

    def write(self, piece: Piece, bars: Sequence[Bar]) -> list[BeatNote]:
        """Return the notes of the chords."""
        notes: list[BeatNote] = []
        held: dict[int, tuple[float, float]] = {}
        voicing: tuple[int, ...] = ()
        for start, end in [*piece.find_chord_spans(bars), (piece.form.final_beat, piece.form.final_beat)]:
            voicing = lead_voices(piece.chords[start], voicing, self.voices, self.key_range)
            last = start == piece.form.final_beat
            for key, (since, until) in list(held.items()):
                if until < start or key not in voicing or last:
                    notes.append(BeatNote(since, until - since, key, 0.8))
                    del held[key]
            for key in voicing:
                held[key] = (
                    held[key][0] if key in held else start,
                    start + FINAL_CHORD_BEATS if last else end,
                )
        return notes + [BeatNote(since, until - since, key, 0.85) for key, (since, until) in held.items()]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure over the chord: arpeggio, ostinato, bass line or strum.

    Each pattern holds a token a step: digits count the chord's tones upwards and sound together; "." is a
    rest, "-" holds the last token. The piece's variant says which pattern is played; section B has the next.
    """

    instruments: tuple[str, ...]
    mix_settings: MixSettings
    patterns: tuple[str, ...]
    lowest_key: int
    step_beats: float = 0.5
    ring_beats: float = 0.0
    """Beats for which notes ring on, as far as their chord lasts; 0 ends them with their steps."""
    roll_beats: float = 0.0
    """Beats between the notes of a token."""
    min_intensity: float = 0.0

    def write(self, piece: Piece, bars: Sequence[Bar]) -> list[BeatNote]:
        """Return the notes of the figure."""
        notes: list[BeatNote] = []
        for bar in bars:
            spans = piece.find_chord_spans([bar])
            for start, end in spans:
                pattern = self.patterns[(piece.variant + (bar.section == "B")) % len(self.patterns)]
                notes += self._write_span(piece.chords[start], pattern.split(), start, end)
        return notes + self._write_final_chord(piece)

    def _write_span(self, chord: Chord, tokens: list[str], start: int, end: int) -> list[BeatNote]:
        tones = self._stack_chord(chord)
        notes: list[BeatNote] = []
        for number in range(round((end - start) / self.step_beats)):
            token = tokens[number % len(tokens)]
            at = start + number * self.step_beats
            if not token.isdigit():
                continue
            holds = 1
            while tokens[(number + holds) % len(tokens)] == "-" and holds < len(tokens):
                holds += 1
            lasts = min(max(holds * self.step_beats, self.ring_beats), end - at)
            stress = 1.0 if at == start else 0.82 if at % 1 == 0 else 0.66
            for order, digit in enumerate(token):
                late = order * self.roll_beats
                notes.append(BeatNote(at + late, lasts - late, tones[int(digit)], stress - 0.04 * order))
        return notes

    def _write_final_chord(self, piece: Piece) -> list[BeatNote]:
        tones = self._stack_chord(piece.chords[-1])
        steps = (0,) if self.lowest_key < _BASS_KEY else (0, 2, 3, 4)
        at = piece.form.final_beat
        return [
            BeatNote(at + order * max(self.roll_beats, 0.02), FINAL_CHORD_BEATS, tones[step], 0.9)
            for order, step in enumerate(steps)
        ]

    def _stack_chord(self, chord: Chord) -> tuple[int, ...]:
        tones = chord.stack_keys(self.lowest_key, 10)
        if chord.bass == chord.root:
            return tones
        return (find_key_at_or_above(chord.bass, self.lowest_key), *tones[1:])


@dataclass(frozen=True, slots=True)
class Lead:
    """The melody, transposed by octaves, legato or ringing on."""

    instruments: tuple[str, ...]
    mix_settings: MixSettings
    octave_shift: int = 0
    ring_beats: float = 0.0
    min_intensity: float = 0.0

    def write(self, piece: Piece, bars: Sequence[Bar]) -> list[BeatNote]:
        """Return the notes of the melody and its last note, the tonic."""
        shift = OCTAVE * self.octave_shift
        inside = {beat for bar in bars for beat in range(bar.first_beat, bar.first_beat + bar.beats)}
        notes = [
            BeatNote(note.at, max(note.beats * 0.98, self.ring_beats), note.key + shift, note.stress)
            for note in piece.melody
            if int(note.at) in inside
        ]
        if not piece.melody:
            return []
        before = piece.melody[-1].key
        final = min(
            (key for key in range(36, 97) if key % OCTAVE == piece.tonic % OCTAVE),
            key=lambda key: abs(key - before),
        )
        return [*notes, BeatNote(piece.form.final_beat, FINAL_CHORD_BEATS, final + shift, 0.85)]


@dataclass(frozen=True, slots=True)
class Drums:
    """A beat in sixteenths: a row a drum, X accented, x plain, o a ghost note; a fill closes a section."""

    instruments: tuple[str, ...]
    mix_settings: MixSettings
    patterns: tuple[tuple[int, str], ...]
    fill: tuple[tuple[int, str], ...] = ()
    section_start_keys: tuple[int, ...] = ()
    """MIDI keys struck where a section opens at high intensity."""
    final_keys: tuple[int, ...] = ()
    min_intensity: float = 0.0

    def write(self, piece: Piece, bars: Sequence[Bar]) -> list[BeatNote]:
        """Return the notes of the beat."""
        notes: list[BeatNote] = []
        for bar in bars:
            rows = self.fill if bar.closes_section and bar.index > 0 and self.fill else self.patterns
            for key, row in rows:
                notes += _write_drum_row(bar, key, row)
            if bar.opens_section and bar.intensity > 0.7:
                notes += [BeatNote(bar.first_beat, 4, key, 0.85) for key in self.section_start_keys]
        return notes + [
            BeatNote(piece.form.final_beat, FINAL_CHORD_BEATS, key, 0.9) for key in self.final_keys
        ]


def _write_drum_row(bar: Bar, key: int, row: str) -> list[BeatNote]:
    hits = [index for index in range(bar.beats * 4) if row[index % len(row)] in _STRESS_BY_SYMBOL]
    ends = [*hits, bar.beats * 4][1:]
    return [
        # Open hats end with the next stroke; what rings longer is left to its release.
        BeatNote(bar.first_beat + hit / 4, (end - hit) / 4, key, _STRESS_BY_SYMBOL[row[hit % len(row)]])
        for hit, end in zip(hits, ends, strict=True)
    ]
