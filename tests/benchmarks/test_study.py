import pytest
from benchmarks.plan import SCENARIO
from benchmarks.study import study


@pytest.mark.long
def test_a_study_is_run_as_users_run_it(tmp_path):
    text = SCENARIO.read_text().replace(
        "strength: 295000, generals: 700", "strength: 500, generals: 2"
    )
    small = tmp_path / "small.yaml"
    small.write_text(text.replace("end: 2019-01-01", "end: 2014-06-01"))
    taken = study({}, str(small), replicates=3)
    assert taken.seconds_per_replicate == pytest.approx(taken.seconds / 3)
    assert 50 < taken.peak_mib < 2000
