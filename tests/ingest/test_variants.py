"""Where the file of variants of a person is looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from equipoise.assays import genes
from equipoise.core.errors import InputError
from equipoise.core.nouns import GeneCall, NotMeasured
from equipoise.ingest import check_path, find_variants

ROOT = Path(__file__).resolve().parents[2]
GENES = ("CYP2C19", "CYP2B6", "CYP2D6")
EXAMPLE = (ROOT / "examples" / "genes_synthetic.vcf").read_text()


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    (tmp_path / "sub-01/genetics").mkdir(parents=True)
    (tmp_path / "sub-02").mkdir()
    (tmp_path / "dataset_description.json").write_text('{"Name": "x", "BIDSVersion": "1.10.0"}')
    return tmp_path


def put(dataset: Path, name: str, text: str = EXAMPLE) -> None:
    path = dataset / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.mark.parametrize(
    "name", ["sub-01.vcf", "sub-01.vcf.gz", "sub-01_exome.vcf.bgz", "sub-01.bcf", "sub-01.g.vcf.gz"]
)
def test_the_names_that_are_found(dataset: Path, name: str) -> None:
    put(dataset, f"sub-01/genetics/{name}")
    put(dataset, f"sub-01/genetics/{name}.tbi")
    (file,) = find_variants(dataset, "01")
    assert (file.name, Path(file.path).name) == (f"sub-01/genetics/{name}", name)
    assert Path(file.path).is_absolute()
    assert file.portable().path == file.name
    assert find_variants(dataset, "02") == ()


def test_the_folder_of_a_session(dataset: Path) -> None:
    put(dataset, "sub-01/ses-a/genetics/sub-01_ses-a.vcf")
    put(dataset, "sub-01/ses-a/genetics/sub-01_ses-a_outsidecalls.tsv", "CYP2D6\t*1/*4\n")
    (file,) = find_variants(dataset, "01")
    assert file.name == "sub-01/ses-a/genetics/sub-01_ses-a.vcf"
    assert file.portable().outside_calls == "sub-01/ses-a/genetics/sub-01_ses-a_outsidecalls.tsv"


def test_several_are_named_and_none_is_read(dataset: Path) -> None:
    put(dataset, "sub-01/genetics/sub-01.vcf")
    put(dataset, "sub-01/ses-a/genetics/sub-01_ses-a.vcf")
    files = find_variants(dataset, "01")
    with pytest.raises(InputError, match=r"several files.*sub-01.vcf, sub-01_ses-a.vcf"):
        genes.measure(files)
    (wrong,) = [f for f in check_path(dataset, today="2026-03-02") if f.what == "variants"]
    assert wrong.kind == "wrong"
    assert "sub-01_ses-a.vcf" in wrong.detail


def test_a_link_without_content_is_told(dataset: Path) -> None:
    (dataset / "sub-01/genetics/sub-01.vcf").symlink_to(dataset / "nowhere")
    (wrong,) = [f for f in check_path(dataset, today="2026-03-02") if f.what == "variants"]
    assert (wrong.kind, wrong.detail) == ("wrong", "a link to a file that is not here")


def test_a_file_called_as_another_person_is_refused(dataset: Path) -> None:
    put(dataset, "sub-01/genetics/sub-02.vcf")
    with pytest.raises(InputError, match="called as another person"):
        genes.measure(find_variants(dataset, "01"))


def test_a_sample_called_as_another_person_is_refused(dataset: Path) -> None:
    put(dataset, "sub-01/genetics/sub-01.vcf", EXAMPLE.replace("INVENTED", "sub-02"))
    with pytest.raises(InputError, match="the sample is another person's; got sub-02"):
        genes.measure(find_variants(dataset, "01"))


@pytest.mark.parametrize("own", ["sub-01", "01"])
def test_of_several_samples_the_person_s_own_is_read(dataset: Path, own: str) -> None:
    lines = EXAMPLE.splitlines()
    lines = [line if line.startswith("##") else f"{line}\t./.:0" for line in lines]
    text = "\n".join(lines).replace("INVENTED\t./.:0", f"{own}\tsub-02") + "\n"
    put(dataset, "sub-01/genetics/sub-01.vcf", text)
    called = genes.measure(find_variants(dataset, "01"))
    assert isinstance(called[0], GeneCall)
    assert called[0].diplotypes == ("*1/*2",)
    put(dataset, "sub-01/genetics/sub-01.vcf", text.replace(f"{own}\tsub-02", "A\tB"))
    with pytest.raises(InputError, match="several samples"):
        genes.measure(find_variants(dataset, "01"))


def test_outside_calls_alone(dataset: Path) -> None:
    put(dataset, "sub-01/genetics/sub-01_outsidecalls.tsv", "CYP2D6\t*1/*4\nHLA-B\t*15:02\n")
    (file,) = find_variants(dataset, "01")
    (call,) = genes.measure((file,))
    assert isinstance(call, GeneCall)
    assert (call.gene, call.diplotypes) == ("CYP2D6", ("*1/*4",))
    assert any("HLA-B" in flag for flag in call.flags)


def test_a_file_that_cannot_be_used_loses_no_outside_call(dataset: Path) -> None:
    put(dataset, "sub-01/genetics/sub-01.vcf", "nothing\n")
    put(dataset, "sub-01/genetics/sub-01_outsidecalls.tsv", "CYP2D6\t*1/*4\n")
    call, missed = genes.measure(find_variants(dataset, "01"))
    assert isinstance(call, GeneCall)
    assert (call.gene, call.diplotypes) == ("CYP2D6", ("*1/*4",))
    assert isinstance(missed, NotMeasured)
    assert missed.reason.startswith("sub-01/genetics/sub-01.vcf: this is no VCF")


def test_a_table_that_cannot_be_used_loses_no_call_of_the_file(dataset: Path) -> None:
    put(dataset, "sub-01/genetics/sub-01.vcf")
    put(dataset, "sub-01/genetics/sub-01_outsidecalls.tsv", "CYP2D6\t*1xN/*4\n")
    *calls, missed = genes.measure(find_variants(dataset, "01"))
    assert [call.gene for call in calls if isinstance(call, GeneCall)] == list(GENES)
    assert isinstance(missed, NotMeasured)
    assert missed.reason.startswith("sub-01/genetics/sub-01_outsidecalls.tsv line 1: the number")


def test_nothing_that_can_be_used(dataset: Path) -> None:
    put(dataset, "sub-01/genetics/sub-01.vcf", "nothing\n")
    put(dataset, "sub-01/genetics/sub-01_outsidecalls.tsv", "")
    with pytest.raises(InputError, match=r"sub-01\.vcf"):
        genes.measure(find_variants(dataset, "01"))


def test_two_tables_of_outside_calls(dataset: Path) -> None:
    put(dataset, "sub-01/genetics/sub-01.vcf")
    for name in ("a", "b"):
        put(dataset, f"sub-01/genetics/sub-01_{name}_outsidecalls.tsv", "CYP2D6\t*1/*4\n")
    with pytest.raises(InputError, match=r"several files.*a_outsidecalls.*b_outsidecalls"):
        genes.measure(find_variants(dataset, "01"))
