"""A client of TensorFlow Serving's REST interface, of the standard library."""

import base64
import http.client
import json
import urllib.parse

import numpy as np

from tfgan_suite.serving.errors import ServingError
from tfgan_suite.serving.requests import Requests


class RestClient(Requests):
    """Asks a model of a server over HTTP.

    A client may be shared by threads: every request has a connection of its own.

    Args:
        url: of the server, `http://host:port` (TensorFlow Serving's usual port is 8501).
        model: name of the model there.
        version: integer; None for the version that the server chooses, the largest.
        timeout: seconds to wait for an answer.
        card: see `Requests`.

    Raises:
        ValueError: if the URL is not one of HTTP, or there is no card where it should be.
    """

    def __init__(self, url, model, version=None, timeout=60.0, card=None):
        super().__init__(card)
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"`url` must be http://host:port. Received: url={url!r}")
        secure = parts.scheme == "https"
        self._connect = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        self._host, self._port = parts.hostname, parts.port or (443 if secure else 80)
        self._path = f"{parts.path.rstrip('/')}/v1/models/{urllib.parse.quote(model)}"
        self.url, self.timeout = url, timeout
        if version is not None:
            self._path += f"/versions/{version}"
        self._outputs = {}

    def predict(self, signature, inputs):
        """Maps a dict of arrays by key to a dict of arrays by key.

        Raises:
            ServingError: if the server refuses the request.
            ConnectionError: if there is no server, or it does not answer in time.
        """
        body = {
            "signature_name": signature,
            "inputs": {key: _to_json(np.asarray(value)) for key, value in inputs.items()},
        }
        outputs = self._ask("POST", ":predict", body)["outputs"]
        # The server leaves the key out where there is one output.
        if not isinstance(outputs, dict):
            outputs = {self._output_of(signature): outputs}
        return {key: _to_array(value) for key, value in outputs.items()}

    def _output_of(self, signature):
        """Key of a signature's one output, of which the server is asked once."""
        if signature not in self._outputs:
            (self._outputs[signature],) = self.metadata()[signature]["outputs"]
        return self._outputs[signature]

    def status(self):
        """Dict of the versions that the server has to their states, such as "AVAILABLE"."""
        found = self._ask("GET", "")["model_version_status"]
        return {int(version["version"]): version["state"] for version in found}

    def metadata(self):
        """The signatures, as the server's JSON has them."""
        return self._ask("GET", "/metadata")["metadata"]["signature_def"]["signature_def"]

    def _ask(self, method, what, body=None):
        connection = self._connect(self._host, self._port, timeout=self.timeout)
        try:
            data = None if body is None else json.dumps(body)  # NaN as the server takes it
            connection.request(method, self._path + what, data)
            response = connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise ConnectionError(f"No answer from {self.url}: {error}") from error
        finally:
            connection.close()
        try:
            answer = json.loads(text)
        except ValueError:
            answer = {"error": text[:200].decode(errors="replace")}
        if response.status != 200 or "error" in answer:
            raise ServingError(response.status, answer.get("error", answer))
        return answer


def _to_json(array):
    if array.dtype == object:
        return [text.decode() for text in array]
    return array.tolist()


def _to_array(value):
    """float32 of numbers with fractions, int64 of integers, `bytes` of files and of text."""
    first = value
    while isinstance(first, list) and first:
        first = first[0]
    if isinstance(first, (dict, str)):
        strings = np.array(value, object)
        flat = [_to_bytes(item) for item in strings.reshape(-1)]
        made = np.empty(len(flat), object)
        made[:] = flat
        return made.reshape(strings.shape)
    array = np.asarray(value)
    return array.astype(np.int64 if array.dtype.kind in "iu" else np.float32)


def _to_bytes(item):
    return item.encode() if isinstance(item, str) else base64.b64decode(item["b64"])
