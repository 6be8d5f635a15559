"""The JSON bodies of Keyreel's own routes, as models: for everybody, for API keys, for operators."""
