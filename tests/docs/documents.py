"""Pages of documentation as code: their blocks, and how these are run.

Every fenced block of `python` and `sh` is run, in the order of its page, in one folder and, what is
Python, in one namespace. A comment before a block says what else is true of it:

    <!-- not run: REASON -->   it needs more than this machine has
    <!-- slow -->              where trainings are cut short, it is left out
    <!-- saved as FILE -->     it is not run but written, for a command that comes after it
    <!-- run twice -->         the second time in a new namespace, as a script that is started again
"""

import dataclasses
import os
import pathlib
import re
import shlex
import subprocess
import sys

from markdown_it import MarkdownIt

from tfgan_suite.cli import main

ROOT = pathlib.Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
LANGUAGES = ("python", "sh")
_MARK = re.compile(
    r"<!-- (?:not run: (?P<reason>.+)|(?P<slow>slow)|(?P<twice>run twice)"
    r"|saved as (?P<file>\S+)) -->"
)


@dataclasses.dataclass(frozen=True)
class Block:
    """A fenced block of a page.

    Attributes:
        language: `"python"`, `"sh"` or another.
        code: its text.
        line: of the page, of the first line of the code.
        reason: why it is not run, or None.
        slow: whether it is left out where trainings are cut short.
        twice: whether it is run twice.
        file: name of the file that it is, or None.
    """

    language: str
    code: str
    line: int
    reason: str | None = None
    slow: bool = False
    twice: bool = False
    file: str | None = None


def blocks(page):
    """The blocks of a page, in their order.

    Raises:
        ValueError: for a comment that is no mark, so that none is overlooked.
    """
    found, mark = [], {}
    for token in MarkdownIt().parse(page.read_text()):
        if token.type == "html_block":
            matched = _MARK.fullmatch(token.content.strip())
            if matched is None:
                raise ValueError(f"{page.name}:{token.map[0] + 1}: what is {token.content!r}?")
            mark = {name: matched[name] for name in ("reason", "file")}
            mark |= {name: bool(matched[name]) for name in ("slow", "twice")}
        elif token.type == "fence":
            found.append(Block(token.info.strip(), token.content, token.map[0] + 2, **mark))
            mark = {}
        elif token.level == 0:
            mark = {}
    return found


def links(page):
    """Targets of the links of a page that are no URLs, without what stands behind a `#`."""
    inline = [t for t in MarkdownIt().parse(page.read_text()) if t.type == "inline"]
    hrefs = [c.attrs["href"] for t in inline for c in t.children if c.type == "link_open"]
    return [href.split("#")[0] for href in hrefs if "://" not in href and not href.startswith("#")]


class Runner:
    """Runs the blocks of one page in the working directory.

    Args:
        page: its path, for tracebacks.
        quick: whether trainings are cut short (`--smoke`, one epoch) and commands run in this
            process, instead of all as it stands there.
    """

    def __init__(self, page, quick):
        self.page, self.quick = page, quick
        self.namespace = {"__name__": "__main__"}

    def run(self, block):
        """Runs a block, unless it says that it is not to be run."""
        if block.language not in LANGUAGES or block.reason or block.slow and self.quick:
            return
        if self.quick:
            block = dataclasses.replace(
                block, code=re.sub(r"\bepochs=\d+", "epochs=1", block.code)
            )
        if block.file:
            pathlib.Path(block.file).write_text(block.code)
            return
        run = self._python if block.language == "python" else self._shell
        run(block)
        if block.twice:
            self.namespace = {"__name__": "__main__"}
            run(block)

    def _python(self, block):
        # Behind as many empty lines, so that a traceback names the line of the page.
        code = compile("\n" * (block.line - 1) + block.code, str(self.page), "exec")
        exec(code, self.namespace)

    def _shell(self, block):
        if not self.quick:
            path = os.pathsep.join([str(pathlib.Path(sys.executable).parent), os.environ["PATH"]])
            paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
            subprocess.run(
                ["bash", "-euo", "pipefail", "-c", block.code],
                check=True,
                env={**os.environ, "PATH": path, "PYTHONPATH": paths},
            )
            return
        for line in block.code.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            if words:
                self._command(words, f"{self.page.name}:{block.line}: {line}")

    def _command(self, words, where):
        if words[:3] == ["python", "-m", "tfgan_suite"]:
            arguments = words[3:]
        elif words[0] == "python" and words[1].endswith(".py"):
            arguments = ["train", *words[1:]]
        else:
            raise ValueError(f"not a command of this package: {where}")
        if arguments[0] == "train" and not {"--smoke", "--dry-run"} & set(arguments):
            arguments.append("--smoke")
        status = main(arguments)
        if status:
            raise RuntimeError(f"exit status {status}: {where}")
