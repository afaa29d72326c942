"""Plain values: text, numbers, lists, mappings, possibly with types of their own within."""
from .abstract_parameter_type import AbstractParameterType


def _walk(sample, value):
    if isinstance(sample, AbstractParameterType):
        return sample.deserialize_input(value)
    if isinstance(sample, dict) and isinstance(value, dict):
        return {name: _walk(sample[name], each) if name in sample else each for name, each in value.items()}
    return value


def _plain(sample):
    if isinstance(sample, AbstractParameterType):
        return sample.sample_json()
    if isinstance(sample, dict):
        return {name: _plain(each) for name, each in sample.items()}
    return sample


class StandardPythonParameterType(AbstractParameterType):
    def sample_json(self):
        return _plain(self.sample_input)

    def deserialize_input(self, input_data):
        wanted = type(self.sample_input)
        numbers = wanted is float and isinstance(input_data, int) and not isinstance(input_data, bool)
        if not numbers and not isinstance(input_data, wanted):
            raise ValueError("%s is expected, not %s" % (wanted.__name__, type(input_data).__name__))
        return _walk(self.sample_input, float(input_data) if numbers else input_data)
