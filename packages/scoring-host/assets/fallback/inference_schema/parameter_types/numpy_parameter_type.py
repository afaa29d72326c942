"""numpy arrays."""
from .abstract_parameter_type import AbstractParameterType


class NumpyParameterType(AbstractParameterType):
    def __init__(self, sample_input, enforce_column_type=True, enforce_shape=True):
        super().__init__(sample_input)
        self.enforce_column_type, self.enforce_shape = enforce_column_type, enforce_shape

    def sample_json(self):
        return self.sample_input.tolist()

    def deserialize_input(self, input_data):
        import numpy

        if not isinstance(input_data, list):
            raise ValueError("a list is expected")
        array = numpy.array(input_data, dtype=self.sample_input.dtype if self.enforce_column_type else None)
        wanted = self.sample_input.shape
        if self.enforce_shape and (array.ndim != len(wanted) or array.shape[1:] != wanted[1:]):
            raise ValueError("an array of shape %s is expected, not %s" % (("*",) + wanted[1:], array.shape))
        return array
