import numpy as np
import pytest

from defectsim.analysis.inputs import Input


def test_a_logarithmic_input_is_even_in_its_logarithm() -> None:
    delay = Input("delay", 0.01, 100, log=True)
    assert delay.share(np.array([0.01, 1.0, 100.0])) == pytest.approx([0, 0.5, 1])
    assert delay.value(np.array([0, 0.75, 1])) == pytest.approx([0.01, 10, 100])
    assert np.all(delay.value(np.array([-0.01, 0, 1, 1.01])) <= 100)
    assert np.all(delay.value(np.array([-0.01, 0, 1, 1.01])) >= 0.01)


def test_a_linear_input_is_even_in_its_range() -> None:
    share = Input("share", -2, 2)
    assert share.share(np.array([-2.0, 1.0, 2.0])) == pytest.approx([0, 0.75, 1])
    assert share.value(np.array([0.0, 0.75, 1.0])) == pytest.approx([-2, 1, 2])
