"""An insertion or deletion is the same however it is written: judged by whole sequences."""

from __future__ import annotations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from equipoise.assays.genes.at_place import known_bases, observe
from equipoise.assays.genes.places import Place, Site
from equipoise.assays.genes.records import Record

FIRST = 1000
BASES = st.text("AC", min_size=24, max_size=40)  # two bases only: full of repeats


def changed(text: str, at: int, ref: str, alt: str) -> str:
    assert text[at : at + len(ref)] == ref
    return text[:at] + alt + text[at + len(ref) :]


@st.composite
def changes(draw: st.DrawFn, text: str) -> tuple[int, str, str]:
    """Return where some bases are inserted or deleted, behind a base that is kept."""
    at = draw(st.integers(4, len(text) - 10))
    gone = draw(st.integers(0, 4))
    added = "" if gone else draw(st.text("AC", min_size=1, max_size=4))
    ref = text[at : at + 1 + gone]
    return at, ref, ref[:1] + added


def ways(text: str, at: int, ref: str, alt: str) -> list[tuple[int, str, str]]:
    """Return every way to write the same change behind one base that is kept."""
    whole = changed(text, at, ref, alt)
    more = len(alt) - len(ref)
    found = []
    for here in range(len(text) - max(0, -more)):
        old = text[here : here + 1 + max(0, -more)]
        new = whole[here : here + 1 + max(0, more)]
        if changed(text, here, old, new) == whole and old[0] == new[0]:
            found.append((here, old, new))
    return found


def record(at: int, ref: str, alleles: tuple[str, str], alts: tuple[str, ...]) -> Record:
    return Record("chr1", FIRST + at, ref, alts, FIRST + at + len(ref) - 1, alleles)


@given(data=st.data(), text=BASES, known=st.booleans())
@settings(max_examples=400)
def test_only_the_same_sequence_is_the_same_allele(
    data: st.DataObject, text: str, known: bool
) -> None:
    at, ref, alt = data.draw(changes(text))
    assume(len(ref) > 1 or len(alt) > 1)
    other = st.one_of(st.sampled_from(ways(text, at, ref, alt)), changes(text))
    here, here_ref, here_alt = data.draw(other)
    site = Site(FIRST + at, ref)
    place = Place("rs1", "GENE", "chr1", (alt,), (("GRCh38", site),))
    found = [record(here, here_ref, (here_ref, here_alt), (here_alt,))]
    if known:  # every base of the reference stands in the file
        found += [record(k, base, (base, base), ()) for k, base in enumerate(text)]
    bases = known_bases([place], found, "GRCh38").get("chr1", {})
    item = observe(place, "GRCh38", sorted(found), bases)

    same = changed(text, at, ref, alt) == changed(text, here, here_ref, here_alt)
    if same and known:
        assert item.alleles == (ref, alt)
    elif same:
        assert item.alleles in {None, (ref, alt)}
    else:
        assert item.alleles is None or alt not in item.alleles


@given(data=st.data(), text=BASES)
@settings(max_examples=300)
def test_a_base_is_read_as_the_sequences_have_it(data: st.DataObject, text: str) -> None:
    """Two changed sequences of one record, and a single base: no base is read that is not there."""
    at = data.draw(st.integers(2, len(text) - 8))
    ref = text[at : at + data.draw(st.integers(1, 5))]
    alts = data.draw(st.lists(st.text("ACG", min_size=1, max_size=6), min_size=1, max_size=2))
    alts = [alt for alt in dict.fromkeys(alts) if alt != ref]
    assume(alts)
    alleles = (data.draw(st.sampled_from([ref, *alts])), data.draw(st.sampled_from(alts)))
    base = data.draw(st.integers(at, at + len(ref) - 1))
    place = Place("rs1", "GENE", "chr1", ("T",), (("GRCh38", Site(FIRST + base, text[base])),))
    item = observe(place, "GRCh38", [record(at, ref, alleles, tuple(alts))], {})
    if item.alleles is None:
        return
    for allele, read in zip(alleles, item.alleles, strict=True):
        if len(allele) == len(ref):
            assert read == allele[base - at]
        else:  # shorter or longer: the base is one that every way of aligning keeps
            assert read == text[base]
            assert allele.startswith(ref[: base - at + 1]) or allele.endswith(ref[base - at :])
