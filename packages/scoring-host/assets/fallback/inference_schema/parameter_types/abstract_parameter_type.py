"""What all types have in common."""


def describe(value):
    """A sample's JSON schema, without the sample."""
    if isinstance(value, bool):
        return {"type": "boolean"}
    if isinstance(value, int):
        return {"type": "integer", "format": "int64"}
    if isinstance(value, float):
        return {"type": "number", "format": "double"}
    if isinstance(value, (list, tuple)):
        return {"type": "array", "items": describe(value[0]) if value else {"type": "object"}}
    if isinstance(value, dict):
        return {"type": "object", "properties": {str(name): describe(each) for name, each in value.items()}}
    return {"type": "string"}


class AbstractParameterType:
    def __init__(self, sample_input=None):
        self.sample_input = sample_input

    def deserialize_input(self, input_data):
        return input_data

    def sample_json(self):
        return self.sample_input

    def input_to_swagger(self):
        sample = self.sample_json()
        return {**describe(sample), "example": sample}
