"""pandas tables."""
import json

from .abstract_parameter_type import AbstractParameterType


class PandasParameterType(AbstractParameterType):
    def __init__(self, sample_input, enforce_column_type=True, enforce_shape=True, apply_column_names=False, orient="records"):
        super().__init__(sample_input)
        self.enforce_column_type, self.enforce_shape = enforce_column_type, enforce_shape
        self.apply_column_names, self.orient = apply_column_names, orient

    def sample_json(self):
        return json.loads(self.sample_input.to_json(orient=self.orient))

    def deserialize_input(self, input_data):
        import pandas

        if not isinstance(input_data, (list, dict)):
            raise ValueError("a list or an object is expected")
        if self.orient == "split":
            table = pandas.DataFrame(input_data["data"], columns=input_data.get("columns"), index=input_data.get("index"))
        else:
            table = pandas.DataFrame.from_dict(input_data, orient="index") if self.orient == "index" else pandas.DataFrame(input_data)
        if self.apply_column_names:
            table.columns = self.sample_input.columns
        if self.enforce_shape and len(table.columns) != len(self.sample_input.columns):
            raise ValueError("%d columns are expected, not %d" % (len(self.sample_input.columns), len(table.columns)))
        if self.enforce_column_type:
            table = table.astype({name: kind for name, kind in self.sample_input.dtypes.items() if name in table.columns})
        return table
