"""Shared with packages of the same name that are really installed."""
__path__ = __import__("pkgutil").extend_path(__path__, __name__)
