"""Music in MIDI files: a folder of them becomes arrays of pitches and back, marked as synthetic."""

from augment.music.reading import read_music
from augment.music.writing import write_music

__all__ = ["read_music", "write_music"]
