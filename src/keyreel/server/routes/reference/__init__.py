"""Routes that describe the server: model lists, the OpenAPI document, the text for language models."""
