# shellcheck shell=bash
# What the scripts beside this file share. Sourced, not run.

# The root of the checkout: every script works from there.
# shellcheck disable=SC2034  # Used by those who source this.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

say() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
}

# Runs a command as root: as it is for root, through sudo for anyone else.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "root is needed for: $* (install sudo, or run this once as root)"
  fi
}
