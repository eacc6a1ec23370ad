"""The version, told to map services, workers and files."""

__version__ = "0.1.0"
