"""What the players of a piece do with its chords and its melody: pads, figures, leads and drums.

Each layer writes tones in beats; it knows neither tempo nor instruments' sound.
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
"""Long enough for the last chord to outlast any clip's end."""
_STRESS_BY_SYMBOL: Final = {"X": 1.0, "x": 0.78, "o": 0.5}


@dataclass(frozen=True, slots=True)
class Piece:
    """All that the players have before them: form, each beat's chord (the last is the final one), melody."""

    form: Form
    chords: tuple[Chord, ...]
    tonic: int
    melody: tuple[BeatNote, ...]
    variant: int
    """Which of their patterns the players start with."""

    def find_chord_spans(self, bars: Sequence[Bar]) -> list[tuple[int, int]]:
        """Return where in these bars a chord lasts, as first beat and end."""
        found: list[tuple[int, int]] = []
        for bar in bars:
            for beat in range(bar.first_beat, bar.first_beat + bar.beats):
                if beat > bar.first_beat and self.chords[beat] == self.chords[beat - 1]:
                    found[-1] = (found[-1][0], beat + 1)
                else:
                    found.append((beat, beat + 1))
        return found


class ArrangementLayer(Protocol):
    """One player: which instruments may play it, from where, from which intensity on, and how hard."""

    @property
    def instruments(self) -> tuple[str, ...]: ...  # noqa: D102 - the class says it
    @property
    def mix_settings(self) -> MixSettings: ...  # noqa: D102 - the class says it
    @property
    def min_intensity(self) -> float: ...  # noqa: D102 - the class says it

    def write(self, piece: Piece, bars: Sequence[Bar]) -> list[BeatNote]:
        """Write what is played in these bars, and with the last chord."""
        ...


@dataclass(frozen=True, slots=True)
class Pad:
    """Held chords, each voice led to the next; a voice whose key stays is not struck again."""

    instruments: tuple[str, ...]
    mix_settings: MixSettings
    key_range: tuple[int, int]
    voices: int = 4
    min_intensity: float = 0.0

    def write(self, piece: Piece, bars: Sequence[Bar]) -> list[BeatNote]:
        """Write the chords."""
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

    Each pattern holds a token a step: digits are places in the chord's ladder, sounded together; "." is
    silence and "-" lets the last go on. The piece's variant says which pattern is played; B has the next one.
    """

    instruments: tuple[str, ...]
    mix_settings: MixSettings
    patterns: tuple[str, ...]
    lowest_key: int
    step_beats: float = 0.5
    ring_beats: float = 0.0
    """Beats for which tones ring on, as far as their chord lasts; 0 ends them with their steps."""
    roll_beats: float = 0.0
    """Beats between the tones of a token."""
    min_intensity: float = 0.0

    def write(self, piece: Piece, bars: Sequence[Bar]) -> list[BeatNote]:
        """Write the figure."""
        notes: list[BeatNote] = []
        for bar in bars:
            spans = piece.find_chord_spans([bar])
            for start, end in spans:
                pattern = self.patterns[(piece.variant + (bar.section == "B")) % len(self.patterns)]
                notes += self._write_span(piece.chords[start], pattern.split(), start, end)
        return notes + self._write_final_chord(piece)

    def _write_span(self, chord: Chord, tokens: list[str], start: int, end: int) -> list[BeatNote]:
        ladder = self._stack_chord(chord)
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
            for place, digit in enumerate(token):
                late = place * self.roll_beats
                notes.append(BeatNote(at + late, lasts - late, ladder[int(digit)], stress - 0.04 * place))
        return notes

    def _write_final_chord(self, piece: Piece) -> list[BeatNote]:
        ladder = self._stack_chord(piece.chords[-1])
        places = (0,) if self.lowest_key < 45 else (0, 2, 3, 4)
        at = piece.form.final_beat
        return [
            BeatNote(at + i * max(self.roll_beats, 0.02), FINAL_CHORD_BEATS, ladder[place], 0.9)
            for i, place in enumerate(places)
        ]

    def _stack_chord(self, chord: Chord) -> tuple[int, ...]:
        ladder = chord.stack_keys(self.lowest_key, 10)
        if chord.bass == chord.root:
            return ladder
        return (find_key_at_or_above(chord.bass, self.lowest_key), *ladder[1:])


@dataclass(frozen=True, slots=True)
class Lead:
    """The melody, moved by octaves, sung legato or let ring."""

    instruments: tuple[str, ...]
    mix_settings: MixSettings
    octave_shift: int = 0
    ring_beats: float = 0.0
    min_intensity: float = 0.0

    def write(self, piece: Piece, bars: Sequence[Bar]) -> list[BeatNote]:
        """Write the melody and its last note, the tonic."""
        shift = OCTAVE * self.octave_shift
        inside = {beat for bar in bars for beat in range(bar.first_beat, bar.first_beat + bar.beats)}
        tones = [
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
        return [*tones, BeatNote(piece.form.final_beat, FINAL_CHORD_BEATS, final + shift, 0.85)]


@dataclass(frozen=True, slots=True)
class Drums:
    """A beat of sixteenths: one row a drum, X loud, x plain, o a ghost; a fill where a section closes."""

    instruments: tuple[str, ...]
    mix_settings: MixSettings
    patterns: tuple[tuple[int, str], ...]
    fill: tuple[tuple[int, str], ...] = ()
    section_start_keys: tuple[int, ...] = ()
    """Struck where a section opens in full force."""
    final_keys: tuple[int, ...] = ()
    min_intensity: float = 0.0

    def write(self, piece: Piece, bars: Sequence[Bar]) -> list[BeatNote]:
        """Write the beat."""
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
        # Open hats end with the next stroke; whatever rings longer rings on as its release lets it.
        BeatNote(bar.first_beat + hit / 4, (end - hit) / 4, key, _STRESS_BY_SYMBOL[row[hit % len(row)]])
        for hit, end in zip(hits, ends, strict=True)
    ]
