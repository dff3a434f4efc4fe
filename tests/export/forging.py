"""Changes of an exported model after which its checksums fit again, as a forger would make them."""

from tensorflow.core.protobuf import saved_model_pb2

from tfgan_suite.export import model_card


def reseal(version):
    """Makes the card's checksums fit the files, as a forger would."""
    found = model_card.read(version)
    found["sha256"] = model_card.checksums(version)
    model_card.write(version, found)


def rewrite_graph(version, change):
    """Changes the MetaGraphDef by a function."""
    file = version / "saved_model.pb"
    saved = saved_model_pb2.SavedModel.FromString(file.read_bytes())
    change(saved)
    file.write_bytes(saved.SerializeToString())
    reseal(version)
