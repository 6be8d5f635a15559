"""Descriptions of the API: the OpenAPI document, model lists, llms.txt."""
