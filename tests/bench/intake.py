"""Measures the intake of pictures: rate, memory, slowest hostile file, large photographs, near pairs.

`python -m tests.bench.intake --folder DIR [--times 10] [--hostile DIR] [--photographs] [--pairs 1000000]`
"""

from __future__ import annotations

import argparse
import io
import json
import resource
import time
from pathlib import Path

import numpy as np
from PIL import Image

from assay.jobs.intake import DecodePool, IntakeError, Limits, Summary, intake, near_pairs, open_path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="a folder of pictures to take in")
    parser.add_argument("--times", type=int, default=5, help="how often")
    parser.add_argument("--children", type=int, default=2)
    parser.add_argument("--hostile", type=Path, help="a folder with manifest.jsonl and hostile pictures")
    parser.add_argument("--photographs", action="store_true", help="decode made pictures of 12 to 100 megapixels")
    parser.add_argument("--pairs", type=int, help="look for near pairs among so many random hashes")
    asked = parser.parse_args()
    if asked.folder:
        measure_rate(asked.folder, asked.times, asked.children)
    if asked.hostile:
        measure_hostile(asked.hostile)
    if asked.photographs:
        measure_photographs()
    if asked.pairs:
        measure_pairs(asked.pairs)


def measure_rate(folder: Path, times: int, n_children: int) -> None:
    summary = Summary()
    with DecodePool(n_children=n_children) as pool:
        print(pool.isolation())
        began, own = time.monotonic(), time.process_time()
        for _ in range(times):
            with open_path(folder, pool.limits) as source:
                for outcome in intake(source, pool):
                    summary.add(outcome)
        wall_s, own_s = time.monotonic() - began, time.process_time() - own
    n = summary.n_accepted
    print(f"{n} pictures accepted, {summary.by_code()} refused, {summary.n_asides} files aside")
    print(f"{n / wall_s:.0f} pictures/s with {n_children} children; {1000 * own_s / n:.2f} ms of this process each")
    print_children(n)


def print_children(n: int) -> None:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = used.ru_utime + used.ru_stime
    print(f"children: {1000 * cpu_s / n:.2f} ms of processor each, at most {used.ru_maxrss / 1024:.0f} MiB resident")


def measure_hostile(root: Path) -> None:
    rows = [json.loads(line) for line in (root / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row["kind"] in ("image", "svg")]
    slowest = (0.0, "")
    with DecodePool(n_children=1) as pool:
        pool.isolation()
        began = time.monotonic()
        for row in rows:
            data, start = (root / row["path"]).read_bytes(), time.monotonic()
            code_of(pool, data)
            slowest = max(slowest, (time.monotonic() - start, row["path"]))
        wall_s = time.monotonic() - began
    print(f"{len(rows)} hostile files in {wall_s:.1f} s with one child; slowest {slowest[0]:.2f} s ({slowest[1]})")
    print_children(len(rows))


def code_of(pool: DecodePool, data: bytes) -> str:
    try:
        picture = pool.decode(data)
    except IntakeError as error:
        return error.code
    return f"{picture.width} x {picture.height} as {picture.media_type}, {len(picture.served) / 1e6:.1f} MB" + (
        "" if picture.exact else ", encoded anew"
    )


def measure_photographs() -> None:
    Image.MAX_IMAGE_PIXELS = None
    turned = Image.Exif()
    turned[0x0112] = 6
    kinds = [
        ("JPEG", {"quality": 90}),
        ("JPEG", {"quality": 90, "exif": turned}),
        ("JPEG", {"quality": 90, "progressive": True}),
        ("PNG", {"compress_level": 1}),
        ("PNG", {"compress_level": 1, "exif": turned}),
        ("TIFF", {}),
        ("BMP", {}),
        ("WEBP", {"quality": 80, "method": 0}),
    ]
    with DecodePool(Limits(), 1) as pool:
        pool.isolation()
        for width, height in ((4000, 3000), (6000, 4000), (10000, 10000)):
            photograph = made(width, height)
            for kind, options in kinds if width < 10000 else kinds[:1]:
                buffer = io.BytesIO()
                photograph.save(buffer, kind, **options)
                began = time.monotonic()
                found = code_of(pool, buffer.getvalue())
                turn = " turned" * ("exif" in options) + " progressive" * ("progressive" in options)
                print(f"{width * height / 1e6:.0f} Mpx {kind}{turn}: {found}, {time.monotonic() - began:.2f} s")


def made(width: int, height: int) -> Image.Image:
    """Draw a smooth scene with sensor noise, which compresses like a photograph."""
    rng = np.random.default_rng(0)
    coarse = Image.fromarray(rng.integers(0, 255, (height // 16 + 1, width // 16 + 1, 3), dtype=np.uint8))
    smooth = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC)).astype(np.int16)
    return Image.fromarray(np.clip(smooth + rng.integers(-6, 6, smooth.shape, dtype=np.int16), 0, 255).astype(np.uint8))


def measure_pairs(n: int) -> None:
    rng = np.random.default_rng(0)
    hashes = rng.integers(0, 2**64, n, dtype=np.uint64)
    for most in (0, 4, 6, 8):
        began = time.monotonic()
        n_found = len(near_pairs(hashes, most).first)
        print(f"{n} hashes within {most} bits: {n_found} pairs, {time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    main()
