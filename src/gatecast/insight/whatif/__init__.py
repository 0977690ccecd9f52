"""The forecast with something changed."""
