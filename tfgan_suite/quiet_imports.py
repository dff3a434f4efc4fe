"""What libraries say on standard error that is none of a user's business, and where it is kept."""

import contextlib
import logging
import os
import pathlib
import sys
import tempfile
import warnings

# Of TensorFlow, and of TensorFlow Datasets, Keras and others.
_LOGGERS = (logging.getLogger("tensorflow"), logging.getLogger("absl"))
_PACKAGE = os.path.dirname(os.path.abspath(__file__))


class Aside:
    """What was kept from standard error: shown nowhere, written to the log file of a run.

    Args:
        verbose: whether nothing is kept, and all is shown.
    """

    def __init__(self, verbose=False):
        self.verbose = verbose
        self._texts, self._path = [], None

    def add(self, text):
        """Keeps a text."""
        self._texts.append(text if text.endswith("\n") else text + "\n")
        if self._path is not None:
            self.keep_in(self._path)

    def keep_in(self, path):
        """Writes what was kept so far to the end of a file, and what follows too."""
        self._path = pathlib.Path(path)
        texts, self._texts = self._texts, []
        if texts:
            with open(self._path, "a", encoding="utf-8") as file:
                file.writelines(texts)

    @contextlib.contextmanager
    def warnings(self):
        """Shows warnings of this package as a line each, and keeps those of others."""
        if self.verbose:
            yield
            return
        shown = warnings.showwarning

        def show(message, category, filename, lineno, file=None, line=None):
            if os.path.abspath(filename).startswith(_PACKAGE):
                print(f"warning: {' '.join(str(message).split())}", file=sys.stderr)
            else:
                self.add(warnings.formatwarning(message, category, filename, lineno, line))

        def is_shown(record):
            if record.levelno < logging.ERROR:
                self.add(f"{record.levelname}:{record.name}:{record.getMessage()}")
            return record.levelno >= logging.ERROR

        warnings.showwarning = show
        for logger in _LOGGERS:
            logger.addFilter(is_shown)
        try:
            yield
        finally:
            warnings.showwarning = shown
            for logger in _LOGGERS:
                logger.removeFilter(is_shown)

    @contextlib.contextmanager
    def imports(self):
        """Keeps what TensorFlow's C++ libraries say while they are loaded.

        Their first lines are written before any log level is known. They are shown after all if the
        import fails.
        """
        if self.verbose or "tensorflow" in sys.modules:
            yield
            return
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        sys.stderr.flush()
        visible = os.dup(2)
        with tempfile.TemporaryFile() as hidden:
            os.dup2(hidden.fileno(), 2)
            try:
                yield
                sys.stderr.flush()
                self._keep(hidden)
            except BaseException:
                hidden.seek(0)
                os.write(visible, hidden.read())
                raise
            finally:
                sys.stderr.flush()
                os.dup2(visible, 2)
                os.close(visible)

    def _keep(self, hidden):
        hidden.seek(0)
        text = hidden.read().decode(errors="replace")
        if text:
            self.add(text)
