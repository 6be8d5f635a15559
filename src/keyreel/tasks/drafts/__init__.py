"""Orders that are held until their client approves a draft."""
