"""Orders that are held until their client has seen a draft of them and approves."""
