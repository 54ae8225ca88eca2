"""Where hostpulse follows a later node_exporter than Debian's 1.5: what is different, and why. For the
tests that hold the one against the other."""

import re

# Labels that hostpulse has in addition.
ADDED_LABELS = {
    r"node_filesystem_.*": ({"device_error"}, "later ones name the error of statfs in a label"),
    r"node_disk_info": ({"rotational"}, "later ones say whether a disk turns"),
    r"node_network_info": ({"adminstate"}, "later ones have the administrative state"),
    r"node_nvme_info": ({"cntlid"}, "later ones have the number of the controller"),
    r"node_mountstats_nfs_.*": ({"mountaddr", "transport"},
                               "later ones tell the mounts of several servers and connections apart"),
}
# Families that hostpulse need not have. Where it has them, they are compared all the same.
MAY_BE_ABSENT = {
    r"node_memory_(Balloon|FileHugePages|FilePmdMapped|Hugetlb|KReclaimable|SecPageTables|"
    r"Unaccepted)_bytes": "1.5 passes on every line of meminfo, later ones a fixed list",
}
NOT_COMPARED = {
    r"node_exporter_build_info": "of the program itself",
    r"node_scrape_collector_duration_seconds": "of the program itself",
}


def matches(patterns, name):
    """Whether one of the patterns is the whole of `name`."""
    return any(re.fullmatch(pattern, name) for pattern in patterns)


def added_labels(name):
    """The labels of a metric that 1.5 does not have."""
    return set().union(*(labels for pattern, (labels, _) in ADDED_LABELS.items()
                         if re.fullmatch(pattern, name)))


def without_labels(key, added):
    """A series without these labels, and without empty ones, which Prometheus drops."""
    name, labels = key
    return name, tuple((label, value) for label, value in labels if label not in added and value)
