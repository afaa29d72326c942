"""Stands in for the package of the same name where it is not installed: what entry scripts need of it, no more."""
