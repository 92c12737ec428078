"""Writes tables into a document, each between its marks:

    <!-- table: recall -->
    <!-- end -->
"""
import re
import sys


def replaced(text, tables):
    """The document with these tables, and the names of those that it has no marks for."""
    missing = []
    for name, content in tables.items():
        marks = re.compile(rf"(<!-- table: {re.escape(name)} -->\n).*?(<!-- end -->)", re.DOTALL)
        if not marks.search(text):
            missing.append(name)
        text = marks.sub(lambda match: f"{match[1]}\n{content}\n\n{match[2]}", text)
    return text, missing


def write(path, tables):
    text, missing = replaced(path.read_text(), tables)
    path.write_text(text)
    for name in missing:
        print(f"{path} has no place for the table {name!r}: <!-- table: {name} -->", file=sys.stderr)
