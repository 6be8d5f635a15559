"""The operator's own SoundFont: checked at start, and cut once into instruments, kept in the data folder."""

from __future__ import annotations

import hashlib
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from keyreel.errors import InvalidSetting
from keyreel.system.atomic_file import delete_unfinished, open_atomically, write_atomically

if TYPE_CHECKING:
    from collections.abc import Generator
    from io import BufferedReader
    from pathlib import Path

    from keyreel.sound.music.soundfont.font_file import SoundFont

INSTRUMENTS_FOLDER: Final = "instruments"
"""The folder in the data folder in which the cut instruments are."""
_CUT_VERSION: Final = 1
"""Part of the folder's name: another way of cutting makes the instruments anew."""


def open_instruments(data: Path, soundfont: Path | None) -> Path | None:
    """Return the folder of a SoundFont's instruments, which are cut out of it if they are not there yet.

    Those of a font that was set before are deleted. None for the shipped instruments. Meanwhile nobody else
    may work on the data folder.

    Raises:
        InvalidSetting: the font cannot be used, or what is cut out of it cannot be stored.
    """
    if soundfont is None:
        return None
    with _open_font(soundfont) as (font, file):
        folder = data / INSTRUMENTS_FOLDER / f"{_compute_digest(file)}-{_CUT_VERSION}"
        try:
            _cut_into(folder, font)
        except OSError as error:
            raise InvalidSetting(
                f"KEYREEL_SOUNDFONT: its instruments cannot be stored in {folder}: {error.strerror}."
            ) from None
    return folder


def check_soundfont(soundfont: Path) -> None:
    """Make sure that a SoundFont has what the music needs; decodes and stores nothing.

    Raises:
        InvalidSetting: it cannot be read, is none, is damaged, or lacks presets; the message says which.
    """
    with _open_font(soundfont):
        pass


@contextmanager
def _open_font(path: Path) -> Generator[tuple[SoundFont, BufferedReader]]:
    from keyreel.sound.music.soundfont.cutting import check_presets
    from keyreel.sound.music.soundfont.font_file import SoundFont

    try:
        _check_is_file(path)
        with path.open("rb") as file:
            font = SoundFont(file)
            check_presets(font)
            yield font, file
    except ValueError as error:
        raise InvalidSetting(f"KEYREEL_SOUNDFONT: {path} {error}.") from None
    except OSError as error:
        raise InvalidSetting(f"KEYREEL_SOUNDFONT: {path} cannot be read: {error.strerror}.") from None


def _check_is_file(path: Path) -> None:
    if path.exists() and not path.is_file():  # a pipe would be waited for
        raise ValueError("is no file")


def _compute_digest(file: BufferedReader) -> str:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()


def _cut_into(folder: Path, font: SoundFont) -> None:
    """Cut a font into a folder, unless that was done, and delete all other folders beside it."""
    from keyreel.sound.music.instruments import INSTRUMENTS_FILE, RECORDINGS_FILE
    from keyreel.sound.music.soundfont.cutting import cut_instruments

    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / INSTRUMENTS_FILE).exists():  # it is written last: where it is, the recordings are whole
        delete_unfinished(folder)
        with open_atomically(folder / RECORDINGS_FILE) as recordings:
            rows = cut_instruments(font, recordings)
        write_atomically(folder / INSTRUMENTS_FILE, rows)
    for other in folder.parent.iterdir():
        if other != folder:
            shutil.rmtree(other)
