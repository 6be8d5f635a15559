"""What the operating system and operators are asked for: whole files, limited processes, valid values."""
