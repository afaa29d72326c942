"""What the decorators have noted."""


def is_schema_decorated(function):
    return hasattr(function, "destino_schema")


def get_schemas_dict(function):
    return getattr(function, "destino_schema", {})


def get_input_schema(function):
    types = getattr(function, "destino_schema", {"input": {}})["input"]
    described = {name: each.input_to_swagger() for name, each in types.items()}
    examples = {name: each.pop("example") for name, each in described.items() if "example" in each}
    return {"type": "object", "properties": described, "required": list(types), **({"example": examples} if examples else {})}


def get_output_schema(function):
    output = getattr(function, "destino_schema", {"output": None})["output"]
    return {"type": "object"} if output is None else output.input_to_swagger()
