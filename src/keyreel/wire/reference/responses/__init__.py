"""The JSON bodies of Keyreel's own routes as models: public, for API keys, for operators."""
