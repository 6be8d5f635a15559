"""What each mood sounds like: scale, chords, tempo, rhythms and players. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from keyreel.sound.layers import Drums, Figure, Lead, Pad
from keyreel.sound.moods import Mood
from keyreel.sound.score import Seat

if TYPE_CHECKING:
    from keyreel.sound.layers import Layer

_MAJOR: Final = (0, 2, 4, 5, 7, 9, 11)
_MINOR: Final = (0, 2, 3, 5, 7, 8, 10)
_DORIAN: Final = (0, 2, 3, 5, 7, 9, 10)
_PHRYGIAN: Final = (0, 1, 3, 5, 7, 8, 10)
_LYDIAN: Final = (0, 2, 4, 6, 7, 9, 11)
_PENTATONIC: Final = (0, 2, 4, 7, 9)

_FLOWING: Final = ((2, 1, 1), (1.5, 0.5, 2), (1, 1, 2), (-1, 1, 1, 1), (1.5, 0.5, 1, 1))
_WALTZ: Final = ((2, 1), (1, 0.5, 0.5, 1), (1.5, 0.5, 1), (1, 1, 1), (-1, 1, 1))
_LIVELY: Final = (
    (0.5, 0.5, 1, 0.5, 0.5, 1),
    (1, 0.5, 0.5, 1, 1),
    (0.75, 0.75, 0.5, 1, 1),
    (-0.5, 0.5, 0.5, 0.5, 1, 1),
)
_BROAD: Final = ((1.5, 0.5, 1, 1), (2, 1.5, 0.5), (1, 1, 2), (3, 0.5, 0.5), (1, 0.5, 0.5, 2))
_SPARSE: Final = ((-1, 0.5, 0.5, 2), (2, -1, 0.5, 0.5), (1.5, 0.5, -1, 1), (-2, 1, 1))

_BASS: Final = Seat(level=-1, room=0.06)


@dataclass(frozen=True, slots=True)
class Style:
    """How a mood is composed. Progressions hold a chord a bar, two joined by "_" share one."""

    scale: tuple[int, ...]
    tonics: tuple[int, ...]
    """Keys of the tonic to choose from, in the octave below middle C."""
    tempo: tuple[float, float]
    beats: int
    verses: tuple[str, ...]
    contrasts: tuple[str, ...]
    closes: tuple[str, ...]
    """Bars that lead into the last chord."""
    final: str
    rhythms: tuple[tuple[float, ...], ...]
    middle: int
    """Around which key the melody moves."""
    layers: tuple[Layer, ...]
    room: float = 1.6
    """Seconds in which the room falls silent."""


STYLES: Final[dict[Mood, Style]] = {
    Mood.CALM: Style(
        _MAJOR,
        (48, 50, 53, 55, 57),
        (62, 78),
        4,
        ("Imaj7 IVmaj7 vi7 IVmaj7", "Iadd9 V/3 vi7 IVmaj7", "I iii7 IVmaj7 Vsus4", "Iadd9 ii7 IVmaj7 V"),
        ("vi7 IVmaj7 I/3 V", "IVmaj7 iii7 ii7 Vsus4", "ii7 V vi7 IVmaj7"),
        ("IVadd9_V", "ii7_V", "IV_V7"),
        "I",
        _FLOWING,
        72,
        (
            Pad(("strings", "pad"), Seat(level=-9, room=0.4, wide=True), (50, 74)),
            Figure(
                ("piano", "harp", "guitar"),
                Seat(level=-3, room=0.3, spread=0.45),
                ("0 2 3 4 5 4 3 2", "0 3 2 4 3 5 4 3"),
                48,
                ring=2,
            ),
            Figure(
                ("double_bass",),
                Seat(level=-5, room=0.05),
                ("0 - - - - - 2 -", "0 - - - 2 - - -"),
                33,
                enters=0.45,
            ),
            Lead(("flute", "piano", "vibraphone"), Seat(level=1, pan=0.12, room=0.3), enters=0.4),
            Lead(("celesta", "harp"), Seat(level=-14, pan=-0.35, room=0.5), octave=1, ring=1, enters=0.85),
        ),
        room=2.0,
    ),
    Mood.HAPPY: Style(
        _MAJOR,
        (48, 50, 52, 55, 57),
        (108, 132),
        4,
        ("I V vi IV", "I IV I V", "I vi IV V", "I I/3 IV V"),
        ("IV I/3 ii V", "vi IV I V", "IV V iii vi"),
        ("IV_V", "ii_V7"),
        "I",
        _LIVELY,
        74,
        (
            Figure(
                ("guitar",),
                Seat(level=-5, pan=-0.3, room=0.15),
                ("0234 . . 234 . 234 0234 .", "0234 . 234 . 0234 . 234 234"),
                45,
                rolled=0.025,
            ),
            Figure(("double_bass",), _BASS, ("0 - . 0 2 - . 2", "0 - 2 - 3 - 2 -"), 31),
            Lead(("marimba", "kalimba", "piano"), Seat(level=0, pan=0.15, room=0.25), ring=0.6, enters=0.4),
            Lead(
                ("music_box", "celesta", "flute"),
                Seat(level=-10, pan=0.4, room=0.35),
                octave=1,
                ring=0.5,
                enters=0.8,
            ),
            Pad(("strings",), Seat(level=-15, room=0.3, wide=True), (55, 79), voices=3, enters=0.72),
            Drums(
                ("drums",),
                Seat(level=-8, room=0.08),
                (
                    (35, "X.....x.X......."),
                    (39, "....X.......X..."),
                    (82, "o.x.o.x.o.x.o.x."),
                    (54, "............o..."),
                ),
                ((35, "X.......X......."), (38, "....x.....x.xxXX"), (82, "o.x.o.x.o.x.o.x.")),
                final=(35, 54),
                enters=0.5,
            ),
        ),
        room=1.0,
    ),
    Mood.EPIC: Style(
        _MINOR,
        (45, 48, 50, 52),
        (84, 104),
        4,
        ("i bVI bIII bVII", "i bVII bVI bVII", "i iv bVI V", "i bIII bVII bVI"),
        ("bVI bVII i i/3", "iv bVI bIII V", "bVI bIII iv V"),
        ("bVI_bVII", "iv_V", "bVI_V"),
        "i",
        _BROAD,
        64,
        (
            Figure(
                ("strings",),
                Seat(level=0, pan=-0.15, room=0.25, spread=0.3),
                ("0 0 3 0 2 0 3 0 0 0 3 0 2 3 2 0", "0 3 2 3 0 3 2 3"),
                45,
                step=0.25,
            ),
            Pad(("choir",), Seat(level=-7, room=0.3, wide=True), (52, 76), enters=0.3),
            Figure(("trombone", "cello"), Seat(level=-4, room=0.25), ("0 - - - - - - -",), 38, enters=0.55),
            Lead(("horn",), Seat(level=1, pan=0.12, room=0.3), enters=0.4),
            Lead(("strings",), Seat(level=-5, room=0.35, wide=True), octave=1, enters=0.85),
            Figure(
                ("timpani",),
                Seat(level=-7, pan=0.1, room=0.15),
                ("0 . . . . . 0 0", "0 . . 0 . . 0 ."),
                38,
                enters=0.6,
            ),
            Drums(
                ("drums",),
                Seat(level=-7, room=0.12),
                ((87, "X.....x.X.x....."), (86, "..o...o...o.o.xo")),
                ((87, "X...X...X.X.X.X."), (86, "..o.o.oxo.xoxxXX"), (38, "........ooooxxXX")),
                opening=(49,),
                final=(49, 87),
                enters=0.66,
            ),
        ),
        room=2.2,
    ),
    Mood.TENSE: Style(
        _PHRYGIAN,
        (45, 47, 48, 50),
        (100, 128),
        4,
        ("i i bII i", "i bVI bII V", "i bII i bVII"),
        ("iv bII i V", "bVI V bVI V", "bII i bVI V"),
        ("bII_V", "iv_V"),
        "i",
        _SPARSE,
        62,
        (
            Figure(
                ("cello", "strings"),
                Seat(level=1, pan=-0.2, room=0.2),
                ("0 0 0 0 0 0 3 0 0 0 0 0 1 0 0 0", "0 0 3 0 0 3 0 0 1 0 0 3 0 0 3 1"),
                40,
                step=0.25,
            ),
            Figure(("synth_bass",), Seat(level=-6, room=0.03), ("0 - . 0 - . 0 .",), 33, enters=0.5),
            Pad(("strings",), Seat(level=-9, room=0.4, wide=True), (57, 81), voices=3, enters=0.45),
            Lead(("clarinet", "trombone", "horn"), Seat(level=-4, pan=0.2, room=0.4), enters=0.55),
            Figure(
                ("piano",),
                Seat(level=-6, pan=0.3, room=0.5),
                ("0 . . . . . . .", "03 . . . . . 03 ."),
                33,
                ring=4,
                enters=0.6,
            ),
            Drums(
                ("drums",),
                Seat(level=-9, room=0.25),
                ((75, "x...o...x...o..."), (42, "o.o.o.o.o.o.o.o."), (87, "X..........x....")),
                ((75, "x...x...x.x.xxxx"), (87, "X.....X...X.X.XX"), (86, "o.o.o.o.oxoxxxXX")),
                final=(49,),
                enters=0.55,
            ),
        ),
        room=1.8,
    ),
    Mood.SAD: Style(
        _MINOR,
        (45, 48, 50, 52),
        (58, 72),
        4,
        ("i bVI bIII bVII", "i v/3 bVI V", "i iv bVII bIII", "i bIII iv V"),
        ("bVI bVII i/3 iv", "iv bVII bIII bVI", "bVI bIII iv V"),
        ("iv_V", "bVI_V", "iv_V7"),
        "i",
        _FLOWING,
        67,
        (
            Figure(
                ("piano",),
                Seat(level=-3, room=0.35, spread=0.4),
                ("0 2 3 4 3 2 3 2", "0 2 4 3 5 4 3 2"),
                45,
                ring=2,
            ),
            Pad(("strings",), Seat(level=-8, room=0.45, wide=True), (50, 72), enters=0.45),
            Lead(("cello", "clarinet", "piano"), Seat(level=0, pan=0.12, room=0.45), enters=0.35),
            Figure(
                ("double_bass", "cello"), Seat(level=-6, room=0.15), ("0 - - - - - - -",), 33, enters=0.65
            ),
            Lead(("flute",), Seat(level=-11, pan=-0.2, room=0.5), octave=1, enters=0.9),
        ),
        room=2.2,
    ),
    Mood.MYSTERY: Style(
        (0, 2, 3, 5, 7, 8, 11),
        (45, 47, 50, 52),
        (68, 88),
        4,
        ("i iv i V", "i bII i V7", "i bVI bII V", "i iv bII V7"),
        ("bVI iv i V", "iv i bII V", "bVI bII iv V7"),
        ("bII_V7", "iv_V", "bVI_V"),
        "i",
        _SPARSE,
        69,
        (
            Figure(
                ("celesta", "vibraphone", "music_box", "harp"),
                Seat(level=-4, room=0.45, spread=0.5),
                ("0 2 4 5 4 2 3 1", "0 4 2 5 3 4 1 2"),
                60,
                ring=1.5,
            ),
            Pad(("choir", "pad"), Seat(level=-10, room=0.5, wide=True), (50, 72), voices=3, enters=0.3),
            Figure(
                ("double_bass",),
                Seat(level=-3, room=0.1),
                ("0 . . 0 2 . . .", "0 . 2 . 3 . 2 ."),
                33,
                enters=0.45,
            ),
            Lead(
                ("clarinet", "flute", "vibraphone"), Seat(level=-1, pan=0.18, room=0.45), ring=0.8, enters=0.4
            ),
            Drums(
                ("drums",),
                Seat(level=-12, room=0.4),
                ((80, "........o......."), (76, "......o.......o.")),
                final=(80,),
                enters=0.75,
            ),
        ),
        room=2.6,
    ),
    Mood.SCIFI: Style(
        _DORIAN,
        (45, 48, 50, 52),
        (92, 112),
        4,
        ("i bVII IV i", "i bIII bVII IV", "i IV i bVII", "i v bVI bVII"),
        ("bVI bVII i i", "bIII IV i bVII", "bVI bIII bVII i"),
        ("bVI_bVII", "IV_bVII"),
        "i",
        _BROAD,
        72,
        (
            Figure(
                ("saw",),
                Seat(level=-9, room=0.3, spread=0.6),
                ("0 2 3 4 5 4 3 2 0 2 3 5 4 3 2 3", "0 3 5 3 4 3 5 3"),
                57,
                step=0.25,
            ),
            Figure(
                ("synth_bass",),
                Seat(level=-3, room=0.02),
                ("0 0 . 0 0 . 0 0", "0 . 0 0 . 0 0 3"),
                33,
                enters=0.4,
            ),
            Pad(("pad",), Seat(level=-8, room=0.4, wide=True), (52, 76)),
            Lead(("rhodes", "vibraphone", "saw"), Seat(level=-1, pan=0.15, room=0.4), ring=0.9, enters=0.45),
            Pad(("choir",), Seat(level=-13, room=0.5, wide=True), (55, 79), voices=3, enters=0.85),
            Drums(
                ("drums",),
                Seat(level=-10, room=0.08),
                (
                    (35, "X...X...X...X..."),
                    (39, "....x.......x..."),
                    (42, "..x...x...x...x."),
                    (46, "..............o."),
                ),
                ((35, "X...X...X...X.X."), (38, "....x...x.x.xxXX"), (42, "..x...x...x...x.")),
                final=(35, 51),
                enters=0.55,
            ),
        ),
        room=1.8,
    ),
    Mood.ROMANCE: Style(
        _MAJOR,
        (48, 50, 51, 53, 55),
        (84, 104),
        3,
        ("Imaj7 vi7 ii7 V7", "I V/3 vi7 IVmaj7", "Imaj7 iii7 IVmaj7 iv", "I iii7 vi7 V"),
        ("IVmaj7 V iii7 vi7", "ii7 V7 Imaj7 vi7", "vi7 iii7 IVmaj7 V7"),
        ("V7", "iv", "V7"),
        "I",
        _WALTZ,
        72,
        (
            Figure(
                ("piano", "guitar", "harp"),
                Seat(level=-3, room=0.3, spread=0.4),
                ("0 2 3 4 3 2", "0 3 4 5 4 3"),
                45,
                ring=2,
            ),
            Pad(("strings",), Seat(level=-7, room=0.4, wide=True), (52, 76), enters=0.4),
            Lead(("cello", "clarinet", "flute"), Seat(level=0, pan=0.12, room=0.4), enters=0.35),
            Figure(("double_bass",), Seat(level=-5, room=0.08), ("0 - - - 2 -",), 33, enters=0.5),
            Lead(
                ("celesta", "strings"), Seat(level=-10, pan=-0.25, room=0.45), octave=1, ring=0.8, enters=0.85
            ),
        ),
        room=2.0,
    ),
    Mood.ORIENTAL: Style(
        _PENTATONIC,
        (50, 52, 53, 55, 57),
        (66, 88),
        4,
        ("I vi I Vsus4", "vi Vsus2 I vi", "I vi ii Vsus4", "I Vsus2 vi vi"),
        ("vi ii Vsus4 vi", "ii vi I Vsus4", "vi I ii Vsus4"),
        ("ii_Vsus4", "vi_Vsus2"),
        "I",
        ((1, 0.5, 0.5, 2), (1.5, 0.5, 1, 1), (0.5, 0.5, 1, 2), (1, 1, 0.5, 0.5, 1), (2, 0.5, 0.5, 1)),
        74,
        (
            Figure(
                ("koto", "dulcimer", "harp"),
                Seat(level=-3, pan=-0.2, room=0.3, spread=0.3),
                ("0 2 3 5 . 3 2 .", "0 . 3 2 5 . 3 2"),
                50,
                ring=1.5,
            ),
            Lead(("shakuhachi", "flute", "dulcimer"), Seat(level=1, pan=0.15, room=0.45), enters=0.35),
            Pad(("strings",), Seat(level=-11, room=0.4, wide=True), (52, 74), voices=3, enters=0.45),
            Figure(("cello", "double_bass"), Seat(level=-6, room=0.15), ("0 - - - 2 - - -",), 38, enters=0.5),
            Lead(("koto",), Seat(level=-7, pan=-0.35, room=0.35), ring=1, enters=0.75),
            Drums(
                ("drums",),
                Seat(level=-7, room=0.35),
                ((86, "x.......o......."), (76, "....o.....o.....")),
                ((86, "x.....o.x.o.oxxX"), (76, "....o...........")),
                final=(87,),
                enters=0.6,
            ),
        ),
        room=2.0,
    ),
    Mood.FANTASY: Style(
        _LYDIAN,
        (48, 50, 53, 55),
        (96, 120),
        3,
        ("I II vi IVmaj7", "I bVII IV I", "I V/3 II IV", "I iii IVmaj7 II"),
        ("vi iii II V", "bVI bVII I I/3", "vi II IV V"),
        ("bVII", "V", "V7"),
        "I",
        _WALTZ,
        74,
        (
            Figure(
                ("harp",),
                Seat(level=-3, room=0.35, spread=0.5),
                ("0 2 3 5 4 3", "0 3 5 6 5 3"),
                50,
                ring=2,
            ),
            Pad(("choir", "strings"), Seat(level=-8, room=0.45, wide=True), (52, 76), enters=0.35),
            Lead(("flute", "clarinet", "music_box"), Seat(level=-1, pan=0.12, room=0.4), enters=0.35),
            Lead(("celesta", "music_box"), Seat(level=-9, pan=-0.3, room=0.5), octave=1, ring=1, enters=0.7),
            Figure(("cello", "double_bass"), Seat(level=-5, room=0.15), ("0 - - - 2 -",), 38, enters=0.5),
            Figure(("horn",), Seat(level=-9, pan=0.2, room=0.45), ("024 - - - - -",), 48, enters=0.85),
            Drums(
                ("drums",),
                Seat(level=-13, room=0.4),
                ((80, "o..........."), (54, "........o...")),
                final=(80,),
                enters=0.7,
            ),
        ),
        room=2.4,
    ),
}
