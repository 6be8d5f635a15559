"""What the players of a piece do with its chords and its melody: pads, figures, leads and drums.

Each layer writes tones in beats; it knows neither tempo nor instruments' sound.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from keyreel.sound.music.harmony import OCTAVE, above, lead
from keyreel.sound.music.melody import Tone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyreel.sound.music.form import Bar, Form
    from keyreel.sound.music.harmony import Chord
    from keyreel.sound.music.score import Seat

RING_BEATS: Final = 16.0
"""Long enough for the last chord to outlast any clip's end."""
_STRESSES: Final = {"X": 1.0, "x": 0.78, "o": 0.5}


@dataclass(frozen=True, slots=True)
class Piece:
    """All that the players have before them: form, each beat's chord (the last is the final one), melody."""

    form: Form
    chords: tuple[Chord, ...]
    tonic: int
    melody: tuple[Tone, ...]
    variant: int
    """Which of their patterns the players start with."""

    def spans(self, bars: Sequence[Bar]) -> list[tuple[int, int]]:
        """Return where in these bars a chord lasts, as first beat and end."""
        found: list[tuple[int, int]] = []
        for bar in bars:
            for beat in range(bar.at, bar.at + bar.beats):
                if beat > bar.at and self.chords[beat] == self.chords[beat - 1]:
                    found[-1] = (found[-1][0], beat + 1)
                else:
                    found.append((beat, beat + 1))
        return found


class Layer(Protocol):
    """One player: which instruments may play it, from where, from which intensity on, and how hard."""

    @property
    def instruments(self) -> tuple[str, ...]: ...  # noqa: D102 - the class says it
    @property
    def seat(self) -> Seat: ...  # noqa: D102 - the class says it
    @property
    def enters(self) -> float: ...  # noqa: D102 - the class says it

    def write(self, piece: Piece, bars: Sequence[Bar]) -> list[Tone]:
        """Write what is played in these bars, and with the last chord."""
        ...


@dataclass(frozen=True, slots=True)
class Pad:
    """Held chords, each voice led to the next; a voice whose key stays is not struck again."""

    instruments: tuple[str, ...]
    seat: Seat
    span: tuple[int, int]
    voices: int = 4
    enters: float = 0.0

    def write(self, piece: Piece, bars: Sequence[Bar]) -> list[Tone]:
        """Write the chords."""
        tones: list[Tone] = []
        held: dict[int, tuple[float, float]] = {}
        voicing: tuple[int, ...] = ()
        for start, end in [*piece.spans(bars), (piece.form.landing, piece.form.landing)]:
            voicing = lead(piece.chords[start], voicing, self.voices, self.span)
            last = start == piece.form.landing
            for key, (since, until) in list(held.items()):
                if until < start or key not in voicing or last:
                    tones.append(Tone(since, until - since, key, 0.8))
                    del held[key]
            for key in voicing:
                held[key] = (held[key][0] if key in held else start, start + RING_BEATS if last else end)
        return tones + [Tone(since, until - since, key, 0.85) for key, (since, until) in held.items()]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure over the chord: arpeggio, ostinato, bass line or strum.

    Each pattern holds a token a step: digits are places in the chord's ladder, sounded together; "." is
    silence and "-" lets the last go on. The piece's variant says which pattern is played; B has the next one.
    """

    instruments: tuple[str, ...]
    seat: Seat
    patterns: tuple[str, ...]
    low: int
    step: float = 0.5
    ring: float = 0.0
    """Beats for which tones ring on, as far as their chord lasts; 0 ends them with their steps."""
    rolled: float = 0.0
    """Beats between the tones of a token."""
    enters: float = 0.0

    def write(self, piece: Piece, bars: Sequence[Bar]) -> list[Tone]:
        """Write the figure."""
        tones: list[Tone] = []
        for bar in bars:
            spans = piece.spans([bar])
            for start, end in spans:
                pattern = self.patterns[(piece.variant + (bar.section == "B")) % len(self.patterns)]
                tones += self._over(piece.chords[start], pattern.split(), start, end)
        return tones + self._last(piece)

    def _over(self, under: Chord, tokens: list[str], start: int, end: int) -> list[Tone]:
        ladder = self._ladder(under)
        tones: list[Tone] = []
        for number in range(round((end - start) / self.step)):
            token = tokens[number % len(tokens)]
            at = start + number * self.step
            if not token.isdigit():
                continue
            holds = 1
            while tokens[(number + holds) % len(tokens)] == "-" and holds < len(tokens):
                holds += 1
            lasts = min(max(holds * self.step, self.ring), end - at)
            stress = 1.0 if at == start else 0.82 if at % 1 == 0 else 0.66
            for place, digit in enumerate(token):
                late = place * self.rolled
                tones.append(Tone(at + late, lasts - late, ladder[int(digit)], stress - 0.04 * place))
        return tones

    def _last(self, piece: Piece) -> list[Tone]:
        ladder = self._ladder(piece.chords[-1])
        places = (0,) if self.low < 45 else (0, 2, 3, 4)
        at = piece.form.landing
        return [
            Tone(at + i * max(self.rolled, 0.02), RING_BEATS, ladder[place], 0.9)
            for i, place in enumerate(places)
        ]

    def _ladder(self, under: Chord) -> tuple[int, ...]:
        ladder = under.ladder(self.low, 10)
        if under.bass == under.root:
            return ladder
        return (above(under.bass, self.low), *ladder[1:])


@dataclass(frozen=True, slots=True)
class Lead:
    """The melody, moved by octaves, sung legato or let ring."""

    instruments: tuple[str, ...]
    seat: Seat
    octave: int = 0
    ring: float = 0.0
    enters: float = 0.0

    def write(self, piece: Piece, bars: Sequence[Bar]) -> list[Tone]:
        """Write the melody and its last note, the tonic."""
        shift = OCTAVE * self.octave
        inside = {beat for bar in bars for beat in range(bar.at, bar.at + bar.beats)}
        tones = [
            Tone(tone.at, max(tone.beats * 0.98, self.ring), tone.key + shift, tone.stress)
            for tone in piece.melody
            if int(tone.at) in inside
        ]
        if not piece.melody:
            return []
        before = piece.melody[-1].key
        final = min(
            (key for key in range(36, 97) if key % OCTAVE == piece.tonic % OCTAVE),
            key=lambda key: abs(key - before),
        )
        return [*tones, Tone(piece.form.landing, RING_BEATS, final + shift, 0.85)]


@dataclass(frozen=True, slots=True)
class Drums:
    """A beat of sixteenths: one row a drum, X loud, x plain, o a ghost; a fill where a section closes."""

    instruments: tuple[str, ...]
    seat: Seat
    rows: tuple[tuple[int, str], ...]
    fill: tuple[tuple[int, str], ...] = ()
    opening: tuple[int, ...] = ()
    """Struck where a section opens in full force."""
    final: tuple[int, ...] = ()
    enters: float = 0.0

    def write(self, piece: Piece, bars: Sequence[Bar]) -> list[Tone]:
        """Write the beat."""
        tones: list[Tone] = []
        for bar in bars:
            rows = self.fill if bar.closes and bar.index > 0 and self.fill else self.rows
            for key, row in rows:
                tones += _struck(bar, key, row)
            if bar.opens and bar.intensity > 0.7:
                tones += [Tone(bar.at, 4, key, 0.85) for key in self.opening]
        return tones + [Tone(piece.form.landing, RING_BEATS, key, 0.9) for key in self.final]


def _struck(bar: Bar, key: int, row: str) -> list[Tone]:
    hits = [index for index in range(bar.beats * 4) if row[index % len(row)] in _STRESSES]
    ends = [*hits, bar.beats * 4][1:]
    return [
        # Open hats end with the next stroke; whatever rings longer rings on as its release lets it.
        Tone(bar.at + hit / 4, (end - hit) / 4, key, _STRESSES[row[hit % len(row)]])
        for hit, end in zip(hits, ends, strict=True)
    ]
