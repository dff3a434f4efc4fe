"""A client of TensorFlow Serving's gRPC interface."""

import numpy as np
import tensorflow as tf
from google.protobuf.message import DecodeError

from tfgan_suite.serving.answers import check_outputs, from_protos, rows_of
from tfgan_suite.serving.errors import BadAnswerError, NoAnswerError, ServingError
from tfgan_suite.serving.requests import Requests
from tfgan_suite.serving.wire import LARGEST, check_response

_METHOD = "/tensorflow.serving.PredictionService/Predict"


class GrpcClient(Requests):
    """Asks a model of a server over gRPC. A client may be shared by threads.

    Args:
        address: `host:port` of the server (TensorFlow Serving's usual port is 8500).
        model: name of the model there.
        version: integer; None for the version that the server chooses, the largest.
        timeout: seconds to wait for an answer, all of it.
        card: see `Requests`.

    Raises:
        ImportError: if the package `tensorflow-serving-api` is not installed.
        ValueError: if there is no card where it should be.
    """

    def __init__(self, address, model, version=None, timeout=60.0, card=None):
        super().__init__(card)
        try:
            import grpc
            from tensorflow_serving.apis import predict_pb2
        except ImportError as error:
            raise ImportError(
                "A gRPC client needs the package tensorflow-serving-api: "
                "pip install 'tfgan-suite[serving]'. RestClient needs nothing more"
            ) from error
        self._grpc, self._messages = grpc, predict_pb2
        options = [
            # gRPC's own limit is 4 MiB, 21 photographs. It holds for what it unpacks as well.
            ("grpc.max_send_message_length", LARGEST),
            ("grpc.max_receive_message_length", LARGEST),
        ]
        self._channel = grpc.insecure_channel(address, options=options)
        self._predict = self._channel.unary_unary(
            _METHOD, request_serializer=predict_pb2.PredictRequest.SerializeToString
        )
        self.address, self.model, self.version, self.timeout = address, model, version, timeout

    def predict(self, signature, inputs):
        """Maps a dict of arrays by key to a dict of arrays by key.

        Raises:
            ServingError: if the server refuses the request, or answers with what is no answer.
            ConnectionError: (a ServingError too) if there is no server, or no answer in time.
        """
        request = self._messages.PredictRequest()
        request.model_spec.name = self.model
        request.model_spec.signature_name = signature
        if self.version is not None:
            request.model_spec.version.value = self.version
        for key, value in inputs.items():
            request.inputs[key].CopyFrom(tf.make_tensor_proto(np.asarray(value)))
        try:
            data = self._predict(request, timeout=self.timeout)
        except self._grpc.RpcError as error:
            code, details = error.code(), error.details()
            absent = (self._grpc.StatusCode.UNAVAILABLE, self._grpc.StatusCode.DEADLINE_EXCEEDED)
            if code in absent:
                raise NoAnswerError(f"No answer from {self.address}: {details}") from error
            raise ServingError(code.name, details) from error
        check_response(data)
        try:
            response = self._messages.PredictResponse.FromString(data)
        except DecodeError as error:
            raise BadAnswerError(f"it is no message of TensorFlow Serving: {error}") from error
        outputs = from_protos(response.outputs, tf)
        check_outputs(outputs, rows_of(inputs))
        return outputs

    def close(self):
        """Closes the connection."""
        self._channel.close()
