"""What the dark and the wide moods sound like: players, chords, tempo and rhythms. Data only."""

from __future__ import annotations

from typing import Final

from keyreel.sound.music.arrangement import Drums, Figure, Lead, Pad
from keyreel.sound.music.moods import Mood
from keyreel.sound.music.score import Seat
from keyreel.sound.music.styles.model import BROAD, DORIAN, FLOWING, MINOR, PHRYGIAN, SPARSE, Style

DARK: Final[dict[Mood, Style]] = {
    Mood.EPIC: Style(
        MINOR,
        (45, 48, 50, 52),
        (84, 104),
        4,
        ("i bVI bIII bVII", "i bVII bVI bVII", "i iv bVI V", "i bIII bVII bVI"),
        ("bVI bVII i i/3", "iv bVI bIII V", "bVI bIII iv V"),
        ("bVI_bVII", "iv_V", "bVI_V"),
        "i",
        BROAD,
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
        PHRYGIAN,
        (45, 47, 48, 50),
        (100, 128),
        4,
        ("i i bII i", "i bVI bII V", "i bII i bVII"),
        ("iv bII i V", "bVI V bVI V", "bII i bVI V"),
        ("bII_V", "iv_V"),
        "i",
        SPARSE,
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
                ((75, "x...x...x.x.xxxx"), (87, "X.....X........."), (86, "o.o.o.o.oxoxxxXX")),
                final=(49,),
                enters=0.55,
            ),
        ),
        room=1.8,
    ),
    Mood.SAD: Style(
        MINOR,
        (45, 48, 50, 52),
        (58, 72),
        4,
        ("i bVI bIII bVII", "i v/3 bVI V", "i iv bVII bIII", "i bIII iv V"),
        ("bVI bVII i/3 iv", "iv bVII bIII bVI", "bVI bIII iv V"),
        ("iv_V", "bVI_V", "iv_V7"),
        "i",
        FLOWING,
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
        SPARSE,
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
        DORIAN,
        (45, 48, 50, 52),
        (92, 112),
        4,
        ("i bVII IV i", "i bIII bVII IV", "i IV i bVII", "i v bVI bVII"),
        ("bVI bVII i i", "bIII IV i bVII", "bVI bIII bVII i"),
        ("bVI_bVII", "IV_bVII"),
        "i",
        BROAD,
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
}
