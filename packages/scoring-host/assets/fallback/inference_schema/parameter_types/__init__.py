"""One module for each family of types."""
