# ---- capacity ----------------------------------------------------------------------------------------------------

# detect: sets all_cores (thousandths), all_memory (MiB), all_gpus (indices).
detect() {
  all_cores=$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)000
  all_memory=$(($(getconf _PHYS_PAGES 2>/dev/null || echo 0) * $(getconf PAGESIZE 2>/dev/null || echo 4096) / 1048576))
  all_gpus=$(nvidia-smi --query-gpu=index --format=csv,noheader 2>/dev/null | tr '\n' ' ')
  if { read -r a b c <"$root/capacity"; } 2>/dev/null; then
    all_cores=$a all_memory=$b all_gpus=$(echo "${c#-}" | tr , ' ')
  fi
}

# ---- who serves --------------------------------------------------------------------------------------------------

# others_serve: 0 when a living process other than this one serves; sets top, the highest number seen.
others_serve() {
  top=0 others=1
  for path in "$serve"/master.[0-9]*; do
    [ -e "$path" ] || continue
    [ "${path##*.}" -le "$top" ] || top=${path##*.}
    [ "$path" != "$mine" ] || continue
    { read -r a b c <"$path"; } 2>/dev/null || continue
    if [ "$c" = "$boot" ] && alive "$a" "$b"; then others=0; else rm -f "$path"; fi
  done
  return "$others"
}

# acquire: 0 we serve, 1 another does, 98 cannot write. A hard link comes into being whole and only once. Two that
# see each other both step back and try again; should two serve all the same, the claims keep every job single.
acquire() {
  mine=
  read_stat self
  apply=$serve/apply.$stat_pid
  { printf '%s %s %s\n' "$stat_pid" "$stat_start" "$boot" >"$apply"; } 2>/dev/null || return 98
  acquired=1
  until others_serve; do
    mine=$serve/master.$((top + 1))
    if ln "$apply" "$mine" 2>/dev/null; then
      others_serve || { acquired=0; break; }
      rm -f "$mine"
    elif [ ! -e "$mine" ]; then
      acquired=98
      break
    fi
    mine=
    pause "0.0$(($$ % 10))"
  done
  rm -f "$apply"
  return "$acquired"
}

# ---- the queue ---------------------------------------------------------------------------------------------------

# enqueue TICKET: once for each key, whoever tells of it.
enqueue() {
  IFS=. read -r _ a cores memory gpus b <<E
$1
E
  valid_key "$a" || return 0
  case $cores$memory$gpus in *[!0-9]* | '') return 0 ;; esac
  eval "[ -z \"\${ticket_$key-}\" ]" || return 0
  case $boot in "$b"*) ;; *) spent="$spent $1"; return 0 ;; esac
  eval "ticket_$key=\$1"
  if [ -e "$job/claim" ]; then
    adopt "$cores" "$memory" "$gpus"
  elif [ "$cores" -gt "$all_cores" ] || [ "$memory" -gt "$all_memory" ] || [ "$gpus" -gt "$all_gpu_count" ]; then
    # shellcheck disable=SC2030 # what the job's own subshell sets is its own
    (claim && record_text='' && tell_end - - setup too-large)
    forget "$key"
  else
    tail=$((tail + 1)) waiting=$((waiting + 1))
    eval "queue_$tail=\"\$key \$cores \$memory \$gpus\""
  fi
}

# forget KEY: its ticket can go.
forget() {
  eval "spent=\"\$spent \$ticket_$1\"; unset ticket_$1"
  spent_count=$((spent_count + 1))
  [ "$spent_count" -lt 200 ] || drop_spent
}

drop_spent() {
  # shellcheck disable=SC2086
  [ -z "$spent" ] || (cd "$queue" && rm -f $spent)
  spent='' spent_count=0
}

# adopt CORES MEMORY GPUS: a job that an earlier server started and that may still be running.
adopt() {
  read_record
  if [ -z "$ended_cause" ] && [ "$run_boot" = "$boot" ] && { alive "$run_pid" "$run_start" || alive "$job_pid" "$job_start"; }; then
    case $run_gpus in -) gpu_list='' ;; *) gpu_list=$(echo "$run_gpus" | tr , ' ') ;; esac
    for a in $gpu_list; do free_gpus=$(echo " $free_gpus " | sed "s/ $a / /"); done
    hold "$key" "$1" "$2" "$3" - "$run_gpus"
  else
    forget "$key"
  fi
}

# hold KEY CORES MEMORY GPUS PID INDICES
hold() {
  free_cores=$((free_cores - $2)) free_memory=$((free_memory - $3)) free_gpu_count=$((free_gpu_count - $4))
  held_count=$((held_count + 1))
  held="$held$1 "
  eval "held_$1=\"\$2 \$3 \$4 \$5 \$6\""
}

# release KEY
release() {
  eval "set -- \"\$1\" \${held_$1-}"
  [ $# -eq 6 ] || return 0
  [ "$5" = - ] || wait "$5" 2>/dev/null
  free_cores=$((free_cores + $2)) free_memory=$((free_memory + $3)) free_gpu_count=$((free_gpu_count + $4))
  [ "$6" = - ] || free_gpus="$free_gpus $(echo "$6" | tr , ' ')"
  held_count=$((held_count - 1))
  held="${held%%"$1 "*}${held#*"$1 "}"
  unset "held_$1"
  forget "$1"
}

# take_gpus COUNT: sets taken (a,b or -).
take_gpus() {
  taken=''
  set -- "$1" "$free_gpus"
  for a in $2; do
    [ "$1" -gt 0 ] || break
    taken="${taken:+$taken,}$a"
    set -- "$(($1 - 1))" "$2"
    free_gpus=$(echo " $free_gpus " | sed "s/ $a / /")
  done
  taken=${taken:--}
}

# shellcheck disable=SC2120 # `set --` inside eval
# start_ready: in the order of tickets. A later job may go first only with what no earlier one is waiting for.
start_ready() {
  room_cores=$free_cores room_memory=$free_memory room_gpus=$free_gpu_count index=$head
  while [ "$index" -le "$tail" ] && [ "$room_cores" -gt 0 ]; do
    eval "set -- \${queue_$index-}"
    if [ $# -eq 4 ]; then
      fits=0
      if [ -e "$root/jobs/$1/claim" ]; then
        fits=1 # ended before it began, or started by hand
        forget "$1"
      elif [ "$2" -le "$room_cores" ] && [ "$3" -le "$room_memory" ] && [ "$4" -le "$room_gpus" ]; then
        fits=1
        take_gpus "$4"
        runner "$1" "$taken" &
        hold "$1" "$2" "$3" "$4" "$!" "$taken"
      fi
      [ "$fits" -eq 0 ] || { unset "queue_$index"; waiting=$((waiting - 1)); }
      room_cores=$((room_cores - $2)) room_memory=$((room_memory - $3)) room_gpus=$((room_gpus - $4))
      [ "$room_memory" -ge 0 ] || room_memory=0
      [ "$room_gpus" -ge 0 ] || room_gpus=0
    fi
    eval "[ -n \"\${queue_$head-}\" ]" || [ "$head" -gt "$tail" ] || head=$((head + 1))
    index=$((index + 1))
  done
}

# runner KEY GPUS: a job beside the queue. Should the server be gone at the end, the queue goes on from here.
runner() {
  run_job "$1" "$2"
  echo "done $1" >&3
  if ! kill -s 0 "$$" 2>/dev/null; then
    umask "$job_umask"
    exec /bin/sh "$script" serve 3>&-
  fi
}

# shellcheck disable=SC2120
# look_after: gives back what is held by runners that were killed.
look_after() {
  for key in $held; do
    eval "set -- \$held_$key"
    job=$root/jobs/$key
    read_record
    if [ "$4" != - ] && read_stat "$4" && [ "$stat_state" != Z ] && [ "$run_pid" = - ]; then continue; fi
    alive "$run_pid" "$run_start" || alive "$job_pid" "$job_start" || release "$key"
  done
}

scan() {
  for path in "$queue"/*; do [ ! -e "$path" ] || enqueue "${path##*/}"; done
}

# arm: one tick to come, from a process that holds nothing but the pipe.
arm() {
  [ "$timer" = - ] || return 0
  (
    sleep "$tick_s" 3>&-
    echo tick >&3
  ) </dev/null >/dev/null 2>&1 &
  timer=$!
}

# serve: until there has been nothing to do for a while.
serve() {
  mkdir -p "$queue" "$serve" "$root/jobs" 2>/dev/null
  [ -p "$serve/wake" ] || mkfifo "$serve/wake" 2>/dev/null || [ -p "$serve/wake" ] || return 98
  acquire || return $?
  exec 3<>"$serve/wake"
  echo serving # whoever started us may write tickets' names from here on
  exec >/dev/null
  detect
  # shellcheck disable=SC2086
  set -- $all_gpus
  all_gpu_count=$#
  free_cores=$all_cores free_memory=$all_memory free_gpus=$all_gpus free_gpu_count=$#
  head=1 tail=0 waiting=0 held='' held_count=0 spent='' spent_count=0 timer=- quiet=0
  scan
  while start_ready; do
    arm
    read -r verb a <&3 || continue
    case $verb in
    submit) quiet=0 && enqueue "$a" ;;
    done) valid_key "$a" && release "$a" ;;
    tick)
      wait "$timer" 2>/dev/null
      timer=-
      look_after
      if [ "$waiting" -gt 0 ] || [ "$held_count" -gt 0 ]; then quiet=0; else quiet=$((quiet + 1)); fi
      [ "$quiet" -lt 2 ] || { leave && return 0; }
      ;;
    esac
  done
}

# leave: gives the place up first and looks at the queue afterwards, so that no ticket falls between: whoever wrote it
# either finds nobody serving, or wrote it before this look.
leave() {
  drop_spent
  rm -f "$mine"
  scan
  [ "$waiting" -gt 0 ] || [ "$held_count" -gt 0 ] || return 0
  acquire || return 0
  quiet=0
  return 1
}
