"""Open-weight video models in process: Diffusers pipelines, their frames conformed to the order."""
