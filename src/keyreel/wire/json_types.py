"""The type of JSON objects as Python holds them, in requests, responses and schemas."""

from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]
"""An object whose keys and values are checked where it is read, not by its type."""
