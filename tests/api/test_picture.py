"""A picture shows itself in a notebook, and is saved in the forms asked for."""

import base64
import re
from pathlib import Path
from typing import cast

import pytest

import defectsim as ds
from defectsim.core.choices import PictureFormat
from defectsim.core.errors import AnalysisError, StorageError
from fixed_study import fixed_study

FORMS = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}


@pytest.fixture(scope="module")
def study() -> ds.Study:
    return ds.Study.of(fixed_study().manifest, fixed_study().tables)


def test_a_notebook_shows_an_image_with_the_question_in_words(study: ds.Study) -> None:
    html = study.plot("outcomes")._repr_html_()
    assert 'alt="Does the regime fall, and by when?"' in html
    found = re.search('src="data:image/png;base64,([^"]+)"', html)
    assert found is not None
    assert base64.b64decode(found[1]).startswith(b"\x89PNG")


def test_without_a_kind_the_figure_of_the_study_is_drawn(study: ds.Study) -> None:
    picture = study.plot()
    assert (picture.name, picture.question) == ("cascade", "Does it hold?")


@pytest.mark.parametrize("form", FORMS)
def test_a_picture_is_saved_in_each_form_and_the_same_twice(
    form: PictureFormat, study: ds.Study, tmp_path: Path
) -> None:
    (first,) = study.plot("sizes").save(tmp_path / "a", [form])
    (second,) = study.plot("sizes").save(tmp_path / "b", [form])
    assert first == tmp_path / f"a/sizes.{form}"
    assert first.read_bytes().startswith(FORMS[form])
    assert first.read_bytes() == second.read_bytes()


def test_a_form_that_is_none_and_a_folder_that_is_a_file_are_refused(
    study: ds.Study, tmp_path: Path
) -> None:
    with pytest.raises(AnalysisError, match="no form 'pgn'; did you mean 'png'"):
        study.plot("sizes").save(tmp_path, [cast(PictureFormat, "pgn")])
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot be written"):
        study.plot("sizes").save(tmp_path / "file")


def test_a_picture_tells_its_size(study: ds.Study) -> None:
    picture = study.plot("outcomes")
    width, height = picture.figure.get_size_inches()
    assert picture.size == f"{width:.1f} × {height:.1f} inches"
