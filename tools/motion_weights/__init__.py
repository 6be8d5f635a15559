"""The steps that make the motion engine's weights: read a checkpoint, write its network as ONNX."""
