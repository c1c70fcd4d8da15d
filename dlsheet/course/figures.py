"""A pytest plugin: where nbval executes a notebook, each figure is compared with the stored one.

nbval itself skips pictures, so that a blank or broken figure would pass.
"""

import base64
import io
import re

import numpy as np
import pytest

from dlsheet.course import ROOT

SLACK = 12  # pixels by which ink may stand elsewhere: another font, or version of matplotlib, moves the axes by some
COLOUR_LIMIT, GREY_LIMIT = 0.04, 0.15  # shares of the ink that may be without its like; see `difference`
A_LITTLE = 60  # dark pixels: less than that in all is no finding
DIFFERENT = ROOT / "build" / "figures"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """After nbval has run a cell and found its texts the same: the same for its figures."""
    result = yield
    if type(item).__name__ == "IPyNbCell":
        compare(item.path.name, item.cell_num, pictures(item.cell.outputs), pictures(item.test_outputs))
    return result


def pictures(outputs):
    """The PNGs among a cell's outputs, as bytes."""
    found = [output["data"]["image/png"] for output in outputs if "image/png" in output.get("data", {})]
    return [base64.b64decode(picture) for picture in found]


def compare(notebook, cell, stored, made):
    """Fail, naming notebook and cell, unless as many figures were drawn as are stored, and each looks the same."""
    if len(stored) != len(made):
        pytest.fail(
            f"{notebook}, cell {cell}: {len(made)} figures were drawn, {len(stored)} are stored.", pytrace=False
        )
    for number, (old, new) in enumerate(zip(stored, made), 1):
        found = difference(old, new)
        if found > 1:
            DIFFERENT.mkdir(parents=True, exist_ok=True)
            name = f"{re.sub(r'.ipynb$', '', notebook)}_cell{cell}_{number}"
            (DIFFERENT / f"{name}_stored.png").write_bytes(old)
            (DIFFERENT / f"{name}_made.png").write_bytes(new)
            pytest.fail(
                f"{notebook}, cell {cell}, figure {number} looks different from the stored one ({found:.1f}, "
                f"where 1 is what another font may do). Both are in {DIFFERENT}.",
                pytrace=False,
            )


def difference(stored, made):
    """How unlike two pictures look: above 1, they show something else.

    stored, made: PNGs, as bytes. Ink is darkness. Of the ink in either picture, what share has no like ink nearby in
    the other? In colour are mostly the data, in grey also all text, which another font draws elsewhere; hence two
    limits. They were chosen on 25 figures of six notebooks: drawn in four other fonts, 97 of 100 stay below 0.7, and
    in the likest one (DejaVu Serif) all below 0.03; of those with blank axes 25 of 25 lie above 1, with an empty panel
    24, with one line or bar less 21, with the data turned round 19 (some look the same then). One grey line less
    among others may pass. matplotlib 3.9 in place of 3.11 makes 0.007.
    """
    stored, made = ink(stored), ink(made)
    height, width = np.maximum(stored.shape, made.shape)[:2]
    stored, made = (
        np.pad(each, [(0, height - each.shape[0]), (0, width - each.shape[1]), (0, 0)]) for each in (stored, made)
    )
    greys = [each.min(axis=2, keepdims=True) for each in (stored, made)]
    colours = [each - grey for each, grey in zip((stored, made), greys)]
    return max(unmatched(*colours) / COLOUR_LIMIT, unmatched(*greys) / GREY_LIMIT)


def ink(png):
    """A picture as (height, width, 3) darkness, 0 to 1."""
    from PIL import Image

    with Image.open(io.BytesIO(png)) as opened:
        opened = opened.convert("RGBA")
        paper = Image.new("RGBA", opened.size, "white")
        paper.alpha_composite(opened)
    return 1 - np.asarray(paper.convert("RGB"), dtype=float) / 255


def unmatched(one, other):
    """The larger of two shares: the ink in either picture that is more than all of the other's within SLACK pixels."""
    from scipy.ndimage import maximum_filter

    shares = []
    for here, there in ((one, other), (other, one)):
        nearby = maximum_filter(there, size=(2 * SLACK + 1, 2 * SLACK + 1, 1))
        shares.append(np.maximum(here - nearby, 0).sum() / max(here.sum(), A_LITTLE))
    return float(max(shares))
