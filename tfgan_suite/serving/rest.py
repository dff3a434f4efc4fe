"""A client of TensorFlow Serving's REST interface, of the standard library."""

import http.client
import json
import time
import urllib.parse

import numpy as np

from tfgan_suite.serving.answers import check_outputs, from_json, rows_of
from tfgan_suite.serving.bounded_socket import BoundedSocket
from tfgan_suite.serving.errors import BadAnswerError, NoAnswerError, ServingError
from tfgan_suite.serving.requests import Requests
from tfgan_suite.serving.wire import LARGEST, check_json


class RestClient(Requests):
    """Asks a model of a server over HTTP.

    A client may be shared by threads: every request has a connection of its own.

    Args:
        url: of the server, `http://host:port` (TensorFlow Serving's usual port is 8501).
        model: name of the model there.
        version: integer; None for the version that the server chooses, the largest.
        timeout: seconds to wait for an answer, all of it.
        card: see `Requests`.

    Raises:
        ValueError: if the URL is not one of HTTP, the model's name or version cannot stand in one,
            or there is no card where it should be.
    """

    def __init__(self, url, model, version=None, timeout=60.0, card=None):
        super().__init__(card)
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"`url` must be http://host:port. Received: url={url!r}")
        if not isinstance(model, str) or model in ("", ".", ".."):
            raise ValueError(f"`model` must be the name of a model. Received: model={model!r}")
        if version is not None and (not isinstance(version, int) or version < 0):
            raise ValueError(f"`version` must be an integer >= 0. Received: version={version!r}")
        secure = parts.scheme == "https"
        self._connect = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        self._host, self._port = parts.hostname, parts.port or (443 if secure else 80)
        self._path = f"{parts.path.rstrip('/')}/v1/models/{urllib.parse.quote(model, safe='')}"
        self.url, self.timeout = url, timeout
        if version is not None:
            self._path += f"/versions/{version}"
        self._outputs = {}

    def predict(self, signature, inputs):
        """Maps a dict of arrays by key to a dict of arrays by key.

        Raises:
            ServingError: if the server refuses the request, or answers with what is no answer.
            ConnectionError: (a ServingError too) if there is no server, or no answer in time.
        """
        body = {
            "signature_name": signature,
            "inputs": {key: _to_json(np.asarray(value)) for key, value in inputs.items()},
        }
        rows = rows_of(inputs)
        most = self._conditions.most_values(signature, rows)
        outputs = self._get(self._ask("POST", ":predict", body, most), "outputs")
        # The server leaves the key out where there is one output.
        if not isinstance(outputs, dict):
            outputs = {self._output_of(signature): outputs}
        arrays = {key: from_json(key, value) for key, value in outputs.items()}
        check_outputs(arrays, rows)
        return arrays

    def _output_of(self, signature):
        """Key of a signature's one output, of which the server is asked once."""
        if signature not in self._outputs:
            keys = list(self._get(self.metadata(), signature, "outputs", kind=dict))
            if len(keys) != 1:
                raise BadAnswerError(f"one output came of {signature}, which has {keys}")
            (self._outputs[signature],) = keys
        return self._outputs[signature]

    def status(self):
        """Dict of the versions that the server has to their states, such as "AVAILABLE".

        Raises:
            ServingError: as `predict`.
        """
        found = self._get(self._ask("GET", ""), "model_version_status", kind=list)
        try:
            return {int(version["version"]): str(version["state"]) for version in found}
        except (TypeError, KeyError, ValueError) as error:
            raise BadAnswerError(f"no state of versions: {error!r}") from error

    def metadata(self):
        """The signatures, as the server's JSON has them.

        Raises:
            ServingError: as `predict`.
        """
        keys = ("metadata", "signature_def", "signature_def")
        return self._get(self._ask("GET", "/metadata"), *keys, kind=dict)

    def _get(self, answer, *keys, kind=object):
        """What an answer has under keys, one within the other."""
        for key in keys:
            if not isinstance(answer, dict) or key not in answer:
                raise BadAnswerError(f"{self.url} has answered without {key!r}")
            answer = answer[key]
        if not isinstance(answer, kind):
            raise BadAnswerError(f"{self.url} has answered with another {keys[-1]!r}")
        return answer

    def _ask(self, method, what, body=None, most=None):
        data = None if body is None else json.dumps(body)  # NaN as the server takes it
        status, text = self._exchange(method, self._path + what, data)
        check_json(text, most)
        try:
            answer = json.loads(text)
        except (ValueError, RecursionError) as error:
            if status == 200:
                raise BadAnswerError(f"no JSON: {error}") from error
            answer = {"error": text[:200].decode(errors="replace")}
        if not isinstance(answer, dict):
            raise BadAnswerError("JSON that is no object")
        if status != 200 or "error" in answer:
            raise ServingError(status, str(answer.get("error", answer))[:2000])
        return answer

    def _exchange(self, method, path, data):
        """The status and the text of an answer, which is there in full before the time is up."""
        end = time.monotonic() + self.timeout
        connection = self._connect(self._host, self._port, timeout=self.timeout)
        try:
            connection.connect()
            connection.sock = BoundedSocket(connection.sock, end, LARGEST)
            connection.request(method, path, data)
            response = connection.getresponse()
            return response.status, response.read()
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise NoAnswerError(f"No answer from {self.url}: {error}") from error
        finally:
            connection.close()


def _to_json(array):
    if array.dtype == object:
        return [text.decode() for text in array]
    return array.tolist()
