"""The strip with exchange rates and headlines, as a service."""

__version__ = "0.5.0"
