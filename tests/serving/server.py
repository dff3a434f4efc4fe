"""A server that speaks TensorFlow Serving's REST and gRPC, over a model in TensorFlow's C API.

    python server.py PLAN.json

The plan holds the model's name, version and directory, the path of the C library, and of every
signature the keys, tensor names and dtypes (see `conftest.py`). The program prints its ports as one
line of JSON and serves until its input ends. For gRPC it imports the messages of
`tensorflow-serving-api`, and with them Python's `tensorflow`; the model runs in the C API all the
same.
"""

import base64
import http.server
import importlib.util
import json
import re
import sys
import threading

import numpy as np

_ADDRESS = re.compile(r"/v1/models/(?P<model>[^/:]+)(/versions/(?P<version>\d+))?(?P<what>.*)")


class Refused(Exception):
    """A request with the HTTP status and the message of its refusal."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


class Model:
    """Checks requests as TensorFlow Serving does before it runs them: keys and dtypes."""

    def __init__(self, plan):
        self.name, self.version, self.signatures = plan["name"], plan["version"], plan["signatures"]
        spec = importlib.util.spec_from_file_location("c_api", plan["c_api"])
        c_api = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(c_api)
        self._session = c_api.Session(plan["library"], plan["path"])

    def signature(self, name):
        if name not in self.signatures:
            raise Refused(400, f'Serving signature key "{name}" not found.')
        return self.signatures[name]

    def find(self, name, version):
        if name != self.name or version not in (None, self.version):
            raise Refused(404, f"Servable not found for request: {name}/{version}")

    def predict(self, signature_name, arrays):
        signature = self.signature(signature_name)
        expected = signature["inputs"]
        if set(arrays) != set(expected):
            extra = sorted(set(arrays) - set(expected))
            missing = sorted(set(expected) - set(arrays))
            raise Refused(
                400, f"input size does not match signature: Sent extra: {extra}. "
                f"Missing but required: {missing}."
            )
        fed = {}
        for key, array in arrays.items():
            if array.dtype != expected[key]["dtype"]:
                dtype = expected[key]["dtype"]
                raise Refused(400, f"input `{key}`: {array.dtype} is not the expected {dtype}")
            fed[expected[key]["tensor"]] = array
        outputs = {key: output["tensor"] for key, output in signature["outputs"].items()}
        try:
            made = self._session.run(fed, list(outputs.values()))
        except RuntimeError as error:
            raise Refused(400, str(error)) from error
        return {key: made[tensor] for key, tensor in outputs.items()}


# --- REST: https://www.tensorflow.org/tfx/serving/api_rest ----------------------------------


def answer_rest(model, text):
    """Maps the body of a `:predict` request to the body of its answer, both JSON."""
    try:
        body = json.loads(text)
    except ValueError as error:
        raise Refused(400, f"JSON Parse error: {error}") from error
    if not isinstance(body, dict) or ("instances" in body) == ("inputs" in body):
        raise Refused(400, "Request must have either `instances` or `inputs`")
    name = body.get("signature_name", "serving_default")
    expected = model.signature(name)["inputs"]
    by_row = "instances" in body
    given = _columns(body["instances"], expected) if by_row else body["inputs"]
    if not isinstance(given, dict):
        if len(expected) != 1:
            raise Refused(400, f"inputs is a plain value, but there are {sorted(expected)}")
        given = {next(iter(expected)): given}
    arrays = {}
    for key, value in given.items():
        known = key in expected  # if it is not, `predict` says so
        arrays[key] = _to_array(key, value, expected[key]["dtype"]) if known else np.empty(0)
    made = {key: _to_json(key, value) for key, value in model.predict(name, arrays).items()}
    if not by_row:
        return {"outputs": made if len(made) > 1 else next(iter(made.values()))}
    if len(made) == 1:
        return {"predictions": next(iter(made.values()))}
    return {"predictions": [dict(zip(made, row)) for row in zip(*made.values())]}


def _columns(instances, expected):
    """From one value or object for each row to one list for each input."""
    if not isinstance(instances, list) or not instances:
        raise Refused(400, f'no values in "instances" list, for {sorted(expected)}')
    if not isinstance(instances[0], dict):
        return instances
    keys = set(instances[0])
    if any(not isinstance(row, dict) or set(row) != keys for row in instances):
        raise Refused(400, "instances must all be objects with the same keys")
    return {key: [row[key] for row in instances] for key in keys}


def _to_array(key, value, dtype):
    try:
        array = np.asarray(value)
    except (ValueError, OverflowError) as error:
        raise Refused(400, f"`{key}`: Encountered list at unexpected size: {error}") from error
    kinds = "iu" if dtype == "int64" else "fiu"
    if array.size and (array.dtype.kind not in kinds or array.dtype == np.uint64):
        raise Refused(400, f"`{key}`: {array.dtype} is not of expected type: {dtype}")
    return array.astype(dtype)


def _to_json(key, array):
    if array.dtype != object:
        return array.tolist()
    if not key.endswith("_bytes"):
        return [text.decode() for text in array]
    return [{"b64": base64.b64encode(data).decode()} for data in array]


class Handler(http.server.BaseHTTPRequestHandler):
    """GET status and metadata, POST :predict."""

    model = None

    def do_GET(self):
        self._answer("GET")

    def do_POST(self):
        self._answer("POST")

    def log_message(self, *arguments):
        """Silent."""

    def _answer(self, method):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            found = _ADDRESS.fullmatch(self.path)
            if not found:
                raise Refused(404, f"Malformed request: {method} {self.path}")
            version = found["version"] and int(found["version"])
            self.model.find(found["model"], version)
            status, answer = 200, self._route(method, found["what"], body)
        except Refused as error:
            status, answer = error.status, {"error": str(error)}
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _route(self, method, what, body):
        model = self.model
        if (method, what) == ("POST", ":predict"):
            return answer_rest(model, body)
        if (method, what) == ("GET", ""):
            state = {"state": "AVAILABLE", "version": str(model.version)}
            return {"model_version_status": [state]}
        if (method, what) == ("GET", "/metadata"):
            return {"metadata": {"signature_def": {"signature_def": model.signatures}}}
        raise Refused(404, f"Malformed request: {method} {self.path}")


# --- gRPC -----------------------------------------------------------------------------------


def serve_grpc(model):
    """Starts a PredictionService; returns its port, or None without `tensorflow-serving-api`."""
    try:
        from concurrent.futures import ThreadPoolExecutor

        import grpc
        import tensorflow as tf
        from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc
    except ImportError:
        return None

    class Service(prediction_service_pb2_grpc.PredictionServiceServicer):
        def Predict(self, request, context):
            try:
                spec = request.model_spec
                model.find(spec.name, spec.version.value if spec.HasField("version") else None)
                arrays = {key: tf.make_ndarray(value) for key, value in request.inputs.items()}
                made = model.predict(spec.signature_name or "serving_default", arrays)
            except Refused as error:
                codes = grpc.StatusCode
                code = codes.NOT_FOUND if error.status == 404 else codes.INVALID_ARGUMENT
                context.abort(code, str(error))
            response = predict_pb2.PredictResponse()
            for key, value in made.items():
                response.outputs[key].CopyFrom(tf.make_tensor_proto(value))
            return response

    server = grpc.server(ThreadPoolExecutor(8), options=[("grpc.max_send_message_length", 2**28)])
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(Service(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    serve_grpc.server = server  # kept, or it stops
    return port


def main(plan):
    with open(plan, encoding="utf-8") as file:
        model = Model(json.load(file))
    Handler.model = model
    rest = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    rest.daemon_threads = True
    threading.Thread(target=rest.serve_forever, daemon=True).start()
    print(json.dumps({"rest": rest.server_port, "grpc": serve_grpc(model)}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
