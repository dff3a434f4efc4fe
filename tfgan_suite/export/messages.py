"""The messages of TensorFlow Serving that a warm-up file is made of.

They are declared here, with the names and field numbers of TensorFlow Serving's own, because an
export must not need the package `tensorflow-serving-api`. They live in a pool of their own: a
program may import that package too.
"""

import functools

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from tensorflow.core.framework import tensor_pb2

_FIELD = descriptor_pb2.FieldDescriptorProto
_PACKAGE = "tensorflow.serving"


def prediction_log(signature, inputs):
    """Bytes of a `PredictionLog` with one request for prediction.

    Args:
        signature: name of the signature.
        inputs: dict of `TensorProto`s by key.
    """
    log = _prediction_log_class()()
    request = log.predict_log.request
    request.model_spec.signature_name = signature
    for key, tensor in inputs.items():
        request.inputs[key].ParseFromString(tensor.SerializeToString())
    # Deterministic: the same export gives the same bytes, map fields included.
    return log.SerializeToString(deterministic=True)


def parse_prediction_log(data):
    """Returns `(signature, inputs)` of the bytes of a `PredictionLog`.

    Raises:
        ValueError: if they are not those of a request for prediction.
    """
    log = _prediction_log_class()()
    try:
        log.ParseFromString(data)
    except Exception as error:  # DecodeError, whose module differs between versions of protobuf
        raise ValueError(f"not a PredictionLog: {error}") from error
    if not log.HasField("predict_log"):
        raise ValueError("not a PredictionLog with a `predict_log`")
    request = log.predict_log.request
    inputs = {}
    for key in request.inputs:
        inputs[key] = tensor_pb2.TensorProto.FromString(request.inputs[key].SerializeToString())
    return request.model_spec.signature_name or "serving_default", inputs


@functools.cache
def _prediction_log_class():
    pool = descriptor_pool.DescriptorPool()
    _add(pool, tensor_pb2.DESCRIPTOR, set())
    file = descriptor_pb2.FileDescriptorProto(
        name="tensorflow_serving/warmup.proto", package=_PACKAGE, syntax="proto3"
    )
    file.dependency.append(tensor_pb2.DESCRIPTOR.name)
    _message(file, "ModelSpec", ("name", 1, "string"), ("signature_name", 3, "string"))
    request = _message(file, "PredictRequest", ("model_spec", 1, f"{_PACKAGE}.ModelSpec"))
    entry = request.nested_type.add(name="InputsEntry")
    entry.options.map_entry = True
    _add_field(entry, "key", 1, "string")
    _add_field(entry, "value", 2, "tensorflow.TensorProto")
    _add_field(request, "inputs", 2, f"{_PACKAGE}.PredictRequest.InputsEntry", repeated=True)
    _message(file, "PredictLog", ("request", 1, f"{_PACKAGE}.PredictRequest"))
    _message(file, "PredictionLog", ("predict_log", 6, f"{_PACKAGE}.PredictLog"))
    pool.AddSerializedFile(file.SerializeToString())
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.PredictionLog"))


def _add(pool, file, added):
    """Adds a file to the pool, after all it depends on."""
    if file.name not in added:
        added.add(file.name)
        for dependency in file.dependencies:
            _add(pool, dependency, added)
        pool.AddSerializedFile(file.serialized_pb)


def _message(file, name, *fields):
    message = file.message_type.add(name=name)
    for field in fields:
        _add_field(message, *field)
    return message


def _add_field(message, name, number, kind, repeated=False):
    field = message.field.add(name=name, number=number)
    field.label = _FIELD.LABEL_REPEATED if repeated else _FIELD.LABEL_OPTIONAL
    if kind == "string":
        field.type = _FIELD.TYPE_STRING
    else:
        field.type, field.type_name = _FIELD.TYPE_MESSAGE, f".{kind}"
