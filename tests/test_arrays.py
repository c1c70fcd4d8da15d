"""The checks that the formulas share: what they let through, and what they refuse."""

import numpy as np
import pytest

from dlsheet.scratch.arrays import between, finite, positive, table


@pytest.mark.parametrize(
    ("values", "dtype"),
    [([1, 2], float), (np.float32([1]), np.float32), ([True], float), (5, float), (np.array([1, 2.5], object), float)],
)
def test_numbers_become_floating_point_and_keep_their_precision(values, dtype):
    result = finite("x", values)
    assert result.dtype == dtype
    np.testing.assert_array_equal(result, np.asarray(values, dtype))


@pytest.mark.parametrize("values", [["1", "2"], [1j], [[1], [2, 3]], [10**400], object(), np.array(["2020"], "M8[Y]")])
def test_what_is_no_number_is_refused_though_numpy_might_convert_it(values):
    with pytest.raises(ValueError, match="x holds something that is no number"):
        finite("x", values)


@pytest.mark.parametrize(
    ("values", "says"), [([], "at least one"), ([np.nan], "NaN or infinity"), ([np.inf], "NaN or inf"), ([None], "NaN")]
)
def test_empty_and_not_finite_values_are_refused(values, says):
    with pytest.raises(ValueError, match=says):
        finite("x", values)


def test_a_table_has_two_dimensions():
    assert table("x", [[1, 2]]).shape == (1, 2)
    with pytest.raises(ValueError, match=r"x has shape \(2,\)"):
        table("x", [1, 2])


def test_limits_are_within_and_nan_is_not():
    assert between("p", 0, 0, 1, "a share") == 0 and between("p", np.float32(1), 0, 1, "a share") == 1
    for value in (-0.1, 1.1, np.nan, "0.5", None, [0.5]):
        with pytest.raises(ValueError, match="expected a share, 0 to 1"):
            between("p", value, 0, 1, "a share")


def test_positive_is_above_zero_and_finite():
    assert positive("rate", 1e-300) == 1e-300
    for value in (0, -1, np.nan, np.inf, "1", None):
        with pytest.raises(ValueError, match="rate=.*above 0"):
            positive("rate", value)
