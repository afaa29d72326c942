# ---- ending a job ------------------------------------------------------------------------------------------------

# find_tree: sets tree, the job's living processes: those that carry its mark, its first process, its group, and all
# that descend from these. A session of one's own is no way out of it.
find_tree() {
  marked=
  # shellcheck disable=SC2013
  for path in $(grep -lsF "DESTINO_KEY=$key" "$proc"/[0-9]*/environ); do
    path=${path%/environ}
    marked="$marked ${path##*/}"
  done
  ! alive "$job_pid" "$job_start" || marked="$marked $job_pid"
  if ! command -v ps >/dev/null 2>&1 || ! command -v awk >/dev/null 2>&1; then
    find_tree_plainly
    return
  fi
  tree=$(ps -A -o pid= -o ppid= -o pgid= -o stat= | awk -v marked="$marked" -v group="$job_pid" -v self="$$" '
    BEGIN { n = split(marked, seed, " "); for (i = 1; i <= n; i++) ours[seed[i]] = 1 }
    { parent[$1] = $2; pgid[$1] = $3; zombie[$1] = ($4 ~ /^[ZX]/) }
    END {
      do {
        more = 0
        for (p in parent) if (!(p in ours) && p != self && (parent[p] in ours || pgid[p] == group || pgid[p] in ours)) { ours[p] = 1; more = 1 }
      } while (more)
      for (p in ours) if ((p in parent) && !zombie[p] && p != self) printf "%s ", p
    }')
}

# find_tree_plainly: the same by the process view alone, for images that have neither ps nor awk.
find_tree_plainly() {
  ours="$marked " more=yes
  while [ -n "$more" ]; do
    more=
    for path in "$proc"/[0-9]*; do
      pid=${path##*/}
      case $ours in *" $pid "*) continue ;; esac
      if [ "$pid" = "$$" ] || ! read_stat "$pid"; then continue; fi
      case $ours in *" $stat_parent "* | *" $stat_group "*) ;; *) [ "$stat_group" = "$job_pid" ] || continue ;; esac
      ours="$ours$pid " more=yes
    done
  done
  tree=
  for pid in $ours; do
    if [ "$pid" != "$$" ] && read_stat "$pid"; then
      case $stat_state in Z | X) ;; *) tree="$tree$pid " ;; esac
    fi
  done
}

# end_tree GRACE_MS: TERM to each of the job's processes, KILL after the grace period, until none is left.
end_tree() {
  uptime_now
  deadline_cs=$((uptime_cs + $1 / 10)) told=' ' step=0.02
  while find_tree && [ -n "$tree" ]; do
    uptime_now
    for pid in $tree; do
      if [ "$uptime_cs" -ge "$deadline_cs" ]; then
        # shellcheck source=/dev/null
        [ ! -e "$job/stop" ] || (. "$job/stop") >/dev/null 2>&1 </dev/null
        kill -s KILL "$pid" 2>/dev/null
      else
        case $told in *" $pid "*) continue ;; esac
        told="$told$pid "
        kill -s TERM "$pid" 2>/dev/null && kill -s CONT "$pid" 2>/dev/null
      fi
    done
    pause "$step"
    case $step in 0.02) step=0.1 ;; 0.1) step=0.3 ;; esac
  done
}

# end_job KEY CAUSE GRACE_MS: the first cause stands. A job that has not begun never begins.
end_job() {
  valid_key "$1" || return 64
  set -C
  { printf '%s %s\n' "$2" "$3" >"$job/ending"; } 2>/dev/null
  set +C
  if claim; then
    record_text=
    tell_end - - "$2" -
    return
  fi
  while read_record && [ -z "$ended_cause" ]; do
    end_tree "$3"
    if ! alive "$run_pid" "$run_start"; then
      read_record
      [ -n "$ended_cause" ] || [ "$run_pid" = - ] || tell_end - KILL "$2" runner-gone
      return
    fi
    pause 0.05
  done
}
