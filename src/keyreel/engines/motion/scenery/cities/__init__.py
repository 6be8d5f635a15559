"""Cities and villages: streets, facades, skylines, houses."""
