"""Routes that describe the server: model lists, OpenAPI, the page at /docs."""
