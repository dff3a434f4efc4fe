"""Runs SavedModels through TensorFlow's C API, the loader of TensorFlow Serving.

`run` reads the tensor names from `saved_model.pb` and starts this file as a program. The program
imports NumPy and loads the C library of the installed wheel, but never Python's `tensorflow`: what
works there needs neither Keras nor this package.
"""

import importlib.util
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

_SESSION = pathlib.Path(__file__).parents[2] / "tfgan_suite" / "export" / "c_api.py"


def library():
    """Path of the C library in the installed wheel."""
    import tensorflow as tf

    return str(pathlib.Path(tf.sysconfig.get_lib()) / "libtensorflow_cc.so.2")


def session_class():
    """The class `Session`, loaded from its file, not through its package."""
    spec = importlib.util.spec_from_file_location("c_api_of_the_package", _SESSION)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Session


def read_graph(path):
    """The `MetaGraphDef` tagged `serve` of the SavedModel in directory `path`."""
    from tensorflow.core.protobuf import saved_model_pb2

    saved = saved_model_pb2.SavedModel()
    saved.ParseFromString((pathlib.Path(path) / "saved_model.pb").read_bytes())
    (graph,) = [graph for graph in saved.meta_graphs if "serve" in graph.meta_info_def.tags]
    return graph


def run(path, signature, inputs):
    """Loads a SavedModel in a fresh process and answers one request: see `run_all`."""
    return run_all([(path, signature, inputs)])[0]


def run_all(requests):
    """Answers requests in one fresh process, each model being loaded once.

    Args:
        requests: list of `(path, signature, inputs)`: directory of the SavedModel (with the
            version), name of the signature, dict of arrays by input key, sent in their dtypes.

    Returns:
        List of dicts of arrays by output key.

    Raises:
        RuntimeError: if loading or running fails; it carries the C API's message.
    """
    with tempfile.TemporaryDirectory() as folder:
        plan, keys, graphs = [], [], {}
        for number, (path, signature, inputs) in enumerate(requests):
            if path not in graphs:
                graphs[path] = read_graph(path)
            definition = graphs[path].signature_def[signature]
            arrays = {definition.inputs[key].name: inputs[key] for key in inputs}
            np.savez(f"{folder}/request-{number}.npz", **arrays)
            keys.append({key: info.name for key, info in definition.outputs.items()})
            plan.append((str(path), [info.name for info in definition.outputs.values()]))
        pathlib.Path(folder, "plan.json").write_text(json.dumps(plan))
        done = subprocess.run(
            [sys.executable, __file__, library(), folder],
            capture_output=True, text=True, check=False,
        )
        if done.returncode:
            raise RuntimeError(f"The C API failed: {done.stderr[-2000:]}")
        answers = []
        for number, names in enumerate(keys):
            # The program is ours, so are the pickled strings.
            with np.load(f"{folder}/answer-{number}.npz", allow_pickle=True) as arrays:
                answers.append({key: arrays[name] for key, name in names.items()})
        return answers


def main(library, folder):
    make, sessions = session_class(), {}
    plan = json.loads(pathlib.Path(folder, "plan.json").read_text())
    for number, (path, outputs) in enumerate(plan):
        if path not in sessions:
            sessions[path] = make(library, path)
        with np.load(f"{folder}/request-{number}.npz", allow_pickle=True) as archive:
            answers = sessions[path].run(dict(archive), outputs)
        np.savez(f"{folder}/answer-{number}.npz", **answers)
    if {"tensorflow", "keras", "tfgan_suite"} & set(sys.modules):
        raise RuntimeError("Python's packages were imported beside the C library")


if __name__ == "__main__":
    main(*sys.argv[1:])
