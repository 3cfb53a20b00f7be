"""What must not matter does not, and no damage to a file is a crash."""

from __future__ import annotations

import contextlib
import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pysam
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from equipoise.assays.genes.vcf import read_variants
from equipoise.core.errors import InputError

Write = Callable[..., Path]
Reference = Callable[..., dict[str, Any]]
CHECKS = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
PIECES = (b"\t", b"\n", b"*", b"<")
GENOTYPES = ("0/0", "0/1", "1/1", "./.", "0|1", "1|0", "./1")


@given(data=st.data())
@settings(max_examples=15, suppress_health_check=CHECKS)
def test_order_prefix_case_packing_and_index_do_not_matter(
    data: st.DataObject, write: Write, reference: Reference, tmp_path: Path
) -> None:
    build = data.draw(st.sampled_from(["GRCh38", "GRCh37"]))
    lines = [
        line.having(gt=data.draw(st.sampled_from(GENOTYPES)))
        for line in reference(build).values()
        if data.draw(st.booleans())
    ]
    head = f"##reference={build}\n"
    if not lines:
        return
    told = read_variants(write(lines, head=head)).observed

    shuffled = data.draw(st.permutations(lines))
    changed = [
        line.having(
            chrom=line.chrom.removeprefix("chr"), ref=line.ref.lower(), alt=line.alt.lower()
        )
        for line in shuffled
    ]
    assert read_variants(write(changed, head=head)).observed == told

    ordered = sorted(changed, key=lambda line: (int(line.chrom), line.pos))
    plain, packed = write(ordered, head=head), tmp_path / "x.vcf.gz"
    pysam.tabix_compress(str(plain), str(packed), force=True)
    if data.draw(st.booleans()):
        pysam.tabix_index(str(packed), preset="vcf", force=True)
    else:
        Path(f"{packed}.tbi").unlink(missing_ok=True)
    assert read_variants(packed).observed == told


@given(data=st.data())
@settings(max_examples=60, suppress_health_check=CHECKS)
def test_a_damaged_file_is_refused_or_read_but_never_a_crash(
    data: st.DataObject, write: Write, reference: Reference, tmp_path: Path
) -> None:
    kept = list(reference().values())[:60]
    whole = write(kept).read_bytes()
    if data.draw(st.booleans()):
        whole = gzip.compress(whole, mtime=0)
    content = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(content) - 1))
        piece = data.draw(
            st.one_of(st.binary(max_size=3), st.sampled_from([b"\t", b"\n", b"*", b"<"]))
        )
        content[at : at + data.draw(st.integers(0, 3))] = piece
    path = tmp_path / "damaged.vcf"
    path.write_bytes(bytes(content))
    with contextlib.suppress(InputError):
        assert len(read_variants(path).observed) == 239


@given(data=st.data())
@settings(max_examples=15, suppress_health_check=CHECKS)
def test_leaving_records_out_only_leaves_positions_out(
    data: st.DataObject, write: Write, reference: Reference
) -> None:
    """A record less never turns one reading into another."""
    lines = [line.having(gt=data.draw(st.sampled_from(GENOTYPES))) for line in reference().values()]
    fewer = [line for line in lines if data.draw(st.booleans())]
    if not fewer:
        return
    whole = {item.position: item for item in read_variants(write(lines)).observed}
    for item in read_variants(write(fewer)).observed:
        if item.alleles is not None and whole[item.position].alleles is not None:
            assert item.alleles == whole[item.position].alleles
