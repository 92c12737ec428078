#!/usr/bin/env python3
"""Fuzzes all that reads bytes of strangers, and prints a table of what was run.

    python3 Fuzz/run.py PROGRAM FOLDER SECONDS [TARGET ...]

Each target runs for its share of SECONDS, all cores together, beginning with the project's own fixtures and,
where they lie beside the checkout, with the shared pictures and lists. What is learnt is kept in FOLDER for the
next run; what is found is kept there as well, and named at the end. RUNS=N in the environment stops a target
after N executions. Status 1 when something was found.
"""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
PICTURES = {"jpeg": [".jpg", ".jpeg", ".mpo"], "png": [".png", ".apng"], "webp": [".webp"], "gif": [".gif"],
            "bmp": [".bmp"], "ico": [".ico"]}
# Other people's decoders, which only a confined worker has: not part of a short run.
WORKERS = {"heif": [".heic"], "avif": [".avif"], "jxl": [".jxl"], "tiff": [".tif", ".tiff"]}
SHORT = 600
LISTS = ["text", "csv", "jsonl", "ncmec", "stopncii", "threatexchange", "tat", "vics", "icse", "misp", "stix", "clamav"]
TARGETS = [*PICTURES, "fingerprint", "exif", "icc", "embedded", "jpeg-scans", "apng", "fingerprint-binary", "worker-messages", *LISTS,
           "list-detector", "multipart"]
# A content type, and the form that belongs to it.
FORM = (b'multipart/form-data; boundary="b"\n--b\r\nContent-Disposition: form-data; name="t"\r\n\r\ntext\r\n--b\r\n'
        b'Content-Disposition: form-data; name="f"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\nBYTES\r\n--b--\r\n')
# Larger seeds make every execution slow, and teach nothing that smaller ones do not.
LARGEST = {"fingerprint": 3_000, "pictures": 10_000, "lists": 1_000}


def seeds(target):
    """Files that a target begins with; none for what only a program of ours writes."""
    if target in ("fingerprint-binary", "worker-messages", "multipart"):
        return []
    if target in LISTS or target == "list-detector":
        found = [ROOT / "Fixtures/blocklist.csv"]
        for folder in ("lists", "cases/lists"):
            found += [path for path in sorted((SHARED / folder).rglob("*")) if path.is_file()]
        limit = largest(target)
    else:
        suffixes = {**PICTURES, **WORKERS}.get(target)
        if target in ("apng",):
            suffixes = PICTURES["png"]
        if target == "jpeg-scans":
            suffixes = PICTURES["jpeg"]
        found = [path for folder in (ROOT / "Fixtures", SHARED / "images", SHARED / "cases")
                 for path in sorted(folder.rglob("*")) if path.is_file()
                 and (path.suffix.lower() in suffixes if suffixes else path.suffix.lower() in sum(PICTURES.values(), []))]
        limit = largest(target)
    return [path for path in found if 0 < path.stat().st_size <= limit]


def largest(target):
    """Bytes of an input at the most."""
    if target in LISTS or target in ("list-detector", "multipart"):
        return LARGEST["lists"]
    return LARGEST["fingerprint" if target.startswith("fingerprint") else "pictures"]


def prepare(target, corpus):
    corpus.mkdir(parents=True, exist_ok=True)
    if target == "multipart":
        (corpus / "seed").write_bytes(FORM)
    for number, path in enumerate(seeds(target)):
        copy = corpus / f"seed-{number}"
        if not copy.exists():
            copy.write_bytes(path.read_bytes())


def fuzz(program, folder, target, seconds):
    corpus, found = folder / "corpus" / target, folder / "found" / target
    found.mkdir(parents=True, exist_ok=True)
    prepare(target, corpus)
    command = [program, str(corpus), f"-artifact_prefix={found}/", f"-max_total_time={seconds}", "-timeout=20",
               "-rss_limit_mb=4096", "-print_final_stats=1", "-use_value_profile=0",
               f"-max_len={largest(target)}"]
    if "RUNS" in os.environ:
        command.append(f"-runs={os.environ['RUNS']}")
    environment = {**os.environ, "FUZZ_TARGET": target, "SWIFT_BACKTRACE": "enable=no",
                   "ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1"}
    result = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            errors="replace")
    (folder / f"{target}.log").write_text(result.stdout)
    runs = re.findall(r"stat::number_of_executed_units:\s*(\d+)", result.stdout) or re.findall(r"^#(\d+)\t", result.stdout, re.M)
    edges = re.findall(r"cov: (\d+)", result.stdout)
    return {"target": target, "runs": int(runs[-1]) if runs else 0, "edges": int(edges[-1]) if edges else 0,
            "failed": result.returncode != 0,
            "found": sorted(str(path) for path in found.iterdir())}


def main():
    program, folder, seconds = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]), float(sys.argv[3])
    targets = sys.argv[4:] or [*TARGETS, *(WORKERS if seconds >= SHORT else [])]
    cores = os.cpu_count() or 1
    share = max(1, int(seconds * cores / len(targets)))
    results = []
    with concurrent.futures.ThreadPoolExecutor(cores) as pool:
        for result in pool.map(lambda target: fuzz(program, folder, target, share), targets):
            results.append(result)
            print(f"| {result['target']} | {result['runs']:,} | {result['edges']:,} | "
                  f"{'**failed**' if result['failed'] else 'nothing'} |", flush=True)
    for result in results:
        for path in result["found"]:
            print(f"found: {path}")
        if result["failed"]:
            print(f"{result['target']}: see {folder / (result['target'] + '.log')}")
    failed = sum(result["failed"] for result in results)
    print(f"{len(results) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
