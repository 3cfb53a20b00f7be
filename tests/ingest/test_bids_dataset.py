"""Finding people and recordings in datasets laid out as fMRIPrep writes them.

File names follow the page "Outputs of fMRIPrep" (fMRIPrep 24) and BIDS Derivatives 1.10.
"""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from equipoise.core.errors import InputError
from equipoise.ingest import find_recordings, participant_labels, person_file

DERIVATIVE = "derivatives/fmriprep"
MNI = "space-MNI152NLin2009cAsym"

Lay = Callable[..., Path]


@pytest.fixture
def lay(tmp_path: Path) -> Lay:
    """Return a function that lays empty files into a dataset; JSON files get `content`."""

    def layer(*names: str, description: bool = True, **content: object) -> Path:
        root = tmp_path / "dataset"
        root.mkdir(exist_ok=True)
        if description:
            text = json.dumps({"Name": "test", "BIDSVersion": "1.10.0"})
            (root / "dataset_description.json").write_text(text, encoding="utf-8")
        for name in names:
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(content) if path.suffix == ".json" else "", encoding="utf-8")
        return root

    return layer


def run(stem: str, space: str = MNI, *, sub: str = "01") -> list[str]:
    """Return the names of one run in one space, as fMRIPrep writes them."""
    folder = f"{DERIVATIVE}/sub-{sub}"
    if "ses-" in stem:
        folder += f"/ses-{stem.split('ses-')[1].split('_', maxsplit=1)[0]}"
    base = f"{folder}/func/sub-{sub}_{stem}"
    middle = f"{base}_{space}" if space else base
    return [
        f"{middle}_desc-preproc_bold.nii.gz",
        f"{middle}_desc-preproc_bold.json",
        f"{middle}_desc-brain_mask.nii.gz",
        f"{base}_desc-confounds_timeseries.tsv",
        f"{base}_desc-confounds_timeseries.json",
    ]


def test_one_run_with_all_its_parts(lay: Lay) -> None:
    names = run("task-rest")
    root = lay(*names, RepetitionTime=2.0)
    (found,) = find_recordings(root, "01")
    assert found.kind == "bold"
    assert found.name == names[0]
    assert found.path == str(root / names[0])
    assert found.sidecar == str(root / names[1])
    assert found.mask == str(root / names[2])
    assert found.confounds == str(root / names[3])
    assert (found.space, found.task, found.session, found.run) == (
        "MNI152NLin2009cAsym",
        "rest",
        None,
        None,
    )
    assert found.repetition_time == 2.0
    assert found.notice is None


def test_sessions_runs_and_spaces_are_all_listed_in_order(lay: Lay) -> None:
    names = [
        *run("ses-b_task-rest_run-01"),
        *run("ses-a_task-rest_dir-AP_run-02"),
        *run("ses-a_task-rest_dir-AP_run-02", "space-MNI152NLin6Asym_res-2"),
        *run("ses-a_task-restEyesOpen", ""),
    ]
    found = find_recordings(lay(*names, RepetitionTime=0.8), "01")
    assert [(r.session, r.task, r.run, r.space) for r in found] == [
        ("a", "restEyesOpen", None, None),
        ("a", "rest", "02", "MNI152NLin2009cAsym"),
        ("a", "rest", "02", "MNI152NLin6Asym"),
        ("b", "rest", "01", "MNI152NLin2009cAsym"),
    ]
    confounds = {r.confounds for r in found}
    assert len(confounds) == 3  # one file for each run, in whatever space
    assert not [r for r in found if None in {r.mask, r.confounds, r.sidecar}]


@pytest.mark.parametrize(
    "name",
    [
        "sub-01_task-rest_space-x_desc-smoothed_bold.nii.gz",
        "sub-01_task-rest_space-x_boldref.nii.gz",
        "sub-01_space-x_desc-preproc_bold.nii.gz",
        "sub-01_task-rest_echo-1_space-x_desc-preproc_bold.nii.gz",
        "sub-01_task-rest_space-fsLR_den-91k_desc-denoised_bold.dtseries.nii",
        "sub-01_task-rest_hemi-R_space-fsaverage5_bold.func.gii",
        "sub-02_task-rest_space-x_desc-preproc_bold.nii.gz",
        "sub-01_task-rest__space-x_desc-preproc_bold.nii.gz",
    ],
)
def test_other_files_are_no_scans(name: str, lay: Lay) -> None:
    root = lay(f"{DERIVATIVE}/sub-01/func/{name}", f"{DERIVATIVE}/sub-02/anat/x")
    assert find_recordings(root, "01") == ()


def test_missing_parts_are_none(lay: Lay) -> None:
    root = lay(run("task-rest")[0])
    (found,) = find_recordings(root, "01")
    assert (found.mask, found.confounds, found.sidecar, found.repetition_time) == (None,) * 4


@pytest.mark.parametrize("value", [None, 0, -2.0, "2", True, float("nan"), float("inf"), [2.0]])
def test_a_repetition_time_that_is_none_is_not_made_up(value: object, lay: Lay) -> None:
    root = lay(*run("task-rest"), RepetitionTime=value)
    assert [r.repetition_time for r in find_recordings(root, "01")] == [None]


def test_a_damaged_sidecar_loses_no_other_recording(lay: Lay) -> None:
    root = lay(*run("task-rest_run-1"), *run("task-rest_run-2"), RepetitionTime=2.0)
    (root / run("task-rest_run-1")[1]).write_text("{", encoding="utf-8")
    assert [r.repetition_time for r in find_recordings(root, "01")] == [None, 2.0]


def test_the_notice_of_the_derivative_goes_with_every_recording(lay: Lay) -> None:
    root = lay(
        *run("task-rest"), f"{DERIVATIVE}/dataset_description.json", Notice="synthetic geometry"
    )
    assert [r.notice for r in find_recordings(root, "01")] == ["synthetic geometry"]


def test_people_come_from_raw_and_derivative_folders(lay: Lay) -> None:
    root = lay("sub-10/anat/x", "sub-2/clinical/sub-2_person.yaml", *run("task-rest", sub="A1"))
    (root / "sub-99.html").write_text("", encoding="utf-8")
    assert participant_labels(root) == ("10", "2", "A1")


def test_a_dataset_with_records_only(lay: Lay) -> None:
    root = lay("sub-01/clinical/sub-01_person.yaml", "sub-02/anat/x")
    assert person_file(root, "01") == root / "sub-01/clinical/sub-01_person.yaml"
    assert person_file(root, "02") is None
    assert find_recordings(root, "01") == ()


def test_relative_and_absolute_paths_find_the_same(
    lay: Lay, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = lay(*run("task-rest"), RepetitionTime=2.0)
    monkeypatch.chdir(root.parent)
    assert find_recordings(Path("dataset"), "01") == find_recordings(root, "01")


def test_a_dataset_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        participant_labels(tmp_path / "nothing")
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="not a folder"):
        participant_labels(tmp_path / "file")


def test_a_folder_without_description_is_no_dataset(lay: Lay) -> None:
    root = lay("sub-01/anat/x", description=False)
    with pytest.raises(InputError, match=r"dataset_description\.json is missing.*BIDSVersion"):
        participant_labels(root)


def test_a_damaged_description_is_named(lay: Lay) -> None:
    root = lay("sub-01/anat/x")
    (root / "dataset_description.json").write_text("[1]", encoding="utf-8")
    with pytest.raises(InputError, match=r"dataset_description\.json: this is not a JSON object"):
        participant_labels(root)


def test_an_empty_dataset(lay: Lay) -> None:
    with pytest.raises(InputError, match="the dataset holds no participants; allowed: folders"):
        participant_labels(lay())


@pytest.mark.parametrize("function", [person_file, find_recordings])
def test_a_label_that_is_not_there_lists_those_that_are(
    function: Callable[[Path, str], object], lay: Lay
) -> None:
    root = lay("sub-01/anat/x", "sub-02/anat/x")
    with pytest.raises(InputError) as caught:
        function(root, "012")
    message = str(caught.value)
    assert "no such participant; got sub-012; allowed: sub-01, sub-02; did you mean" in message


def test_a_folder_whose_name_is_no_label(lay: Lay) -> None:
    root = lay("sub-0_1/anat/x")
    with pytest.raises(InputError, match="letters and digits only; got sub-0_1"):
        person_file(root, "0_1")


def test_a_record_under_another_name_is_not_passed_over(lay: Lay) -> None:
    root = lay("sub-01/clinical/sub-02_person.yaml")
    with pytest.raises(InputError, match=r"got sub-02_person\.yaml; allowed: sub-01_person\.yaml"):
        person_file(root, "01")


class Planted:
    """A pickle that would write a file if anything loaded it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self.path,))


def test_a_pickle_in_the_dataset_is_never_loaded(lay: Lay, tmp_path: Path) -> None:
    root = lay(*run("task-rest"))
    trap = tmp_path / "trap"
    (root / ".ancpbids-dataset.pickle").write_bytes(pickle.dumps(Planted(trap)))
    assert len(find_recordings(root, "01")) == 1
    assert not trap.exists()


def test_links_to_folders_are_not_followed(lay: Lay) -> None:
    root = lay(*run("task-rest"))
    (root / DERIVATIVE / "sub-01" / "loop").symlink_to(root, target_is_directory=True)
    assert len(find_recordings(root, "01")) == 1


def test_without_ancpbids_the_message_says_what_to_install(
    lay: Lay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ancpbids", None)
    with pytest.raises(InputError, match=r'pip install "equipoise\[imaging\]"'):
        find_recordings(lay(*run("task-rest")), "01")
    assert find_recordings(lay("sub-02/anat/x"), "02") == ()


def test_reading_a_record_loads_nothing_heavy(tmp_path: Path, full_text: str) -> None:
    path = tmp_path / "person.yaml"
    path.write_text(full_text, encoding="utf-8")
    code = (
        "import sys; from pathlib import Path; from equipoise.ingest import read_person; "
        f"read_person(Path({str(path)!r}), today='2025-01-10'); "
        "print(*sorted({m.partition('.')[0] for m in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"ancpbids", "pint", "ucumvert", "pandas", "scipy", "nibabel", "pydantic"}
    assert heavy & set(done.stdout.split()) == set()
