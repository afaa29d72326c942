"""`input_schema` and `output_schema`: arguments decoded and described by a sample."""
import functools
import inspect


def _of(function):
    return dict(getattr(function, "destino_schema", {"input": {}, "output": None}))


def input_schema(param_name=None, param_type=None, convert_to_provided_type=True, optional=False):
    if isinstance(param_name, str) is False and param_type is None:
        raise TypeError("input_schema needs a parameter's name and its type")

    def decorate(run):
        if param_name not in inspect.signature(inspect.unwrap(run)).parameters:
            raise ValueError("run() has no parameter '%s' for its schema" % param_name)

        @functools.wraps(run)
        def decoded(*args, **kwargs):
            if convert_to_provided_type and param_name in kwargs:
                kwargs[param_name] = param_type.deserialize_input(kwargs[param_name])
            return run(*args, **kwargs)

        schema = _of(run)
        schema["input"] = {**schema["input"], param_name: param_type}
        decoded.destino_schema = schema
        return decoded

    return decorate


def output_schema(output_type):
    def decorate(run):
        @functools.wraps(run)
        def described(*args, **kwargs):
            return run(*args, **kwargs)

        described.destino_schema = {**_of(run), "output": output_type}
        return described

    return decorate
