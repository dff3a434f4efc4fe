"""REST and gRPC round trips with a server that runs the model in TensorFlow's C API."""

import numpy as np
import pytest
import rounds
import servers
import tensorflow as tf

from tfgan_suite.serving import RestClient, ServingError


@pytest.mark.parametrize("answered", rounds.ANSWERED, ids=lambda function: function.__name__)
def test_answered(server, trainer, answered):
    answered(server, trainer)


@pytest.mark.parametrize("what", rounds.REFUSED)
def test_refused_over_rest(server, what):
    body, name = rounds.REFUSED[what]
    status, answer = rounds.post(server, body)
    assert status == 400
    assert name in answer["error"]


@pytest.mark.parametrize(
    ("key", "value", "named"),
    [
        ("labels", np.array([0, 3, 1]), "labels"),
        ("seeds", np.array([0.0, 1.0, 2.0], np.float32), "seeds"),
        ("seeds", np.array([1, 2, 3], np.int32), "seeds"),
        ("labels", np.array([], np.int64), "labels"),
    ],
)
def test_refused_over_grpc(server, key, value, named):
    inputs = {"seeds": np.array(rounds.SEEDS), "labels": np.array(rounds.LABELS), key: value}
    with pytest.raises(ServingError, match=named) as caught:
        server.grpc.predict("from_seed", inputs)
    assert caught.value.code == "INVALID_ARGUMENT"


def test_a_model_that_is_not_there(server):
    with pytest.raises(ServingError, match="404"):
        RestClient(server.url, "other").from_seeds([1])


def test_status_and_metadata(server):
    assert server.rest.status() == {1: "AVAILABLE"}
    assert set(server.rest.metadata()["png"]["inputs"]) == {"seeds", "labels"}


def test_the_same_seed_over_both_is_the_same_image(server):
    first = server.rest.from_seeds([11, 12], [0, 1])
    np.testing.assert_allclose(server.grpc.from_seeds([12], [1])[0], first[1], rtol=0, atol=1e-5)


def test_the_real_tensorflow_model_server(model, trainer):
    binary = servers.model_server_binary()
    if binary is None:
        pytest.skip(
            "tensorflow_model_server is neither on PATH nor named in TF_MODEL_SERVER: "
            "the real server is not tested"
        )
    with servers.real_server(binary, model) as clients:
        for answered in rounds.ANSWERED:
            answered(clients, trainer)
        for what, (body, _) in rounds.REFUSED.items():
            status, _ = rounds.post(clients, body)
            assert status >= 400, what


def test_the_messages_are_those_of_the_serving_api():
    prediction_log_pb2 = pytest.importorskip(
        "tensorflow_serving.apis.prediction_log_pb2",
        reason="tensorflow-serving-api is not installed: its messages are not compared",
    )
    from tfgan_suite.export import messages

    tensors = {"seeds": tf.make_tensor_proto(np.arange(3)), "psi": tf.make_tensor_proto([0.5])}
    log = prediction_log_pb2.PredictionLog.FromString(messages.prediction_log("png", tensors))
    assert log.WhichOneof("log_type") == "predict_log"
    request = log.predict_log.request
    assert request.model_spec.signature_name == "png"
    assert {key: request.inputs[key] for key in request.inputs} == tensors
    assert messages.parse_prediction_log(log.SerializeToString()) == ("png", tensors)
