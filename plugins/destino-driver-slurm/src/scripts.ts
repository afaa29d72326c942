import { lookUp } from './layout.ts';

/** What is known under the key `$1`: its number and shape, or nothing. */
export const findScript = `${lookUp}job=$root/jobs/$1
[ ! -e "$job/released" ] && [ -s "$job/shape" ] || exit 0
known "$1" || exit 1
[ -n "$id" ] || exit 0
read -r nodes each <"$job/shape"
echo "$id $nodes $each"
`;

/**
 * Asks for the end of key \`$1\` with a grace period of \`$2\` milliseconds: a mark that a batch script sees before it begins,
 * then what waits is taken out of the queue, and the batch script of what runs is told. Asked again, the shorter grace
 * period holds. What did not heed that within
 * a minute and the grace period is ended by Slurm itself, at the next call.
 */
export const cancelScript = `${lookUp}umask 077
job=$root/jobs/$1
[ -d "$job" ] && [ ! -e "$job/released" ] || exit 0
list=$(ids "$1") || exit 1
set -C
{ echo "cancelled $2" >"$job/ending"; } 2>/dev/null
set +C
[ -e "$job/ending" ] || { echo "no word can be written into $job" >&2; exit 1; }
read -r cause before <"$job/ending"
if [ "$2" -lt "\${before:-0}" ]; then echo "$cause $2" >"$job/ending.$$" && mv "$job/ending.$$" "$job/ending" || exit 1; fi
late=$(find "$job/ending" -mmin "+$(($2 / 60000 + 1))")
for id in $list; do
  scancel --state=PENDING "$id" 2>/dev/null
  scancel --batch --signal=TERM "$id" 2>/dev/null
  [ -z "$late" ] || scancel "$id" 2>/dev/null
done
exit 0
`;

/** Frees what the attempt of key \`$1\` needed to run. Its log and its outputs stay. */
export const releaseScript = `job=$root/jobs/$1
[ -d "$job" ] || exit 0
: >"$job/released" || exit 1
for path in "$job"/* "$job"/.[!.]*; do
  case \${path##*/} in about.json | claim | jobid | ending | shape | ranks | named | metrics | released | work) ;; *) rm -rf "$path" || exit 1 ;; esac
done
for path in "$job"/work/* "$job"/work/.[!.]*; do
  [ "\${path##*/}" = outputs ] || rm -rf "$path" || exit 1
done
exit 0
`;

/** The marks of all jobs of this folder that were not released, a line each. */
export const ownedScript = `for file in "$root"/jobs/*/about.json; do
  [ -s "$file" ] && [ ! -e "\${file%/*}/released" ] || continue
  cat "$file"
done
exit 0
`;

/** Ends and removes key \`$1\`; ends with 75 when it is still running after a while. */
export const removeScript = `${lookUp}job=$root/jobs/$1
list=$(ids "$1") || exit 1
[ ! -d "$job" ] || { set -C; { echo "cancelled 0" >"$job/ending"; } 2>/dev/null; set +C; }
for id in $list; do scancel "$id" 2>/dev/null; done
tries=0
while [ -n "$list" ]; do
  left=
  for id in $(squeue -h -u "$me" -t PENDING,RUNNING,SUSPENDED,CONFIGURING,COMPLETING -o %A); do
    case " $(echo $list) " in *" $id "*) left=$id ;; esac
  done
  [ -n "$left" ] || break
  tries=$((tries + 1))
  [ "$tries" -lt 40 ] || exit 75
  sleep 0.5
done
rm -rf "$job"
`;

/** Regular files below \`$1\`, or \`$1\` itself: \`SIZE PATH\`, NUL after each. */
export const listScript = `[ -e "$1" ] || exit 0
find "$1" -type f -printf '%s %P\\0'
`;

/** A piece of file \`$1\` from byte \`$2\` on, at most \`$3\` bytes; refuses what leads out of folder \`$4\`. */
export const fetchScript = `[ -f "$1" ] || exit 66
real=$(readlink -f "$1") below=$(readlink -f "$4")
case $real in "$below" | "$below"/*) ;; *) exit 77 ;; esac
tail -c "+$(($2 + 1))" "$real" | head -c "$3"
`;
