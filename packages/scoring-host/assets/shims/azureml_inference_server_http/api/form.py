"""Form bodies: fields and uploaded files."""
import io
import re
from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qsl


class UploadedFile(io.BytesIO):
    """What a caller uploaded, read like any file."""

    def __init__(self, name, filename, content_type, data):
        super().__init__(data)
        self.name, self.filename, self.content_type = name, filename, content_type
        self.mimetype = content_type.split(";")[0].strip().lower()
        self.stream = self

    def save(self, target):
        if hasattr(target, "write"):
            target.write(self.getvalue())
            return
        with open(target, "wb") as file:
            file.write(self.getvalue())


def parse_form(content_type, body):
    kind = content_type.split(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True), []
    boundary = re.search(r'boundary="?([^";]+)"?', content_type)
    if kind != "multipart/form-data" or boundary is None:
        return [], []
    fields, files = [], []
    mark = b"--" + boundary.group(1).encode()
    for part in (b"\r\n" + body).split(b"\r\n" + mark)[1:]:
        if part.startswith(b"--"):
            break
        head, _, data = part[2:].partition(b"\r\n\r\n")
        headers = BytesParser(policy=HTTP).parsebytes(head + b"\r\n\r\n")
        disposition = headers.get("content-disposition")
        name = disposition.params.get("name") if disposition is not None else None
        if name is None:
            continue
        filename = disposition.params.get("filename")
        if filename is None:
            fields.append((name, data.decode("utf-8", "replace")))
        else:
            files.append((name, UploadedFile(name, filename, str(headers.get("content-type", "application/octet-stream")), data)))
    return fields, files
