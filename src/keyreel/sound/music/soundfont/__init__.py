"""SoundFonts: files of sampled instruments, read and reduced to what the composer plays."""
