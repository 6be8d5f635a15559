"""Settings: variables KEYREEL_*, or the same names in lower case in a TOML file."""

from keyreel.settings.model import DEFAULT_EGRESS_PORTS, Settings
from keyreel.settings.reading import list_unread_variables, read_settings
from keyreel.settings.storage import LinkMode

__all__ = ["DEFAULT_EGRESS_PORTS", "LinkMode", "Settings", "list_unread_variables", "read_settings"]
