#!/usr/bin/env bash
# The shells that the helper must run under, and the linter for its script; installs what is missing, as root.
set -euo pipefail
missing=()
for pair in dash:dash bash:bash busybox:busybox-static shellcheck:shellcheck; do
  command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
done
((${#missing[@]})) || exit 0
[[ $EUID -eq 0 ]] || { echo "shells.sh: as root: apt-get install ${missing[*]}" >&2; exit 1; }
export DEBIAN_FRONTEND=noninteractive
apt-get install -y --no-install-recommends "${missing[@]}" >&2 || { apt-get update >&2 && apt-get install -y --no-install-recommends "${missing[@]}" >&2; }
