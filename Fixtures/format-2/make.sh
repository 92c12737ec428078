#!/usr/bin/env bash
# Made the database in db/, with the last program that wrote format 2 (commit d7b749b):
#
#     Fixtures/format-2/make.sh .build/release/hashscan
#
# What that program answered stands in expected/; a newer one must answer the same of the same database.
set -euo pipefail
hashscan=$(realpath "$1")
cd "$(dirname "$0")"
rm -rf db expected
mkdir expected
export HASHSCAN_DB=$PWD/db
uploads=../uploads

# A list with entries that changed, were withdrawn, are disabled, and a change that can be undone.
"$hashscan" import ../blocklist.csv --list demo
"$hashscan" list set demo --review-radius 47 --note "the fixtures' own"
"$hashscan" entry disable demo case-2 --until 2100-01-01 --reason "asked the source"
"$hashscan" entry withdraw demo case-6 --reason "no longer meant"
printf '{"format":"hashscan-list/1","kind":"pdq"}\n{"id":"case-3","del":true}\n{"id":"new","h":"%s","cat":"x","ts":100}\n' \
  "$("$hashscan" hash $uploads/glacier.jpg | cut -d, -f1)" > change.jsonl
"$hashscan" import change.jsonl --list demo
# Takedowns of two cases, with crops, one of them released; an allowlist; other kinds; a list that is disabled.
"$hashscan" takedown $uploads/heath.png --reason "a report" --case 17 --label spam --crops
"$hashscan" takedown $uploads/island.webp --reason "another report" --case 18
"$hashscan" release --case 18
"$hashscan" allow $uploads/2026/10/aurora-recompressed.jpg --reason "a joke" --case 19
"$hashscan" hash --kind phash64 $uploads/kelp-cmyk.jpg | cut -d, -f1 > change.jsonl
"$hashscan" import change.jsonl --list small --kind phash64
"$hashscan" hash --kind sha256 $uploads/jungle.gif | cut -d, -f1 > change.jsonl
"$hashscan" import change.jsonl --list files --kind sha256
"$hashscan" list set files --meaning review --effort exact --expires 2100-06-01
"$hashscan" list create empty
"$hashscan" list disable empty
rm change.jsonl

"$hashscan" lists --json > expected/lists
"$hashscan" audit show > expected/journal
for list in demo takedown allow small files; do
  "$hashscan" list history $list --json > expected/history-$list
  "$hashscan" export --list $list | tail -n +2 > expected/export-$list
done
(cd ../.. && "$hashscan" scan Fixtures/uploads --json --db Fixtures/format-2/db 2> /dev/null) > expected/scan || true
# The database stays as it was before the undoing.
mkdir undone && cp db/data.mdb undone
"$hashscan" list undo demo --db undone > /dev/null
"$hashscan" export --list demo --db undone | tail -n +2 > expected/export-demo-undone
rm -r undone db/lock.mdb
