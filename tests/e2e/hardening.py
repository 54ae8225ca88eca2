"""What the compiler and the linker were asked for is in the program: position independence, read-only relocations, a stack
that is not executable, checked string functions, stack protection and assertions; and it has not grown large.

usage: hardening.py HOSTPULSE"""

import os
import re
import subprocess
import sys
import tempfile

import harness

LARGEST = 5 << 20  # Stripped.


def expect(condition, *context):
    if not condition:
        raise AssertionError(" ".join(map(str, context)))


def readelf(*words):
    return subprocess.run([harness.find_tool("readelf"), "--wide", *words, BINARY], capture_output=True, text=True, check=True).stdout


def main():
    headers = readelf("--file-header", "--program-headers")
    expect(re.search(r"Type:\s+DYN \(Position-Independent", headers), headers)
    expect("GNU_RELRO" in headers, "relocations are not made read-only")
    expect(re.search(r"GNU_STACK\s.*\sRW\s", headers), "the stack may be executed")
    dynamic = readelf("--dynamic")
    expect("BIND_NOW" in dynamic, "functions are bound late")
    expect("RPATH" not in dynamic and "RUNPATH" not in dynamic, "libraries are looked for elsewhere")
    symbols = readelf("--symbols")
    checked = sorted(set(re.findall(r"\bUND (__\w+_chk)\b", symbols)))
    expect("__memcpy_chk" in checked and "__vsnprintf_chk" in checked, "few checked functions:", checked)
    expect("__stack_chk_fail" in symbols, "no stack protection")
    expect("__glibcxx_assert_fail" in symbols, "no assertions")
    with tempfile.NamedTemporaryFile() as stripped:
        subprocess.run([harness.find_tool("strip"), "-o", stripped.name, BINARY], check=True)
        size = os.stat(stripped.name).st_size
    expect(size <= LARGEST, size)
    print(f"{size} bytes stripped, checked: {' '.join(checked)}")


BINARY = sys.argv[1]
if __name__ == "__main__":
    main()
