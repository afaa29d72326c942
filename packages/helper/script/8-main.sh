# ---- commands ----------------------------------------------------------------------------------------------------

queue=$root/queue serve=$root/serve script=$0 mine=
job_umask=$(umask)
umask 077
read_boot
case ${1-} in
serve | run | prepare | main | carry | contain)
  choose_launcher
  find_oom_file
  time_base
  ;;
esac
case ${1-} in
serve) serve ;;
run)
  # KEY [GPUS]: at once, outside of the queue.
  run_job "${2-}" "${3:--}" 3>/dev/null
  ;;
end)
  # KEY CAUSE GRACE_MS
  time_base
  end_job "${2-}" "${3:-cancelled}" "${4:-10000}"
  ;;
environment)
  # KEY NAME: prints where the environment is.
  use_environment "${2-}" "${3:?}"
  ;;
prepare | main | carry | contain)
  # KEY
  open_given "${2-}" || exit
  case $1 in main) run_main ;; *) "$1" ;; esac
  ;;
capacity)
  detect
  printf 'cores %s\nmemory %s\ngpus %s\nboot %s\n' "$all_cores" "$all_memory" "$all_gpus" "$boot"
  ;;
*)
  echo 'usage: DESTINO_ROOT=FOLDER destino-helper serve | run KEY [GPUS] | end KEY CAUSE GRACE_MS | environment KEY NAME | capacity | prepare KEY | main KEY | carry KEY | contain KEY' >&2
  exit 64
  ;;
esac
