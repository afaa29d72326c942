# ---- logs and outputs ------------------------------------------------------------------------------------------------

# frame NAME FILE: one file of a size that does not change while it is read.
frame() {
  size=$(($(wc -c <"$2")))
  echo "$1 $size"
  cat "$2"
}

# logs WAIT_S: lines `KEY STDOUT STDERR` (bytes read so far) on standard input. As soon as one has more, or has ended, or
# the time is over: for each `log KEY STREAM SIZE` with so many bytes, at most 4 MiB a stream, and `ended KEY` when there
# is nothing more to come.
logs() {
  read_boot
  wanted=$(cat)
  uptime_now
  deadline_cs=$((uptime_cs + $1 * 100)) step=0.05
  while :; do
    any=
    while read -r key out err; do
      valid_key "$key" || continue
      # Asked before the sizes are: nothing is written after an end.
      over=
      log_over && over=yes
      out_size=0 err_size=0
      # shellcheck disable=SC2046
      set -- $(cd "$job" 2>/dev/null && wc -c stdout stderr 2>/dev/null)
      while [ $# -ge 2 ]; do
        case $2 in stdout) out_size=$1 ;; stderr) err_size=$1 ;; esac
        shift 2
      done
      log_piece stdout "$out" "$out_size"
      log_piece stderr "$err" "$err_size"
      if [ -n "$over" ] && [ "$((out_size - out))" -le 4194304 ] && [ "$((err_size - err))" -le 4194304 ]; then any=yes && echo "ended $key"; fi
    done <<W
$wanted
W
    uptime_now
    [ -z "$any" ] && [ "$uptime_cs" -lt "$deadline_cs" ] || break
    pause "$step"
    case $step in 0.05) step=0.1 ;; 0.1) step=0.25 ;; esac
  done
  echo end
}

log_piece() {
  size=$(($3 - $2))
  [ "$size" -gt 0 ] || return 0
  [ "$size" -le 4194304 ] || size=4194304
  any=yes
  echo "log $key $1 $size"
  tail -c "+$(($2 + 1))" "$job/$1" | head -c "$size"
}

# log_over: nothing will be written any more.
log_over() {
  [ -e "$job/record" ] && [ ! -e "$job/released" ] || return 0
  read_record
  [ -z "$ended_cause" ] || return 0
  [ "$run_pid" != - ] || return 1
  ! alive "$run_pid" "$run_start" && ! alive "$job_pid" "$job_start"
}

digest() {
  if command -v sha256sum >/dev/null 2>&1; then sha256sum
  elif command -v shasum >/dev/null 2>&1; then shasum -a 256
  else echo -; fi
}

# outputs KEY: `ROOT` folders come on standard input, one a line; answers records `HASH SIZE ROOT_NUMBER PATH`, each
# ended by a NUL. Symbolic links are not followed: they may lead anywhere.
outputs() {
  valid_key "$1" || trouble contract "'$1' is no key"
  number=0
  while IFS= read -r place; do
    number=$((number + 1))
    if [ -f "$place" ] && [ ! -L "$place" ]; then
      output_line "$place" "$number" ''
    elif [ -d "$place" ] && [ ! -L "$place" ]; then
      (
        export number digest_tool
        cd "$place" || exit 0
        digest_tool=$(command -v sha256sum || command -v shasum) || digest_tool=
        # shellcheck disable=SC2016
        find . -type f -exec sh -c '
          for file; do
            sum=-
            case $digest_tool in */sha256sum) sum=$(sha256sum <"$file") ;; */shasum) sum=$(shasum -a 256 <"$file") ;; esac
            printf "%s %s %s %s\0" "${sum%% *}" "$(($(wc -c <"$file")))" "$number" "${file#./}"
          done' sh {} +
      )
    fi
  done
}

output_line() {
  sum=$(digest <"$1")
  printf '%s %s %s %s\0' "${sum%% *}" "$(($(wc -c <"$1")))" "$2" "$3"
}

# about KEY: what the job's folder says of itself.
about() {
  valid_key "$1" || trouble contract "'$1' is no key"
  [ -e "$job/released" ] || [ ! -e "$job/about.json" ] || cat "$job/about.json"
}

# read_output FROM: the output's folder or file and the path within, each on a line of standard input. The way to a file
# may hold no link that leads out of the output.
read_output() {
  IFS= read -r place
  IFS= read -r within || :
  if [ -n "$within" ] && [ -d "$place" ]; then
    file=$place/$within
    real=$(cd "$place" && pwd -P) || trouble not-found "there is no output '$place'"
    at=$(cd "$(dirname "$file")" 2>/dev/null && pwd -P) || trouble not-found "there is no file '$within'"
    case $at/ in "$real"/*) ;; *) trouble forbidden "'$within' leads out of its output" ;; esac
    [ ! -L "$file" ] || trouble forbidden "'$within' is a link"
  else
    file=$place
  fi
  [ -f "$file" ] || trouble not-found "there is no file '$within'"
  echo data
  exec tail -c "+$(($1 + 1))" "$file"
}
