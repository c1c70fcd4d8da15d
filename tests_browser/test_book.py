"""The book, served on this machine, in a real browser."""

import functools
import http.server
import threading

import pytest

from dlsheet.course.book import BOOK, write_book
from dlsheet.course.run import find_notebooks

PAGES = ["index", "wrong", "sheet", "results", *[path.stem for path in find_notebooks()]]
every_page = pytest.mark.parametrize("name", PAGES)


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def book():
    """The book's address; built of the stored notebooks if there was no run yet."""
    if not (BOOK / "index.html").is_file():
        write_book([])
    handler = functools.partial(Quiet, directory=BOOK)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@every_page
def test_a_page_opens_without_complaint_with_its_formulas_and_pictures(book, page, name):
    page.goto(f"{book}/{name}.html", wait_until="networkidle")
    assert page.complaints == []
    assert page.locator("h1").count() == 1
    assert page.locator(".slip").count() == 0  # formulas that could not be written as MathML
    for formula in page.locator("math:visible").all()[:200]:
        assert formula.bounding_box()["width"] > 0
    for picture in page.locator("article img").all():
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    outside = page.evaluate("performance.getEntriesByType('resource').map(each => each.name)")
    assert not [url for url in outside if not url.startswith((book, "data:"))]


@every_page
def test_links_inside_the_book_lead_somewhere(book, page, name):
    page.goto(f"{book}/{name}.html")
    links = {link.split("?")[0] for link in page.evaluate("[...document.links].map(link => link.href)")}
    for link in sorted(each for each in links if each.startswith(book)):
        path, _, target = link.removeprefix(book).partition("#")
        file = BOOK / path.lstrip("/")
        assert file.is_file(), link
        assert not target or f'id="{target}"' in file.read_text(encoding="utf-8"), link


@every_page
def test_a_page_fits_a_phone(book, browser, name):
    phone = browser.new_page(viewport={"width": 390, "height": 844})
    phone.goto(f"{book}/{name}.html")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.close()


def test_search_finds_a_topic(book, page):
    page.goto(f"{book}/search.html?q=specificity")
    page.locator("ul.search li a").first.wait_for()
    assert "01_evaluation_metrics.html" in page.locator("#search-results").inner_html()
    assert page.complaints == []


def test_dark_mode_darkens(book, page):
    page.emulate_media(color_scheme="dark")
    page.goto(f"{book}/index.html")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert sum(map(int, dark.strip("rgba()").split(",")[:3])) < 3 * 80


def test_a_verdict_leads_to_its_cell(book, page):
    page.goto(f"{book}/index.html")
    page.get_by_role("link", name="corrected", exact=True).first.click()
    page.wait_for_url("**#metrics-specificity")
    place = "document.getElementById('metrics-specificity').getBoundingClientRect().y"
    page.wait_for_function(f"0 <= {place} && {place} < 300")
    assert '"metrics.specificity"' in page.locator("[id='metrics-specificity']").inner_text()
