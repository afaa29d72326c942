"""What entry scripts import of Azure ML's inference server."""
