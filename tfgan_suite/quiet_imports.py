"""Importing TensorFlow without what its C++ libraries say while they are loaded."""

import contextlib
import os
import sys
import tempfile


@contextlib.contextmanager
def quiet_imports():
    """Keeps to itself what TensorFlow's C++ libraries say while they are loaded.

    Their first lines are written before any log level is known. They are shown after all if the
    import fails, or with TF_CPP_MIN_LOG_LEVEL set.
    """
    if "TF_CPP_MIN_LOG_LEVEL" in os.environ or "tensorflow" in sys.modules:
        yield
        return
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    sys.stderr.flush()
    visible = os.dup(2)
    with tempfile.TemporaryFile() as hidden:
        os.dup2(hidden.fileno(), 2)
        try:
            yield
            from absl import logging

            logging.set_verbosity(logging.ERROR)  # of TensorFlow Datasets, Keras and others
        except BaseException:
            hidden.seek(0)
            os.write(visible, hidden.read())
            raise
        finally:
            sys.stderr.flush()
            os.dup2(visible, 2)
            os.close(visible)
