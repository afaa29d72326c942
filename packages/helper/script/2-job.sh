# ---- one job -----------------------------------------------------------------------------------------------------

valid_key() {
  case $1 in *[!a-z2-7]* | '') return 1 ;; esac
  [ "${#1}" -eq 26 ] && key=$1 job=$root/jobs/$1
}

# claim: exclusive creation, by the shell itself. 0 ours, 97 another's, 98 not possible here.
claim() {
  set -C
  if { true >"$job/claim"; } 2>/dev/null; then
    set +C
    return 0
  fi
  set +C
  [ -e "$job/claim" ] && return 97
  return 98
}

# tell LINE: adds a line, in place: what stood there is written again as it was, in one write.
tell() {
  record_text="$record_text$1 .
"
  { printf '%s' "$record_text" 1<>"$job/record"; } 2>/dev/null
}

# read_record: sets record_text and, as far as told, run_* (runner), job_* (its process), ended_*.
read_record() {
  record_text='' run_pid=- run_start=- run_boot=- run_gpus=- job_pid=- job_start=- ended_cause=
  [ -r "$job/record" ] || return 0
  while read -r word a b c d e rest; do
    case $word in
    claimed) [ "$rest" = . ] || break; run_pid=$a run_start=$b run_boot=$c run_gpus=$e ;;
    running) [ "$d" = . ] || break; job_pid=$a job_start=$b ;;
    ended) [ "$rest" = . ] || break; ended_cause=$c ;;
    *) break ;;
    esac
    record_text="$record_text$word $a $b $c $d${e:+ $e}${rest:+ $rest}
"
  done <"$job/record"
}

# tell_end CODE SIGNAL CAUSE NOTE: tries for a while, should the disk refuse even what was set aside.
tell_end() {
  now
  record_before=$record_text
  tries=0
  until tell "ended $1 $2 $3 $now_ms $4"; do
    record_text=$record_before tries=$((tries + 1))
    [ "$tries" -lt 60 ] || return 98
    sleep 1
  done
}

# oom_count: sets oom_kills, as the kernel counts them for our own control group, else for the machine.
oom_count() {
  oom_kills=0
  [ -n "$oom_file" ] || return 0
  while read -r word a; do
    case $word in oom_kill) oom_kills=$a ;; esac
  done <"$oom_file"
}

find_oom_file() {
  oom_file=
  while IFS=: read -r _ word a; do
    case $word in
    '') set -- "/sys/fs/cgroup$a/memory.events" /sys/fs/cgroup/memory.events ;;
    memory) set -- "/sys/fs/cgroup/memory$a/memory.oom_control" /sys/fs/cgroup/memory/memory.oom_control ;;
    *) continue ;;
    esac
    for path; do [ -n "$oom_file" ] || [ ! -r "$path" ] || oom_file=$path; done
  done 2>/dev/null <"$proc/self/cgroup"
}

# run_job KEY GPUS: claims, runs, records. The caller is a subshell: everything here is this job's own.
run_job() {
  valid_key "$1" || return 64
  claim || return $?
  read_stat self
  now
  record_text=
  tell "claimed $stat_pid $stat_start $boot $now_ms $2" || return 98
  oom_count
  oom_before=$oom_kills
  timeout_s=- grace_ms=10000 header=
  { read -r header version timeout_s grace_ms <"$job/start"; } 2>/dev/null
  if [ "$header ${version-}" != '# 1' ]; then
    tell_end - - setup no-start
    return
  fi
  { command exec 4>>"$job/stdout" 5>>"$job/stderr"; } 2>/dev/null || { tell_end - - setup no-log; return; }
  (
    exec 3>&- 6>&-
    trap - TERM
    umask "$job_umask"
    destino_job=$job
    export DESTINO_KEY="$key"
    [ "$2" = - ] || export CUDA_VISIBLE_DEVICES="$2"
    # shellcheck source=/dev/null
    . "$job/start"
  ) </dev/null >&4 2>&5 4>&- 5>&- &
  job_pid=$!
  exec 4>&- 5>&-
  read_stat "$job_pid" || stat_start=-
  job_start=$stat_start
  now
  tell "running $job_pid $job_start $now_ms"
  if [ "$timeout_s" != - ]; then
    (
      # KILL, for a child that is between fork and exec would lose a TERM; and never the job's pid, which $! is at first.
      trap '[ "$!" = "$job_pid" ] || kill -s KILL "$!" 2>/dev/null; exit' TERM
      exec 3>&- 6>&-
      sleep "$timeout_s" &
      wait "$!" || { # this sleep may know whole seconds only
        sleep "$((${timeout_s%.*} + 1))" &
        wait "$!"
      }
      trap - TERM
      end_job "$key" timeout "$grace_ms"
    ) </dev/null >/dev/null 2>&1 &
    watcher=$!
  else
    watcher=
  fi
  interrupted='' code=''
  while :; do
    wait "$job_pid"
    status_now=$?
    # A word that came in between ends the waiting only; what was waited for before that is not told a second time.
    [ -n "$code" ] && [ "$status_now" -eq 127 ] || code=$status_now
    [ -n "$interrupted" ] || break
    interrupted=''
  done
  after_job
}

# after_job: the job's first process has ended with $code: ends what it left, finds out the cause, records.
after_job() {
  cause=exit signal=- note=-
  if [ -e "$job/ending" ]; then
    read -r cause grace_ms <"$job/ending" || cause=cancelled grace_ms=10000
    end_tree "$grace_ms"
  else
    [ -z "$watcher" ] || kill "$watcher" 2>/dev/null
    if kill -s 0 -- "-$job_pid" 2>/dev/null; then end_tree 2000; fi
  fi
  if [ -e "$job/after" ]; then
    # shellcheck source=/dev/null
    note=$(. "$job/after") || : # what it says counts, not how it ends
    note=${note:--}
  fi
  if [ "$code" -gt 128 ]; then
    signal=$(kill -l "$code" 2>/dev/null) || signal=-
    signal=${signal#SIG}
    case $signal in '' | *[!A-Z0-9]* | [0-9]*) signal=- ;; esac
  fi
  if [ "$cause" = exit ] && [ -e "$job/setup" ]; then
    cause=setup note=setup
  elif [ "$cause" = exit ] && [ "$code" -eq 137 ]; then
    oom_count
    if [ "$note" = oom ] || [ "$oom_kills" -gt "$oom_before" ]; then cause=oom; fi
  fi
  if [ "$cause" = exit ] && [ "$signal" != - ]; then cause=signal; fi
  if [ "$code" -ne 0 ] && [ "$note" = - ] && ! { printf '%16384s' '' >"$job/room"; } 2>/dev/null; then note=disk-full; fi
  [ "$code" -eq 0 ] || rm -f "$job/room"
  tell_end "$code" "$signal" "$cause" "$note"
}
