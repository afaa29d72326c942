#!/bin/sh
# Runs jobs for one account on one machine, without any client: queue, slots, claim, time-out, cancel, exit record.
# Needs /bin/sh and the standard tools. Every path comes from DESTINO_ROOT:
#   jobs/KEY/    start (sourced in the job's process, ends in `launch COMMAND…`), record (padded before the start, so
#                that a full disk cannot keep the end from being told), claim, ending, stdout, stderr; stop, after (hooks);
#                build (makes the environment that the job shares with others), preparing (what keeps it from starting)
#   environments/ one folder for each environment that jobs share
#   queue/       tickets ORDER.KEY.MILLICORES.MEBIBYTES.GPUS.BOOT, in the order of their names
#   serve/       master.N (who serves), wake (a pipe with the words submit, done, tick), log
#   capacity     optional: MILLICORES MEBIBYTES GPU,GPU|-
# A record is what has happened so far, a line each; a line without its final `.` is not yet written:
#   claimed PID START BOOT MS GPUS|- .      running PID START MS .      ended CODE|- SIGNAL|- CAUSE MS NOTE|- .
# Exit codes: 97 the key is claimed by another, 98 cannot write, 64 wrong use.
set -u
root=${DESTINO_ROOT:?}
proc=${DESTINO_PROC:-/proc}
tick_s=${DESTINO_TICK_S:-2}

# ---- processes and time ------------------------------------------------------------------------------------------

# read_stat PID|self: sets stat_pid, stat_state, stat_start.
read_stat() {
  if [ -r "$proc/self/stat" ]; then
    { read -r stat_line <"$proc/$1/stat"; } 2>/dev/null || return 1
    stat_pid=${stat_line%% *}
    stat_line=${stat_line##*) }
    # shellcheck disable=SC2086
    set -- $stat_line
    stat_state=$1 stat_parent=$2 stat_group=$3 stat_start=${20}
  else
    stat_pid=$1
    # shellcheck disable=SC2016
    [ "$1" != self ] || stat_pid=$(exec sh -c 'echo "$PPID"')
    stat_line=$(ps -o stat= -o lstart= -p "$stat_pid") || return 1
    # shellcheck disable=SC2086
    set -- $stat_line
    stat_state=${1%"${1#?}"}
    shift
    stat_start=$(IFS=-; echo "$*")
  fi
}

# alive PID START: this very process, and no zombie of it.
alive() {
  [ "$1" != - ] && read_stat "$1" && [ "$stat_start" = "$2" ] && [ "$stat_state" != Z ] && [ "$stat_state" != X ]
}

read_boot() {
  boot=
  { read -r boot <"$proc/sys/kernel/random/boot_id"; } 2>/dev/null || boot=$(sysctl -n kern.boottime 2>/dev/null | tr -dc 0-9)
  boot=${boot:-unknown}
}

# uptime_now: sets uptime_cs, hundredths of a second of a clock that nobody sets.
uptime_now() {
  if { read -r uptime_text _ <"$proc/uptime"; } 2>/dev/null; then
    uptime_cs=$((${uptime_text%.*} * 100 + 1${uptime_text#*.} - 100))
  else
    uptime_cs=$(($(date +%s) * 100))
  fi
}

# time_base: the wall clock is read once; a clock that is set back later cannot make a job end before it began.
time_base() {
  uptime_now
  base_cs=$uptime_cs
  base_ms=$(date +%s%3N)
  case $base_ms in *[!0-9]*) base_ms=$(date +%s)000 ;; esac
}

# now: sets now_ms.
now() {
  uptime_now
  now_ms=$((base_ms + (uptime_cs - base_cs) * 10))
}

pause() { sleep "$1" 2>/dev/null || sleep "$((${1%.*} + 1))"; }

# choose_launcher: `launch COMMAND…` gives the job a session of its own, so that a kill of its group spares the runner,
# and the signals that a shell ignores for its background commands.
choose_launcher() {
  destino_setsid=$(command -v setsid) || destino_setsid=
  destino_env=$(command -v env) || destino_env=
  destino_perl=
  if [ -n "$destino_setsid" ]; then
    "$destino_env" --default-signal=INT,QUIT true 2>/dev/null || destino_env=
  else
    destino_perl=$(command -v perl) || destino_perl=
  fi
}

launch() {
  if [ -n "$destino_setsid" ] && [ -n "$destino_env" ]; then
    exec "$destino_setsid" "$destino_env" --default-signal=INT,QUIT "$@"
  elif [ -n "$destino_setsid" ]; then
    exec "$destino_setsid" "$@"
  elif [ -n "$destino_perl" ]; then
    # shellcheck disable=SC2016
    exec "$destino_perl" -e 'use POSIX; POSIX::setsid(); $SIG{INT} = $SIG{QUIT} = "DEFAULT"; exec { $ARGV[0] } @ARGV; exit 127' "$@"
  elif [ -n "${contained-}" ]; then
    exec "$@" # an image may have neither: the container is the session, then
  fi
  fail_setup 'there is neither setsid nor perl on this machine'
}

# fail_setup TEXT: for `start`: the job cannot begin, for a reason that is not its own.
fail_setup() {
  printf '%s\n' "$1" >"$destino_job/setup"
  exit 96
}
