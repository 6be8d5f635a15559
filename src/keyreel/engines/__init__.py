"""The engines. Each turns an order into a clip and does not depend on tasks or the worker."""
