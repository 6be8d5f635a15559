"""Open-weight video models in process: Diffusers pipelines whose frames are conformed to the order."""
