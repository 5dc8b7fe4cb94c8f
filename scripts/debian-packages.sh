#!/usr/bin/env bash
# Installs the Debian packages that the tests use and that are missing: git; strace, by which a round is stopped at each
# system call; script for a terminal; unshare for a file system that is full; zsh and fish, which complete. Does nothing
# where they are there, or where this machine has no apt.
set -euo pipefail

declare -A packages=([git]=git [strace]=strace [ps]=procps [script]=bsdutils [unshare]=util-linux [zsh]=zsh [fish]=fish)
missing=()
for command in "${!packages[@]}"; do
  command -v "$command" >/dev/null || missing+=("${packages[$command]}")
done
[ ${#missing[@]} -eq 0 ] && exit 0
command -v apt-get >/dev/null || { echo "not here, and no apt to install them: ${missing[*]}" >&2; exit 0; }

as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo -n)
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
