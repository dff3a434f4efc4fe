"""What the documentation says can be typed in does what it says."""

import re
import shutil

import documents
import pytest
from documents import PAGES, ROOT

pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
NOT_RUN = [
    pytest.param(block.reason, id=f"{page.stem}:{block.line}")
    for page in PAGES
    for block in documents.blocks(page)
    if block.reason
]


@pytest.fixture(scope="session")
def judges(tmp_path_factory):
    """Where classifiers are cached: the pages share them."""
    return tmp_path_factory.mktemp("judges")


@pytest.fixture
def in_checkout(tmp_path, monkeypatch, judges):
    """A folder with what a checkout has beside the package: recipes and an exported model."""
    (tmp_path / "recipes").symlink_to(ROOT / "recipes")
    shutil.copytree(ROOT / "saved_models/wgan_gp_mnist", tmp_path / "saved_models/wgan_gp_mnist")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TFGAN_SUITE_CACHE", str(judges))


def run(page, quick):
    runner = documents.Runner(page, quick)
    for block in documents.blocks(page):
        runner.run(block)


@pages
def test_a_page_runs_with_short_trainings(page, in_checkout):
    run(page, quick=True)


@pytest.mark.slow
@pages
def test_a_page_runs_as_it_stands(page, in_checkout):
    run(page, quick=False)


@pytest.mark.parametrize("reason", NOT_RUN)
def test_a_block_that_needs_more_than_this_machine(reason):
    pytest.skip(reason)


@pages
def test_links_lead_to_files(page):
    missing = [link for link in documents.links(page) if not (page.parent / link).exists()]
    assert not missing


@pages
def test_every_block_says_its_language(page):
    assert all(block.language for block in documents.blocks(page))


def test_the_readme_is_short_and_leads_to_every_page():
    readme = PAGES[0]
    assert len(readme.read_text().splitlines()) <= 130
    linked = {(ROOT / link).resolve() for link in documents.links(readme)}
    assert linked >= set(PAGES[1:])


def test_the_first_command_trains_a_recipe_that_is_there():
    first = documents.blocks(PAGES[0])[0].code
    [recipe] = re.findall(r"train (recipes/\S+\.py)", first)
    assert (ROOT / recipe).is_file()
