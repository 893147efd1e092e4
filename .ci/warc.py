#!/usr/bin/env python3
"""Compares the index that Qarauyl keeps with the one that cdxj-indexer makes of the same WARC files.

Usage: warc.py FOLDER PEER.cdxj -- every capture must be in both, with the same key, time and fields.
"""

import json
import pathlib
import sys


def lines(text):
    """Returns the captures of an index as {(file, offset): (key, time, fields)}."""
    captures = {}
    for line in text.splitlines():
        key, time, fields = line.split(" ", 2)
        fields = json.loads(fields)
        captures[fields["filename"], fields["offset"]] = (key, time, fields)
    return captures


def main():
    folder, peer = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    sorted_files = [path.read_text() for path in sorted((folder / "index").glob("*.cdxj"))]
    for text in sorted_files:
        if text.splitlines() != sorted(text.splitlines()):
            sys.exit(f"{folder}: a file of the index is not sorted")
    ours, theirs = lines("".join(sorted_files)), lines(peer.read_text())
    differing = [place for place in ours.keys() | theirs.keys() if ours.get(place) != theirs.get(place)]
    for place in sorted(differing)[:5]:
        print(f"{place}:\n  ours   {ours.get(place)}\n  theirs {theirs.get(place)}", file=sys.stderr)
    if differing or not ours:
        sys.exit(f"{folder}: {len(differing)} of {len(ours)} captures differ")
    revisits = sum(fields["mime"] == "warc/revisit" for _, _, fields in ours.values() if "mime" in fields)
    print(f"{folder}: {len(ours)} captures agree with cdxj-indexer, {revisits} of them revisits")


main()
