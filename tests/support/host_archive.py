#!/usr/bin/env python3
"""A host's files in one text that can be read, reviewed and changed by hand.

usage: host_archive.py unpack ARCHIVE DIR
       host_archive.py pack DIR ARCHIVE

Each entry is a line that names it, then its content:

    file PATH        the lines of the file, each after a "|"
    part PATH        the same, but the last line of the file has no newline
    bytes PATH       the file in base64, each line after a "|"
    link PATH TARGET a symbolic link
    dir PATH         an empty directory

Paths are relative; those with a space are quoted as in JSON. A line that starts with "#" is a remark.
"""
import base64
import json
import os
import pathlib
import sys

MTIME = 1_700_000_000  # Of every file unpacked: some collectors report it.


def _word(text):
    return json.dumps(text) if " " in text or text.startswith('"') else text


def _words(line):
    decoder, words, at = json.JSONDecoder(), [], 0
    while at < len(line):
        if line[at] == '"':
            word, at = decoder.raw_decode(line, at)
        else:
            end = line.find(" ", at) if " " in line[at:] else len(line)
            word, at = line[at:end], end
        words.append(word)
        at += 1
    return words


def _entries(archive):
    """(line number, words of the entry's line, its content lines) of each entry."""
    entry = None
    for number, line in enumerate(pathlib.Path(archive).read_text().split("\n"), 1):
        if line.startswith("|"):
            if entry is None:
                raise ValueError(f"{archive}:{number}: content before the first entry")
            entry[2].append(line[1:])
        elif line and not line.startswith("#"):
            if entry:
                yield entry
            entry = (number, _words(line), [])
    if entry:
        yield entry


def _content(kind, lines):
    if kind == "bytes":
        return base64.b64decode("".join(lines))
    return ("\n".join(lines) + ("\n" if kind == "file" and lines else "")).encode()


def unpack(archive, directory):
    """Makes the files of `archive` below `directory`. ValueError naming the line of a bad entry."""
    for number, words, lines in _entries(archive):
        kind, *operands = words
        path = pathlib.Path(directory, operands[0]) if operands else None
        if kind not in ("file", "part", "bytes", "link", "dir") or len(operands) != (2 if kind == "link" else 1):
            raise ValueError(f"{archive}:{number}: not an entry: {' '.join(words)}")
        path.parent.mkdir(parents=True, exist_ok=True)
        if kind == "dir":
            path.mkdir(parents=True, exist_ok=True)
        elif kind == "link":
            path.symlink_to(operands[1])
        else:
            path.write_bytes(_content(kind, lines))
            os.utime(path, (MTIME, MTIME))


def _entry(path, name):
    if path.is_symlink():
        return [f"link {_word(name)} {_word(os.readlink(path))}"]
    if path.is_dir():
        return [] if any(path.iterdir()) else [f"dir {_word(name)}"]
    content = path.read_bytes()
    try:
        text = content.decode()
        plain = all(character.isprintable() or character in "\n\t" for character in text)
    except UnicodeDecodeError:
        plain = False
    if not plain:
        encoded = base64.b64encode(content).decode()
        return [f"bytes {_word(name)}"] + ["|" + encoded[at:at + 76] for at in range(0, len(encoded), 76)]
    whole = text.endswith("\n") or not text
    lines = text.removesuffix("\n").split("\n") if text else []
    return [f"{'file' if whole else 'part'} {_word(name)}"] + ["|" + line for line in lines]


def pack(directory, archive):
    """Writes what is below `directory` to `archive`, in the order of the paths."""
    root = pathlib.Path(directory)
    lines = []
    for path in sorted(root.rglob("*")):
        lines += _entry(path, str(path.relative_to(root)))
    pathlib.Path(archive).write_text("\n".join(lines) + "\n")


def main():
    commands = {"unpack": unpack, "pack": pack}
    if len(sys.argv) != 4 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    commands[sys.argv[1]](sys.argv[2], sys.argv[3])


if __name__ == "__main__":
    main()
