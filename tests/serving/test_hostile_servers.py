"""Clients of a server that means ill, or is broken: a `ServingError`, in time and within bounds."""

import contextlib
import json
import random
import socket
import threading
import time

import fuzzing
import numpy as np
import pytest

from tfgan_suite.serving import GrpcClient, RestClient, ServingError, answers, wire

SOUND = {"outputs": [[[0.5, -0.5]], [[0.25, 1.0]]]}
LETTERS = b'{}[]",:.-0123456789eEnulNaIfinity\x00\xff'
METADATA = {"from_seed": {"outputs": {"images": {}}}}


def client_that_hears(text, monkeypatch, status=200, card=None):
    """A client whose server answers every request with a text, but for its metadata."""
    if not isinstance(text, bytes):
        text = json.dumps(text).encode()
    client = RestClient("http://localhost:1", "any", card=card)
    monkeypatch.setattr(client, "_exchange", lambda *_: (status, text))
    monkeypatch.setattr(client, "metadata", lambda: METADATA)
    return client


def changed(sound, draw, letters):
    """Bytes that differ in up to three places: left out, put in, or others."""
    text = bytearray(sound)
    for _ in range(draw.randint(1, 3)):
        position = draw.randrange(len(text))
        put_in = draw.choices(letters, k=draw.randint(0, 2))
        text[position : position + draw.randint(0, 2)] = bytes(put_in)
    return bytes(text)


def is_refused(client):
    """Whether a client refuses by name what it hears; what it takes must be whole."""
    try:
        with fuzzing.time_limit():
            made = client.from_seeds([1, 2])
    except ServingError:
        return True
    assert len(made) == 2 and (made.dtype.kind not in "fc" or np.isfinite(made).all())
    return False


def test_a_sound_answer_is_taken(monkeypatch):
    images = client_that_hears(SOUND, monkeypatch).from_seeds([1, 2])
    np.testing.assert_array_equal(images, np.float32(SOUND["outputs"]))


@pytest.mark.parametrize(
    "text",
    [
        b"", b"null", b"[]", b"3", b'"outputs"', b"{}", b"{", b"\xff\xfe", b"[" * 100_000,
        b'{"outputs": ' + b"[" * 100_000, b"<html>", {"outputs": None}, {"outputs": 3.0},
        {"outputs": True}, {"outputs": {}}, {"outputs": []}, {"outputs": [[]]},
        {"outputs": [None, None]}, {"outputs": [[1.0], [1.0, 2.0]]}, {"outputs": [[1.0]]},
        {"outputs": [[1.0], [2.0], [3.0]]}, {"outputs": [[1.0], ["a"]]}, {"outputs": [True, False]},
        {"outputs": [{"b64": "?"}, {"b64": "?"}]}, {"outputs": [{"b65": ""}, {}]},
        {"outputs": [{"b64": 3}, {"b64": None}]}, {"outputs": ["a", 3]},
        {"outputs": [float("nan"), 0.5]}, {"outputs": [float("inf"), 0.5]},
        {"outputs": [1e300, 0.5]}, {"outputs": [10**30, 1]}, {"outputs": [10**400, 1]},
        {"outputs": {"a": [1.0, 2.0], "b": [1.0, 2.0]}}, {"outputs": {"a": {"b": [1.0, 2.0]}}},
        {"error": "no"}, {"error": None}, {"error": {"a": [1]}}, {"predictions": [1.0, 2.0]},
    ],
    ids=lambda text: str(text)[:40],
)  # fmt: skip
def test_what_is_no_answer_is_a_serving_error(text, monkeypatch):
    with pytest.raises(ServingError):
        client_that_hears(text, monkeypatch).from_seeds([1, 2])


def card_of(**images):
    return {
        "signatures": {
            "from_seed": {
                "inputs": {"seeds": {"dtype": "int64", "shape": [None]}},
                "example": {"outputs": {"images": {"shape": [2, 1, 2], **images}}},
            }
        }
    }


def test_another_shape_than_that_of_the_card(monkeypatch):
    card = card_of()
    client_that_hears(SOUND, monkeypatch, card=card).from_seeds([1, 2])
    with pytest.raises(ServingError, match=r"rows of shape \[2\], and the card says \[1, 2\]"):
        client_that_hears({"outputs": [[1, 2], [3, 4]]}, monkeypatch, card=card).from_seeds([1, 2])
    with pytest.raises(ServingError, match="gives images, and 'faces' came"):
        answer = {"outputs": {"faces": [[[1, 2]], [[3, 4]]]}}
        client_that_hears(answer, monkeypatch, card=card).from_seeds([1, 2])


@pytest.mark.parametrize("part", [b"0,", b"[],", b"{},", b'{"a":0},', b'"b",'])
def test_many_values_are_refused_before_they_are_objects(part, monkeypatch):
    monkeypatch.setattr(wire, "MOST_VALUES", 1000)
    text = b'{"outputs": [%s0]}' % (part * 1000)
    with pytest.raises(ServingError, match="values and lists, and 1,000 at most were due"):
        client_that_hears(text, monkeypatch).from_seeds([1, 2])


def test_a_card_says_how_many_values_are_due(monkeypatch):
    card = card_of(positions=[0], values=[0.5])
    client_that_hears(SOUND, monkeypatch, card=card).from_seeds([1, 2])
    many = {"outputs": [[[0.5] * 1000]] * 2}
    with pytest.raises(ServingError, match="2,00. values and lists, and 1,016 at most were due"):
        client_that_hears(many, monkeypatch, card=card).from_seeds([1, 2])


@pytest.mark.parametrize("row", [(), (1,), (1, 1, 1, 1), (3, 2, 1), (7,)])
def test_as_many_values_as_the_card_says_are_always_taken(row, monkeypatch):
    card = card_of(shape=[2, *row], values=[])
    made = np.zeros([500, *row]).tolist()
    answer = client_that_hears({"outputs": made}, monkeypatch, card=card).from_seeds([0] * 500)
    assert answer.shape == (500, *row)


def test_a_letter_that_makes_all_letters_four_bytes(monkeypatch):
    monkeypatch.setattr(wire, "LARGEST", 1000)
    text = json.dumps({"outputs": ["é" * 200, "b"]}, ensure_ascii=False).encode()
    with pytest.raises(ServingError, match="bytes that are not all ASCII"):
        client_that_hears(text, monkeypatch).from_seeds([1, 2])


@pytest.mark.parametrize("method", ["status", "metadata"])
@pytest.mark.parametrize(
    "text", [b"{}", b"[]", b'{"metadata": 3}', b'{"model_version_status": [3]}']
)
def test_states_and_signatures_that_are_none(method, text, monkeypatch):
    client = RestClient("http://localhost:1", "any")
    monkeypatch.setattr(client, "_exchange", lambda *_: (200, text))
    with pytest.raises(ServingError):
        getattr(client, method)()


def test_a_name_is_escaped():
    assert RestClient("http://h", "a/../b?c#d")._path == "/v1/models/a%2F..%2Fb%3Fc%23d"
    for name in ("", ".", "..", None):
        with pytest.raises(ValueError, match="Received: model="):
            RestClient("http://h", name)
    with pytest.raises(ValueError, match="Received: version='1/../2'"):
        RestClient("http://h", "a", version="1/../2")


@fuzzing.cases(1000)
def test_any_change_of_an_answer_is_taken_whole_or_refused(cases, monkeypatch):
    draw = random.Random(0)
    sound, refused = json.dumps(SOUND).encode(), 0
    for _ in range(cases):
        client = client_that_hears(changed(sound, draw, LETTERS), monkeypatch)
        refused += is_refused(client)
    assert 0 < refused < cases


# --- On the wire ------------------------------------------------------------------------------


@contextlib.contextmanager
def speaking(say):
    """A server that reads a request's head and then says what it likes; gives its URL."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            with contextlib.suppress(OSError):
                connection, _ = server.accept()
                with connection:
                    connection.recv(65536)
                    say(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
    thread.join()


def drip(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
    for _ in range(200):
        connection.sendall(b" ")
        time.sleep(0.05)


def drip_headers(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for number in range(200):
        connection.sendall(b"A: %d\r\n" % number)
        time.sleep(0.05)


def say_that_it_goes_on(connection):
    while True:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")


def promise_more(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{}")


def speak_nonsense(connection):
    connection.sendall(b"\x00\x01\x02 nothing of HTTP\r\n\r\n")


def cut_a_chunk(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")


@pytest.mark.parametrize(
    "say",
    [drip, drip_headers, say_that_it_goes_on, promise_more, speak_nonsense, cut_a_chunk],
    ids=lambda say: say.__name__,
)
def test_an_answer_that_does_not_end_well(say):
    with speaking(say) as url:
        client = RestClient(url, "any", timeout=0.3)
        with pytest.raises(ServingError, match=url) as caught:
            client.from_seeds([1, 2])
        assert isinstance(caught.value, ConnectionError)


def test_an_answer_without_end(monkeypatch):
    monkeypatch.setattr("tfgan_suite.serving.rest.LARGEST", 10_000)

    def pour(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b" " * 4096)

    with speaking(pour) as url, pytest.raises(ServingError, match="larger than any answer may be"):
        RestClient(url, "any").from_seeds([1, 2])


# --- gRPC -------------------------------------------------------------------------------------


@contextlib.contextmanager
def grpc_saying(said, **options):
    """A client of a server that answers with the message `said["bytes"]`."""
    grpc = pytest.importorskip("grpc")
    pytest.importorskip("tensorflow_serving.apis")
    from concurrent.futures import ThreadPoolExecutor

    class Handler(grpc.GenericRpcHandler):
        def service(self, details):
            return grpc.unary_unary_rpc_method_handler(lambda request, context: said["bytes"])

    server = grpc.server(ThreadPoolExecutor(1), handlers=(Handler(),), **options)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    client = GrpcClient(f"127.0.0.1:{port}", "any", timeout=5.0)

    yield client
    client.close()
    server.stop(None)


@pytest.fixture(scope="module")
def ask_grpc():
    """Returns a function that asks for two rows of a server which gives some message."""
    said = {}
    with grpc_saying(said) as client:

        def ask(message):
            said["bytes"] = message
            return client.from_seeds([1, 2])

        yield ask


def response(**outputs):
    from tensorflow_serving.apis import predict_pb2

    made = predict_pb2.PredictResponse()
    for key, tensor in outputs.items():
        made.outputs[key].CopyFrom(tensor)
    return made.SerializeToString()


def proto(values, dtype=1, shape=(2,)):
    """A `TensorProto`, whatever sense it makes."""
    from tensorflow.core.framework import tensor_pb2

    made = tensor_pb2.TensorProto(dtype=dtype, float_val=values)
    for size in shape:
        made.tensor_shape.dim.add(size=size)
    return made


def test_a_sound_grpc_answer_is_taken(ask_grpc):
    np.testing.assert_array_equal(ask_grpc(response(images=proto([1.0, 2.0]))), [1.0, 2.0])


@pytest.mark.parametrize(
    "message",
    [
        lambda: b"\xff\xff\xff",
        lambda: response(),
        lambda: response(a=proto([1.0, 2.0]), b=proto([1.0, 2.0])),
        lambda: response(images=proto([float("nan"), 2.0])),
        lambda: response(images=proto([1.0, 2.0, 3.0], shape=(3,))),
        lambda: response(images=proto([1.0, 2.0, 3.0], shape=(2,))),
        lambda: response(images=proto([1.0], shape=(2, 20_000, 20_000))),
        lambda: response(images=proto([1.0], shape=(2, -1))),
        lambda: response(images=proto([1.0], shape=())),
        lambda: response(images=proto([1.0], dtype=99)),
        lambda: response(images=proto([1.0], dtype=20)),
        lambda: b"\x0a\x7f",
        lambda: b"\x0b",
        lambda: b"\xff" * 11,
    ],
)
def test_what_is_no_grpc_answer_is_a_serving_error(ask_grpc, message):
    with pytest.raises(ServingError):
        ask_grpc(message())


def test_arrays_are_bounded_before_they_are_made(monkeypatch):
    tf = pytest.importorskip("tensorflow")
    huge = proto([1.0], shape=(2**40,))
    with pytest.raises(ServingError, match=f"more than {answers.LARGEST:,} bytes"):
        answers.from_protos({"images": huge}, tf)
    monkeypatch.setattr(answers, "LARGEST", 1000)
    half = proto([1.0], shape=(150,))  # 600 bytes
    answers.from_protos({"a": half}, tf)
    with pytest.raises(ServingError, match="`b` is no array.*more than 400 bytes"):
        answers.from_protos({"a": half, "b": half}, tf)


def many_outputs():
    return b"\x0a\x00" * 2000


def many_texts():
    tensor = proto([], dtype=7)
    tensor.string_val.extend([b""] * 2000)
    return response(images=tensor)


def many_axes():
    return response(images=proto([1.0], shape=[1] * 2000))


def many_integers():
    tensor = proto([], dtype=9)
    tensor.int64_val.extend([1] * 2000)
    return response(images=tensor)


def variants():
    tensor = proto([], dtype=21)
    tensor.variant_val.add(type_name="any")
    return response(images=tensor)


@pytest.mark.parametrize(
    ("message", "match"),
    [
        (many_outputs, "more than 1,000 fields"), (many_texts, "more than 1,000 fields"),
        (many_axes, "more than 1,000 fields"), (many_integers, "more than 1,000 bytes of integers"),
        (variants, "a resource or a variant"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)  # fmt: skip
def test_a_message_that_would_become_large_is_not_read(ask_grpc, message, match, monkeypatch):
    monkeypatch.setattr(wire, "_MOST_FIELDS", 1000)
    monkeypatch.setattr(wire, "_MOST_PACKED", 1000)
    with pytest.raises(ServingError, match=match):
        ask_grpc(message())


@pytest.mark.parametrize(
    "values", [np.zeros([2, 300, 3], np.float32), np.arange(2.0), [b"a", b"b"]]
)
def test_a_message_within_bounds_is_read(ask_grpc, values):
    tf = pytest.importorskip("tensorflow")
    made = ask_grpc(response(images=tf.make_tensor_proto(values)))
    np.testing.assert_array_equal(made, np.asarray(values, made.dtype))


@fuzzing.cases(300)
def test_any_change_of_a_message_is_taken_whole_or_refused(cases, monkeypatch):
    tf = pytest.importorskip("tensorflow")
    pytest.importorskip("tensorflow_serving.apis")
    client, draw = GrpcClient("localhost:1", "any"), random.Random(0)
    values = np.linspace(-1, 1, 12, dtype=np.float32).reshape(2, 2, 3)
    sound, refused = response(images=tf.make_tensor_proto(values)), 0
    for _ in range(cases):
        message = changed(sound, draw, range(256))
        monkeypatch.setattr(client, "_predict", lambda *_, said=message, **__: said)
        refused += is_refused(client)
    client.close()
    assert 0 < refused < cases


def test_a_small_message_that_unpacks_to_a_large_one(monkeypatch):
    grpc = pytest.importorskip("grpc")
    monkeypatch.setattr("tfgan_suite.serving.grpc.LARGEST", 2**20)
    said = {"bytes": bytes(2**25)}
    unlimited = [("grpc.max_send_message_length", -1)]
    with grpc_saying(said, compression=grpc.Compression.Gzip, options=unlimited) as client:
        with pytest.raises(ServingError, match="RESOURCE_EXHAUSTED: .*larger than max"):
            client.from_seeds([1, 2])
