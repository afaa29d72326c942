# ---- the far side of a connection ----------------------------------------------------------------------------------
# Sourced after the helper's functions, with a verb and its words as arguments. What is not a word (files, names that
# people chose, secrets) comes on standard input, never on a command line. Answers are lines, or frames `NAME SIZE` and
# so many bytes. Exit codes: 90 this script is not here yet, 91 told in words (`trouble CODE TEXT`), 98 cannot write.

jobs=$root/jobs trees=$root/trees parts=$root/parts bin=$root/bin queue=$root/queue serve=$root/serve script=$root/bin/helper-$helper_hash.sh mine=

# trouble CODE TEXT: ends with a reason for people.
trouble() {
  printf 'trouble %s %s\n' "$1" "$2"
  exit 91
}

# cannot WHAT: a write has failed: says why, as far as can be told.
cannot() {
  probe_file=$root/room.$$
  if mkdir -p "$root" 2>/dev/null && { printf '%16384s' '' >"$probe_file"; } 2>/dev/null; then
    rm -f "$probe_file"
    trouble cannot "could not $1"
  fi
  rm -f "$probe_file" 2>/dev/null
  # shellcheck disable=SC2046
  set -- "$1" $(df -Pk "$root" 2>/dev/null | tail -n 1)
  if [ "${5:-1}" -lt 64 ]; then trouble disk-full "could not $1: the disk ${7:-of $root} is full (${2:-?}, ${3:-?} KiB)"; fi
  trouble forbidden "could not $1: $root cannot be written"
}

folders() {
  mkdir -p "$jobs" "$trees" "$parts" "$bin" "$queue" "$serve" 2>/dev/null || cannot "make folders below $root"
}

# hello: what every later call needs to know of this machine and account.
hello() {
  folders
  read_boot
  time_base
  printf 'root %s\nboot %s\nhome %s\nuser %s\nshell %s\nlang %s\n' "$root" "$boot" "$HOME" "$(id -un 2>/dev/null || id -u)" "${SHELL:-/bin/sh}" "${LANG:-C.UTF-8}"
  # A login shell may say anything before it says its PATH.
  login_path=$(env -i HOME="$HOME" USER="${USER:-}" LOGNAME="${LOGNAME:-}" SHELL="${SHELL:-/bin/sh}" PATH="$PATH" /bin/sh -lc 'printf "\npath %s\n" "$PATH"' 2>/dev/null </dev/null | sed -n 's/^path //p' | tail -n 1)
  printf 'path %s\ntime %s\n' "${login_path:-$PATH}" "$base_ms"
  ! command -v gzip >/dev/null 2>&1 || echo gzip yes
  detect
  printf 'cores %s\nmemory %s\ngpus %s\n' "$all_cores" "$all_memory" "$all_gpus"
}

# look: what a probe tells beyond that; may take a second.
look() {
  hello
  PATH=$login_path
  printf 'system %s\nuid %s\ngid %s\n' "$(uname -s)" "$(id -u)" "$(id -g)"
  printf 'kernel %s\narchitecture %s\nhost %s\n' "$(uname -r)" "$(uname -m)" "$(hostname 2>/dev/null || uname -n)"
  # shellcheck disable=SC2046
  set -- $(df -Pk "$root" | tail -n 1)
  printf 'disk %s %s %s\n' "$2" "$4" "$6"
  for tool in bash tar gzip setsid sha256sum uv micromamba conda node git crontab systemctl; do
    ! command -v "$tool" >/dev/null 2>&1 || printf 'tool %s %s\n' "$tool" "$(command -v "$tool")"
  done
  for tool in python3 python python3.14 python3.13 python3.12 python3.11 python3.10 python3.9 python3.8; do
    file=$(command -v "$tool" 2>/dev/null) || continue
    version=$("$file" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null </dev/null) || continue
    printf 'python %s %s\n' "$version" "$file"
  done
  ! command -v node >/dev/null 2>&1 || printf 'node %s\n' "$(node --version 2>/dev/null)"
  if command -v docker >/dev/null 2>&1; then
    version=$(docker version --format '{{.Server.Version}}' 2>&1 </dev/null) && printf 'docker %s\n' "$version" || printf 'docker-error %s\n' "$(printf %s "$version" | tail -n 1)"
  fi
  nvidia-smi --query-gpu=index,name,memory.total --format=csv,noheader,nounits 2>/dev/null </dev/null | sed 's/^/gpu /'
  time_base
  printf 'clock %s\n' "$base_ms" # the last word: half a round trip old when it arrives
}
