"""Cities and interiors: streets, facades, skylines, rooms."""
