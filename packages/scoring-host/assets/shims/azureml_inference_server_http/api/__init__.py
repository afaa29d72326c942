"""The same names as the original's package."""
from .aml_request import AMLRequest, rawhttp
from .aml_response import AMLResponse

__all__ = ["AMLRequest", "AMLResponse", "rawhttp"]
