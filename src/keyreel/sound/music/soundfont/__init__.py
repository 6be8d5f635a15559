"""SoundFonts: files of sampled instruments, read, and cut down to what the composer plays."""
