# ---- environments ------------------------------------------------------------------------------------------------
# environments/NAME/ holds claim.N (PID START BOOT of who builds, the highest counts), N/ (the environment), N.log, and
# complete (the number of the finished one). A number is never used twice, so that what a killed builder left, even its
# processes, cannot disturb the next one.

# use_environment KEY NAME: prints the folder of the finished environment. Built by the job's file `build`, once, by
# whichever job comes first; the others wait for it. What the builder says goes to stderr.
use_environment() {
  valid_key "$1" || exit 64
  destino_job=$job environment=$root/environments/$2 waiting=
  unset DESTINO_ROOT
  mkdir -p "$environment" || fail_setup "the folder $environment cannot be made"
  read_stat self
  own="$stat_pid $stat_start $boot" own_pid=$stat_pid
  until read_complete; do
    newest_claim
    if [ "$newest" -gt 0 ] && builder_lives; then
      [ -n "$waiting" ] || echo 'another job builds this environment: waiting for it' | tee "$job/preparing" >&2
      waiting=yes
      pause 0.2
    elif claim_build $((newest + 1)); then
      read_complete || build_environment $((newest + 1))
    fi
  done
  rm -f "$job/preparing"
  [ ! -r "$environment/$complete/left-out" ] || cat "$environment/$complete/left-out" >&2
  printf '%s\n' "$environment/$complete"
}

read_complete() {
  complete=
  { read -r complete <"$environment/complete"; } 2>/dev/null
  [ -n "$complete" ] && [ -d "$environment/$complete" ]
}

newest_claim() {
  newest=0
  for path in "$environment"/claim.*; do
    number=${path##*.}
    case $number in *[!0-9]*) continue ;; esac
    [ "$number" -le "$newest" ] || newest=$number
  done
}

builder_lives() {
  builder_boot=
  { read -r builder_pid builder_start builder_boot <"$environment/claim.$newest"; } 2>/dev/null
  [ "$builder_boot" = "$boot" ] && alive "$builder_pid" "$builder_start"
}

# claim_build N: a link appears whole and only once.
claim_build() {
  { printf '%s\n' "$own" >"$environment/draft.$own_pid"; } 2>/dev/null || fail_setup "$environment cannot be written"
  ln "$environment/draft.$own_pid" "$environment/claim.$1" 2>/dev/null
  claimed=$?
  rm -f "$environment/draft.$own_pid"
  if [ "$claimed" -ne 0 ] && ! [ -e "$environment/claim.$1" ]; then fail_setup "$environment takes no links"; fi
  return "$claimed"
}

build_environment() {
  target=$environment/$1
  echo 'building its virtual environment' >"$job/preparing"
  for path in "$environment"/*; do
    case ${path##*/} in claim.* | draft.* | complete) ;; *) rm -rf "$path" 2>/dev/null ;; esac
  done
  {
    sh "$job/build" "$target" 2>&1
    echo "$?" >"$target.status"
  } </dev/null | tee "$target.log" >&2
  status=1
  { read -r status <"$target.status"; } 2>/dev/null
  if [ "$status" != 0 ]; then
    why=$(sed -n 's/^ERROR: //p; s/^error: //p; s/^ *[×✗] *//p' "$target.log" | head -n 1)
    fail_setup "its environment could not be built: ${why:-$(tail -n 1 "$target.log")} (the log has all of it; --env-relaxed leaves out what cannot be had)"
  fi
  printf '%s\n' "$1" >"$environment/complete.$1"
  mv -f "$environment/complete.$1" "$environment/complete"
}
