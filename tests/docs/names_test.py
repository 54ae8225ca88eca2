"""Every metric of hostpulse's own stands in docs/OPERATIONS.md, and no page or rule names one that is not there.

usage: names_test.py
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = ("core", "collectors", "push", "exporter")
NAME = re.compile(r"\bhostpulse_[a-z0-9_]+")
# Of the build, not metrics.
OTHERS = re.compile(r"hostpulse_(test|library|options|collector_test_support)\b")


def in_sources():
    found = set()
    for directory in SOURCES:
        for path in (ROOT / directory).rglob("*.cc"):
            found |= set(re.findall(r'"(hostpulse_[a-z0-9_]+[a-z0-9])"', path.read_text()))
    return found


def in_texts(paths):
    """{name: first file that has it}"""
    found = {}
    for path in paths:
        for name in NAME.findall(path.read_text()):
            if not OTHERS.match(name) and not name.endswith("_"):
                found.setdefault(name, path.relative_to(ROOT))
    return found


def main():
    metrics = in_sources()
    page = ROOT / "docs/OPERATIONS.md"
    missing = sorted(metrics - in_texts([page]).keys())
    texts = [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md"),
             *(ROOT / "dashboards").rglob("*.yml")]
    unknown = {name: str(path) for name, path in in_texts(texts).items() if name not in metrics}
    for name in missing:
        print(f"{page.relative_to(ROOT)} does not have {name}")
    for name, path in unknown.items():
        print(f"{path} names {name}, which is no metric")
    sys.exit(1 if missing or unknown or len(metrics) < 30 else 0)


if __name__ == "__main__":
    main()
