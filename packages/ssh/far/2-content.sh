# ---- code and data ---------------------------------------------------------------------------------------------------
# trees/HASH is one snapshot, whole and never changed; a job works on a copy. parts/HASH is a piece on its way, whole
# and named by its content, so that a broken transfer goes on where it was, whoever carries it on.

copy_tree() {
  cp -a --reflink=auto "$1/." "$2/" 2>/dev/null || cp -pR "$1/." "$2/" 2>/dev/null
}

# place KEY: the lines `HASH PLACE` on standard input: copies each tree into the job's folder, once. What is missing is
# told, with the trees that are here to begin from.
place() {
  folders
  valid_key "$1" || trouble contract "'$1' is no key"
  wanted=$(cat)
  lacking=
  while read -r hash _; do
    if [ -z "$hash" ]; then continue; fi
    if [ -d "$trees/$hash" ]; then touch "$trees/$hash"; else lacking=yes && echo "missing $hash"; fi
  done <<W
$wanted
W
  if [ -n "$lacking" ]; then
    # shellcheck disable=SC2012 # names are hashes
    (cd "$trees" && ls -t 2>/dev/null) | grep -v '\.' | head -n 12 | sed 's/^/tree /'
    (cd "$parts" && ls 2>/dev/null) | grep -v '\.' | sed 's/^/part /'
    return 0
  fi
  if [ -e "$job/record" ]; then echo placed && return 0; fi
  mkdir -p "$job" 2>/dev/null || cannot "make the job's folder"
  aside=$job/bringing.$$
  while read -r hash where; do
    [ -n "$hash" ] || continue
    [ ! -e "$job/$where" ] || continue
    mkdir -p "$aside/$where" && copy_tree "$trees/$hash" "$aside/$where" || { rm -rf "$aside"; cannot "copy the code and the inputs"; }
    case $where in */*) mkdir -p "$job/${where%/*}" ;; esac
    # Two at once: the later one finds the first one's folder, and its own goes into it under another name.
    mv "$aside/$where" "$job/$where" 2>/dev/null || :
  done <<W
$wanted
W
  rm -rf "$aside"
  echo placed
}

# part HASH BYTES: standard input, whole or not at all.
part() {
  if [ -e "$parts/$1" ]; then cat >/dev/null && echo kept && return 0; fi
  draft=$parts/$1.$$
  cat >"$draft" 2>/dev/null || { rm -f "$draft"; cannot 'take in a file'; }
  # shellcheck disable=SC2012
  if [ "$(wc -c <"$draft")" -ne "$2" ]; then
    rm -f "$draft"
    trouble broken 'a file arrived in part'
  fi
  mv -f "$draft" "$parts/$1" || cannot 'keep a file'
  echo kept
}

# assemble HASH BASE|-: standard input is a tar of `do` (shell lines for the tree's folder), `sums`, and new files below
# `tree`. The tree appears whole.
assemble() {
  [ ! -d "$trees/$1" ] || { cat >/dev/null; echo assembled; return 0; }
  draft=$trees/$1.$$
  rm -rf "$draft"
  mkdir -p "$draft/tree" "$draft/new/tree" 2>/dev/null || cannot 'make a folder for the files'
  if ! tar -xpf - -C "$draft/new" 2>/dev/null; then rm -rf "$draft"; cannot 'unpack the files'; fi
  if [ -s "$draft/new/sums" ] && command -v sha256sum >/dev/null 2>&1; then
    if ! (cd "$parts" && sha256sum -c "$draft/new/sums" >/dev/null 2>&1); then
      (cd "$parts" && sed 's/.*  //' "$draft/new/sums" | xargs rm -f)
      rm -rf "$draft"
      trouble broken 'a part of the files was damaged on this disk'
    fi
  fi
  if [ "$2" != - ] && ! copy_tree "$trees/$2" "$draft/tree"; then rm -rf "$draft"; cannot 'copy the earlier files'; fi
  # shellcheck source=/dev/null
  if ! (cd "$draft/tree" && set -e && . "$draft/new/do") >/dev/null 2>&1; then rm -rf "$draft"; cannot 'put the files together'; fi
  if ! copy_tree "$draft/new/tree" "$draft/tree"; then rm -rf "$draft"; cannot 'put the files in place'; fi
  sync -f "$draft" 2>/dev/null || sync
  mv "$draft/tree" "$trees/$1" 2>/dev/null || [ -d "$trees/$1" ] || { rm -rf "$draft"; cannot 'keep the files'; }
  [ ! -s "$draft/new/sums" ] || (cd "$parts" && sed 's/.*  //' "$draft/new/sums" | xargs rm -f)
  rm -rf "$draft"
  echo assembled
}

# forget_trees: what no job has used for two weeks, and what was left half-way a day ago.
forget_trees() {
  find "$trees" -mindepth 1 -maxdepth 1 \( -mtime +14 -o -name '*.*' -mtime +0 \) -exec rm -rf {} + 2>/dev/null
  find "$parts" -mindepth 1 -maxdepth 1 -mtime +2 -exec rm -f {} + 2>/dev/null
}
