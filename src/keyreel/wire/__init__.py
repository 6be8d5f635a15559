"""The wire formats: endpoints (one model doing one operation) and dialects (one format each). No I/O."""
