# ---- jobs ------------------------------------------------------------------------------------------------------------

# start_server: detached from this connection and from all that it has. Its jobs get the account's own umask.
start_server() {
  choose_launcher
  (
    umask "$far_umask"
    cd /
    exec </dev/null >/dev/null 2>>"$serve/log"
    destino_job=$serve
    launch env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin DESTINO_ROOT="$root" /bin/sh "$script" serve
  ) &
}

wake_server() {
  if [ -p "$serve/wake" ] && others_serve; then echo "submit $1" 1<>"$serve/wake"; else start_server; fi
}

ticket_of() {
  ticket=
  for path in "$queue"/*."$1".*; do [ ! -e "$path" ] || ticket=${path##*/}; done
}

# submit KEY MILLICORES.MEBIBYTES.GPUS CAPACITY|-: standard input is a tar of the job's files. The record comes last:
# with it the job is whole. Answers `held` where the job exists already, else `queued`.
submit() {
  folders
  read_boot
  valid_key "$1" || trouble contract "'$1' is no key"
  if [ "$3" != - ] && [ "$(cat "$root/capacity" 2>/dev/null)" != "$(echo "$3" | tr /_ ' ,')" ]; then
    { echo "$3" | tr /_ ' ,' >"$root/capacity.$$" && mv -f "$root/capacity.$$" "$root/capacity"; } 2>/dev/null || cannot 'write the capacity'
  fi
  if [ -e "$job/claim" ] || [ -e "$job/released" ]; then cat >/dev/null; echo held; return 0; fi
  if [ -e "$job/record" ]; then
    cat >/dev/null
  else
    aside=$job/files.$$
    mkdir -p "$aside" "$job/work/outputs" "$job/metrics" 2>/dev/null || cannot "make the job's folder"
    tar -xpf - -C "$aside" 2>/dev/null || { rm -rf "$aside"; cannot "write the job's files"; }
    # shellcheck source=/dev/null
    [ ! -e "$aside/prepare" ] || . "$aside/prepare" || { rm -rf "$aside"; cannot "make the job's folders"; }
    rm -f "$aside/prepare"
    for path in "$aside"/*; do
      case $path in */record) continue ;; esac
      mv -f "$path" "$job/" || { rm -rf "$aside"; cannot "write the job's files"; }
    done
    # A hard link comes into being whole, and only once.
    ln "$aside/record" "$job/record" 2>/dev/null || [ -e "$job/record" ] || { rm -rf "$aside"; cannot "write the job's record"; }
    rm -rf "$aside"
  fi
  ticket_of "$1"
  if [ -z "$ticket" ] && [ ! -e "$job/claim" ]; then
    uptime_now
    short=$(printf '%.8s' "$boot" | tr . -)
    ticket=$(printf '%020d' "${uptime_cs}0000000").$1.$2.$short
    { : >"$queue/$ticket"; } 2>/dev/null || cannot 'write the ticket'
  fi
  [ -z "$ticket" ] || wake_server "$ticket"
  echo queued
}

# find_job KEY
find_job() {
  read_boot
  valid_key "$1" || trouble contract "'$1' is no key"
  ticket_of "$1"
  if [ -e "$job/record" ] && [ ! -e "$job/released" ] && { [ -e "$job/claim" ] || [ -n "$ticket" ]; }; then echo found; else echo absent; fi
}

# inspect: keys on standard input, one a line. For each `job KEY`, its record as it stands, and facts; then the queue
# with whom it waits for, if one waits.
inspect() {
  read_boot
  now_s=$(date +%s)
  queued=
  while read -r key; do
    valid_key "$key" || continue
    echo "job $key"
    [ ! -e "$job/released" ] || echo released
    [ -e "$job/record" ] || { echo no-record; continue; }
    describe_job
    if [ "$run_pid" = - ] && [ -z "$ended_cause" ]; then queued=yes; fi
  done
  [ -z "$queued" ] || tell_queue
  echo boot "$boot"
  echo end
}

describe_job() {
  read_record
  printf '%s' "$record_text" | sed 's/^/record /'
  [ ! -e "$job/ending" ] || echo ending
  [ ! -e "$job/preparing" ] || sed 's/^/preparing /' "$job/preparing" 2>/dev/null
  [ -n "$ended_cause" ] || {
    if [ -e "$job/claim" ]; then
      claimed_s=$(stat -c %Y "$job/claim" 2>/dev/null || echo "$now_s")
      echo "claim $((now_s - claimed_s))"
    fi
    ! alive "$run_pid" "$run_start" || echo runner-alive
    ! alive "$job_pid" "$job_start" || echo process-alive
    # It may have ended, or begun, between the looks.
    before=$record_text
    read_record
    [ "$before" = "$record_text" ] || { echo again && describe_job; }
  }
  [ -z "$ended_cause" ] || [ ! -e "$job/setup" ] || sed 's/^/setup /' "$job/setup" 2>/dev/null
}

tell_queue() {
  detect
  echo "capacity $all_cores $all_memory $(echo "$all_gpus" | wc -w)"
  for path in "$queue"/*; do
    [ -e "$path" ] || continue
    IFS=. read -r _ key cores memory gpus b <<T
${path##*/}
T
    case $boot in "$b"*) ;; *) continue ;; esac
    valid_key "$key" && [ -e "$job/record" ] || continue
    read_record
    [ -z "$ended_cause" ] || continue
    if [ "$run_pid" = - ]; then what=waits; elif alive "$run_pid" "$run_start" || alive "$job_pid" "$job_start"; then what=holds; else continue; fi
    name=
    { read -r name <"$job/name"; } 2>/dev/null
    echo "ticket $what $key $cores $memory $gpus $name"
  done
}

# cancel KEY GRACE_MS: one that waits ends here and now; one that runs is ended by a process that outlives this call.
cancel() {
  read_boot
  valid_key "$1" || trouble contract "'$1' is no key"
  [ -e "$job/record" ] && [ ! -e "$job/released" ] || { echo absent; return 0; }
  read_record
  [ -z "$ended_cause" ] || { echo ended; return 0; }
  set -C
  { printf 'cancelled %s\n' "$2" >"$job/ending"; } 2>/dev/null
  set +C
  if [ "$run_pid" = - ] && claim; then
    time_base
    record_text=
    tell_end - - cancelled -
    rm -f "$job/secrets"
    echo cancelled
    return 0
  fi
  choose_launcher
  (
    cd /
    exec </dev/null >/dev/null 2>&1
    destino_job=$serve
    launch env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin DESTINO_ROOT="$root" /bin/sh "$script" end "$1" cancelled "$2"
  ) &
  echo asked
}

# release KEY: everything but the mark that it was, so that the key never runs again.
release_job() {
  read_boot
  valid_key "$1" || trouble contract "'$1' is no key"
  [ -d "$job" ] || { echo released; return 0; }
  if [ -e "$job/record" ] && [ ! -e "$job/released" ]; then
    read_record
    if [ -z "$ended_cause" ] && [ "$run_boot" = "$boot" ] && { alive "$run_pid" "$run_start" || alive "$job_pid" "$job_start"; }; then trouble conflict 'the job is still running'; fi
    if [ -z "$ended_cause" ] && [ "$run_pid" = - ]; then claim || [ $? -ne 98 ] || cannot 'mark the job as released'; fi
  fi
  [ ! -s "$job/tracking.log" ] || printf 'tracking %s\n' "$(head -c 2000 "$job/tracking.log" | tr '\n' ' ')"
  { : >"$job/released"; } 2>/dev/null || cannot 'mark the job as released'
  ticket_of "$1"
  [ -z "$ticket" ] || rm -f "$queue/$ticket"
  for path in "$job"/*; do
    case ${path##*/} in released | claim) ;; *) rm -rf "$path" ;; esac
  done
  (forget_trees) </dev/null >/dev/null 2>&1 &
  echo released
}

# owned: for every job here that is not released a frame with what it says of itself.
owned() {
  for path in "$jobs"/*/about.json; do
    [ -e "$path" ] && [ ! -e "${path%/*}/released" ] || continue
    frame "about" "$path"
  done
  echo end
}

# remove KEY: a job that goes on is ended first.
remove_job() {
  read_boot
  time_base
  valid_key "$1" || trouble contract "'$1' is no key"
  if [ -e "$job/record" ] && [ ! -e "$job/released" ]; then end_job "$1" cancelled 5000 </dev/null >/dev/null 2>&1; fi
  rm -rf "$job"
  echo removed
}
