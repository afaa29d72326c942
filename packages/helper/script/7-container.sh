# ---- in containers -----------------------------------------------------------------------------------------------
# prepare: claim, fetch; main: run, in the user's image; carry: push what it writes, beside it; contain: all three.
# Given, read-only or not, in DESTINO_GIVEN: plan, start, urls, and whatever `start` reads (docs/helper.md).

open_given() {
  valid_key "$1" || return 64
  given=${DESTINO_GIVEN:-$root/given}
  urls=$given/urls
  [ ! -e "$job/urls" ] || urls=$job/urls
  patience_s=${DESTINO_PATIENCE_S:-900} push_s=${DESTINO_PUSH_S:-2}
  status=000 damaged=0 there=0 contained=yes
  choose_tool
}

# give_up TEXT: the job cannot begin, for a reason that is not its own: said to the platform's log, in the log, and in the record.
give_up() {
  printf 'destino: %s\n' "$1" >&2
  { printf 'destino: %s\n' "$1" >>"$job/stderr" && printf '%s\n' "$1" >"$job/setup"; } 2>/dev/null
  read_record
  [ -n "$ended_cause" ] || tell_end - - setup setup
  told_record='' pieces=0
  push_log stderr "$job/stderr" || :
  push_record || :
  return 98
}

# claim_place: 0 ours, 97 another's, 98 not possible. What is written there is ours alone, so that a lost answer is no loss.
claim_place() {
  place_of claim || return 0
  case $place in
  /*)
    mkdir -p "${place%/*}" 2>/dev/null
    mkdir "$place" 2>/dev/null && return 0
    [ -d "$place" ] && return 97
    return 98
    ;;
  esac
  { read -r token <"$proc/sys/kernel/random/uuid"; } 2>/dev/null || token=$$.$now_ms
  persist claim_once
}

claim_once() {
  place_of claim || return 3
  emit_what=text emit_text=$token
  ask_with_body PUT "$place" 'x-ms-blob-type: BlockBlob' 'If-None-Match: *'
  [ "$status" != 201 ] || return 0
  refused=$status
  ask GET "$place" - -
  case $answer in "$token"*) return 0 ;; esac
  [ "$status" != 200 ] || return 3
  status=$refused
  return 1
}

prepare() {
  if ! mkdir -p "$job" 2>/dev/null || ! printf '%512s' '' 2>/dev/null | tr ' ' '\n' >"$job/record.new"; then
    echo "destino: $job cannot be written" >&2
    return 98
  fi
  [ -e "$job/record" ] || mv "$job/record.new" "$job/record"
  cp "$given/start" "$job/start" 2>/dev/null || { give_up "there is no $given/start"; return 98; }
  if [ -z "$tool" ] && grep -q ' https\{0,1\}://' "$urls" 2>/dev/null; then
    give_up 'there is neither curl nor python3 in this image: the helper image must run beside it'
    return 98
  fi
  claim_place
  case $? in
  0) ;;
  3 | 97) echo "destino: $key is claimed by another" >&2; return 97 ;;
  *) give_up 'its claim could not be written'; return 98 ;;
  esac
  while read -r word name kind hash dest <&7; do
    case $word in
    folder) mkdir -p "$job/$name${kind:+ $kind}${hash:+ $hash}${dest:+ $dest}" || { give_up 'the disk is full or cannot be written'; return 98; } ;;
    fetch) bring "$name" "$kind" "$hash" "$dest" || { give_up "${why:-$name could not be fetched}"; return 98; } ;;
    esac
  done 7<"$given/plan"
  cp "$0" "$root/helper.sh" 2>/dev/null || [ "$0" = "$root/helper.sh" ] || { give_up 'the disk is full or cannot be written'; return 98; }
  true >"$job/prepared"
}

# bring NAME archive|file HASH|- DEST
bring() {
  draft=$job/fetching.$1 damaged=0 why=
  if ! persist fetch_once "$1" "$draft" "$3"; then
    why="$1 could not be fetched (status $status)"
    [ "$damaged" -eq 0 ] || why="$1 is damaged where it is stored"
    return 1
  fi
  if [ "$2" = file ]; then
    mkdir -p "$(dirname "$job/$4")" && mv -f "$draft" "$job/$4"
    return
  fi
  mkdir -p "$job/$4" || return 1
  if command -v tar >/dev/null 2>&1; then
    tar -xof "$draft" -C "$job/$4" 2>"$job/fetching.error"
  elif command -v python3 >/dev/null 2>&1; then
    python3 -c 'import sys, tarfile; tarfile.open(sys.argv[1]).extractall(sys.argv[2])' "$draft" "$job/$4" 2>"$job/fetching.error"
  else
    why='there is neither tar nor python3 in this image: the helper image must run beside it'
    return 1
  fi || { why="$1 could not be unpacked: $(tail -n 1 "$job/fetching.error")"; return 1; }
  rm -f "$draft" "$job/fetching.error"
}

# run_main: the user's command, in this very shell. What asks it to stop leaves a word in `ending`.
run_main() {
  [ -e "$job/prepared" ] || { echo "destino: $job was not prepared" >&2; return 98; }
  if [ -n "${DESTINO_CARRIER-}" ]; then
    # The pipe closes with this process, however it ends: that is how the carrier learns of it.
    tries=0
    until [ -e "$job/carrier" ] || [ "$tries" -ge 600 ]; do
      tries=$((tries + 1))
      pause 0.1
    done
    { [ -p "$job/alive" ] && exec 6>"$job/alive"; } || echo 'destino: there is no carrier: nothing is pushed' >&2
  fi
  trap 'interrupted=yes; ask_to_end platform "${DESTINO_GRACE_MS:-10000}"' TERM
  (exec 3>&- 6>&-; trap - TERM; mind) </dev/null >/dev/null 2>&1 &
  minder=$!
  unset DESTINO_GIVEN DESTINO_CARRIER DESTINO_PATIENCE_S DESTINO_PUSH_S DESTINO_TOOLS
  run_job "$key" - 3>/dev/null
  code=$?
  kill "$minder" 2>/dev/null
  [ "$code" -eq 0 ] || return "$code"
  while read -r word a _; do [ "$word" != ended ] || code=$a; done <"$job/record"
  case $code in '' | *[!0-9]*) code=1 ;; esac
  return "$code"
}

ask_to_end() {
  set -C
  { printf '%s %s\n' "$1" "$2" >"$job/ending"; } 2>/dev/null
  set +C
}

# mind: ends the job when it is asked to by a file, which may come from another container.
mind() {
  until [ -s "$job/ending" ]; do pause 0.5; done
  read -r word grace_ms <"$job/ending"
  end_job "$key" "$word" "$grace_ms"
}

# push_range NAME: emit's bytes, `length` of them, behind the first `pushed`; sets pushed to where the far side ends.
push_range() {
  push_name=$1 push_to=$((pushed + length))
  persist push_once || return 1
  pieces=$((pieces + 1))
  { echo "$pushed" >"$job/pushed.$push_name"; } 2>/dev/null || : # it is asked for again, then
}

push_once() {
  append_once "$push_name" "$pushed"
  case $? in
  0) pushed=$push_to ;;
  4)
    if [ "$there" -eq "$pushed" ]; then return 1; fi
    pushed=$there
    ;;
  3) return 3 ;;
  *) return 1 ;;
  esac
}

pushed_of() {
  pushed=0
  { read -r pushed <"$job/pushed.$1"; } 2>/dev/null || pushed=0
}

# push_log NAME FILE: what it holds beyond what was pushed.
push_log() {
  [ -e "$2" ] && place_of "$1" || return 0
  pushed_of "$1"
  size=$(wc -c <"$2" | tr -d ' ')
  while [ "$pushed" -lt "$size" ]; do
    length=$((size - pushed))
    [ "$length" -le "$piece_bytes" ] || length=$piece_bytes
    emit_what=range emit_file=$2 emit_from=$pushed emit_bytes=$length
    push_range "$1" || return 1
  done
}

push_logs() {
  push_log stdout "$job/stdout" || pushed_all=no
  push_log stderr "$job/stderr" || pushed_all=no
  while read -r word name path <&7; do
    case $word in log) push_log "$name" "$job/$path" || pushed_all=no ;; esac
  done 7<"$given/plan"
}

# push_record: what the record said when it was last read, so that an end is never told before the log that led to it.
# shellcheck disable=SC2031 # what the queue's subshell sets is its own
push_record() {
  [ "$record_text" != "$told_record" ] || return 0
  if place_of record; then persist put_once record "${record_text%?}" || return 1; fi
  told_record=$record_text
}

output_folder() {
  while read -r word name path; do
    case $word.$name in "output.$1") printf '%s' "$job/$path" ;; esac
  done <"$given/plan"
}

# list_outputs: outputs.index, a line each: OUTPUT BYTES SHA256|- PATH. A name with a line break in it is left out.
list_outputs() {
  while read -r word name path <&7; do
    if [ "$word" != output ] || ! [ -d "$job/$path" ]; then continue; fi
    (cd "$job/$path" && find . -type f) | sort | while read -r file; do
      [ -f "$job/$path/$file" ] || continue
      hash=-
      ! command -v sha256sum >/dev/null 2>&1 || hash=$(sha256sum <"$job/$path/$file")
      printf '%s %s %s %s\n' "$name" "$(($(wc -c <"$job/$path/$file")))" "${hash%% *}" "${file#./}"
    done
  done 7<"$given/plan" >"$job/outputs.index" 2>/dev/null
}

# push_outputs: all of them behind one another, in the order of the index; small ones together, large ones in pieces.
push_outputs() {
  place_of outputs || { outputs=none; return 0; }
  list_outputs || return 1
  pushed_of outputs
  total=0 group_from=1 group_lines=0 group_bytes=0 line=0
  while read -r output size _ path <&7; do
    line=$((line + 1))
    if [ "$group_lines" -gt 0 ] && [ $((group_bytes + size)) -gt "$piece_bytes" ]; then push_group || return 1; fi
    if [ "$size" -gt "$piece_bytes" ]; then
      file=$(output_folder "$output")/$path at=0
      while [ "$at" -lt "$size" ]; do
        length=$((size - at))
        [ "$length" -le "$piece_bytes" ] || length=$piece_bytes
        if [ "$pushed" -lt $((total + length)) ]; then
          emit_what=range emit_file=$file emit_from=$at emit_bytes=$length
          push_range outputs || return 1
        fi
        at=$((at + length)) total=$((total + length))
      done
      group_from=$((line + 1))
    else
      group_lines=$((group_lines + 1)) group_bytes=$((group_bytes + size))
    fi
  done 7<"$job/outputs.index"
  push_group || return 1
  [ "$pushed" -eq "$total" ] || return 1
  persist put_once outputs-index "$(cat "$job/outputs.index")"
}

push_group() {
  length=$group_bytes
  if [ "$length" -gt 0 ] && [ "$pushed" -lt $((total + length)) ]; then
    emit_what=files emit_from=$group_from emit_lines=$group_lines
    push_range outputs || return 1
  fi
  total=$((total + length)) group_from=$((group_from + group_lines)) group_lines=0 group_bytes=0
}

# look_at_control: what the far side asks: `cancel GRACE_MS`, or `gone`, once it knows from the platform that main is.
look_at_control() {
  place_of control || return 0
  case $place in
  /*) answer=$(cat "$place" 2>/dev/null) || return 0 ;;
  *)
    ask GET "$place" - -
    case $status in
    200) ;;
    401 | 403) renew || : ; return 0 ;;
    *) return 0 ;;
    esac
    ;;
  esac
  # shellcheck disable=SC2086
  set -- $answer
  case ${1-} in
  cancel) ask_to_end cancelled "${2:-10000}" ;;
  gone) true >"$job/gone" ;;
  esac
}

# carry: pushes until the end is known, by the record, the pipe that main held, or the far side's word; then the rest.
carry() {
  told_record='' pieces=0 round=0 pushed_all=yes outputs=all
  trap 'ask_to_end platform "${DESTINO_GRACE_MS:-10000}"' TERM
  if [ -n "${DESTINO_CARRIER-}" ]; then
    [ -p "$job/alive" ] || mkfifo "$job/alive" 2>/dev/null || :
    true >"$job/carrier"
    [ ! -p "$job/alive" ] || { (trap - TERM; cat "$job/alive"; true >"$job/gone") </dev/null >/dev/null 2>&1 & watcher=$!; }
  fi
  while :; do
    read_record
    push_logs
    push_record
    [ -z "$ended_cause" ] || break
    if [ -e "$job/gone" ]; then
      pause 1
      read_record
      [ -n "$ended_cause" ] || tell_end - KILL signal runner-gone
      continue
    fi
    [ $((round % 3)) -ne 0 ] || look_at_control
    round=$((round + 1))
    pause "$((push_s + pieces / 2000))"
  done
  [ -z "${watcher-}" ] || kill "$watcher" 2>/dev/null
  [ "$ended_cause" = setup ] || push_outputs || outputs=failed
  now
  tell "pushed $outputs $pushed_all $now_ms" || :
  push_record
}

# contain: all in one container; ends as the command ended.
contain() {
  prepare || return
  (trap - TERM; carry) </dev/null &
  carrier=$!
  run_main
  code=$?
  while :; do
    interrupted=
    wait "$carrier"
    [ -n "$interrupted" ] || return "$code"
  done
}
