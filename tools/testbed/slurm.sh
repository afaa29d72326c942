#!/usr/bin/env bash
# A private Slurm for tests, from Debian's own packages: loopback only, every daemon, key and file of its own.
#   slurm.sh up [NODES]   starts it unless it runs, with so many nodes (default 2) on this machine; prints its slurm.conf
#   slurm.sh down         ends it and removes its data
#   slurm.sh status       prints its slurm.conf, or fails when it does not run
# State: ${TESTBED_STATE:-/var/tmp/destino-testbed}/slurm. Needs root. SLURM_ACCOUNTING=none leaves the database out:
# no sacct and no QOS then. SLURM_FOR_RATE=yes leaves out what costs a job time: control groups, and the watch over
# memory. SLURM_NODE_CPUS says how many cores a node pretends to have (default 4).
# Partitions: `main` on all nodes, and `urgent` on the same, whose jobs push those of `main` out. Users of the test bed
# may take at most two cores at a time in the QOS `small`.
set -euo pipefail

state=${TESTBED_STATE:-/var/tmp/destino-testbed}/slurm
conf=$state/slurm.conf
accounting=${SLURM_ACCOUNTING:-database}
node_cpus=${SLURM_NODE_CPUS:-4}

fail() { printf 'slurm.sh: %s\n' "$*" >&2; exit 1; }

install_parts() {
  local wanted=() part
  for part in munged:munge slurmctld:slurmctld slurmd:slurmd sbatch:slurm-client; do
    command -v "${part%%:*}" >/dev/null || wanted+=("${part#*:}")
  done
  [[ -e /usr/lib/$(uname -m)-linux-gnu/slurm-wlm/proctrack_linuxproc.so ]] || wanted+=(slurm-wlm-basic-plugins)
  if [[ $accounting != none ]]; then
    for part in slurmdbd:slurmdbd mariadbd:mariadb-server; do command -v "${part%%:*}" >/dev/null || wanted+=("${part#*:}"); done
    [[ -e /usr/lib/$(uname -m)-linux-gnu/slurm-wlm/accounting_storage_mysql.so ]] || wanted+=(slurm-wlm-mysql-plugin)
  fi
  ((${#wanted[@]})) || return 0
  export DEBIAN_FRONTEND=noninteractive
  apt-get install -y --no-install-recommends "${wanted[@]}" >&2 || { apt-get update >&2 && apt-get install -y --no-install-recommends "${wanted[@]}" >&2; }
}

# free_ports COUNT: so many free ports of the loopback address, on one line.
free_ports() {
  node -e '
    const net = require("node:net");
    const open = () => new Promise((done) => { const s = net.createServer(); s.listen(0, "127.0.0.1", () => done(s)); });
    Promise.all(Array.from({ length: Number(process.argv[1]) }, open)).then((all) => {
      console.log(all.map((s) => s.address().port).join(" "));
      for (const s of all) s.close();
    });' "$1"
}

# as ACCOUNT COMMAND...
as() { local account=$1; shift; setpriv --reuid="$account" --regid="$account" --clear-groups -- "$@"; }

# begin NAME COMMAND...: a daemon in a session of its own; its pid and what it says are kept.
begin() {
  local name=$1
  shift
  setsid -- "$@" </dev/null >"$state/log/$name.out" 2>&1 &
  printf '%s %s\n' "$!" "$(awk '{ print $22 }' "/proc/$!/stat")" >"$state/run/$name.pid"
}

# lives NAME: the very process that was begun, told by pid and start time.
lives() {
  local pid start now
  { read -r pid start <"$state/run/$1.pid"; } 2>/dev/null || return 1
  now=$(awk '{ print $22 }' "/proc/$pid/stat" 2>/dev/null) && [[ $now == "$start" ]]
}

# finish NAME: ends what was begun under the name, by force after five seconds.
finish() {
  local pid tries=0
  if lives "$1"; then
    pid=$(cut -d' ' -f1 "$state/run/$1.pid")
    kill "$pid" 2>/dev/null || :
    while lives "$1" && ((tries++ < 50)); do sleep 0.1; done
    ! lives "$1" || kill -9 "$pid" 2>/dev/null || :
  fi
  rm -f "$state/run/$1.pid"
}

# within SECONDS WHAT COMMAND...: repeats a question until it is answered well.
within() {
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS >= end)); then
      tail -n 5 "$state"/log/* >&2
      fail "$what did not come up"
    fi
    sleep 0.05
  done
}

start_munge() {
  head -c 1024 /dev/urandom >"$state/munge/key"
  chown -R munge: "$state/munge"
  chmod 600 "$state/munge/key"
  # A socket and a key of its own: the machine's own munge, where there is one, is not touched.
  begin munged setpriv --reuid=munge --regid=munge --clear-groups -- munged --foreground --force --socket "$state/munge/socket" \
    --key-file "$state/munge/key" --log-file "$state/munge/log" --pid-file "$state/munge/pid" --seed-file "$state/munge/seed"
  within 20 munged test -S "$state/munge/socket"
}

# Memory limits and whole process trees by control groups where there are those of the first version; else neither OOM
# kills nor processes that left their session are Slurm's matter.
has_control_groups() { [[ -d /sys/fs/cgroup/freezer && -d /sys/fs/cgroup/memory ]]; }

# write_conf NODES CONTROLLER_PORT DATABASE_PORT NODE_PORT...
write_conf() {
  local nodes=$1 controller=$2 database=$3 host number names=()
  shift 3
  host=$(hostname -s)
  {
    cat <<CONF
ClusterName=destino
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$controller
SlurmUser=slurm
AuthType=auth/munge
AuthInfo=socket=$state/munge/socket
CredType=cred/munge
StateSaveLocation=$state/controller
SlurmdSpoolDir=$state/spool/%n
SlurmctldPidFile=$state/run/controller.own
SlurmdPidFile=$state/run/%n.own
SlurmctldLogFile=$state/log/controller.log
SlurmdLogFile=$state/log/%n.log
SlurmdParameters=config_overrides
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
DefMemPerCPU=50
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0,sched_min_interval=0
PreemptType=preempt/partition_prio
PreemptMode=CANCEL
PropagateResourceLimits=NONE
ReturnToService=2
InactiveLimit=0
KillWait=2
MinJobAge=${SLURM_MIN_JOB_AGE:-300}
MaxJobCount=20000
CONF
    [[ ${SLURM_FOR_RATE-} == yes ]] || printf '%s\n' JobAcctGatherType=jobacct_gather/linux JobAcctGatherFrequency=1
    if [[ ${SLURM_FOR_RATE-} != yes ]] && has_control_groups; then
      printf '%s\n' ProctrackType=proctrack/cgroup TaskPlugin=task/cgroup
    else
      printf '%s\n' ProctrackType=proctrack/linuxproc TaskPlugin=task/none
    fi
    if [[ $accounting == none ]]; then
      echo 'AccountingStorageType=accounting_storage/none'
    else
      printf '%s\n' 'AccountingStorageType=accounting_storage/slurmdbd' 'AccountingStorageHost=127.0.0.1' \
        "AccountingStoragePort=$database" "AccountingStoragePass=$state/munge/socket" 'AccountingStorageEnforce=associations,limits,qos'
    fi
    for ((number = 1; number <= nodes; number++)); do
      names+=("n$number")
      echo "NodeName=n$number NodeHostname=$host NodeAddr=127.0.0.1 Port=$1 CPUs=$node_cpus RealMemory=2000 State=UNKNOWN Feature=plain,${names[-1]}"
      shift
    done
    local all
    all=$(IFS=,; echo "${names[*]}")
    echo "PartitionName=main Nodes=$all Default=YES MaxTime=INFINITE PriorityTier=1 State=UP"
    echo "PartitionName=urgent Nodes=$all MaxTime=INFINITE PriorityTier=10 PreemptMode=OFF State=UP"
  } >"$conf"
  printf '%s\n' CgroupPlugin=cgroup/v1 CgroupMountpoint=/sys/fs/cgroup ConstrainRAMSpace=yes ConstrainSwapSpace=no >"$state/cgroup.conf"
}

# start_database CONTROLLER_HOST DATABASE_PORT SQL_PORT
start_database() {
  local host=$1 port=$2 sql=$3
  chown mysql: "$state/mysql"
  mariadb-install-db --user=mysql --datadir="$state/mysql" --skip-test-db --auth-root-authentication-method=normal >"$state/log/mysql-install" 2>&1
  begin mariadb mariadbd --no-defaults --user=mysql --datadir="$state/mysql" --socket="$state/mysql/socket" --bind-address=127.0.0.1 --port="$sql" \
    --innodb-buffer-pool-size=64M --innodb-lock-wait-timeout=900 --innodb-flush-log-at-trx-commit=0
  within 60 mariadb mariadb -S "$state/mysql/socket" -u root -e 'select 1'
  mariadb -S "$state/mysql/socket" -u root -e "create database slurm; create user slurm@'127.0.0.1' identified by 'slurm'; grant all on slurm.* to slurm@'127.0.0.1'"
  printf '%s\n' AuthType=auth/munge "AuthInfo=socket=$state/munge/socket" "DbdHost=$host" DbdAddr=127.0.0.1 "DbdPort=$port" SlurmUser=slurm \
    StorageType=accounting_storage/mysql StorageHost=127.0.0.1 "StoragePort=$sql" StorageUser=slurm StoragePass=slurm StorageLoc=slurm \
    "PidFile=$state/run/database.own" "LogFile=$state/log/database.log" >"$state/slurmdbd.conf"
  chown slurm: "$state/slurmdbd.conf"
  chmod 600 "$state/slurmdbd.conf"
  begin database setpriv --reuid=slurm --regid=slurm --clear-groups -- env SLURM_CONF="$conf" slurmdbd -D
  within 60 slurmdbd bash -c "exec 3<>/dev/tcp/127.0.0.1/$port"
  within 30 'the cluster in the database' sacctmgr -i add cluster destino
  {
    sacctmgr -i add account trial cluster=destino
    sacctmgr -i add qos small set MaxTRESPerUser=cpu=2
    sacctmgr -i add user root account=trial cluster=destino qos=normal,small defaultqos=normal
  } >"$state/log/accounts" 2>&1 || { cat "$state/log/accounts" >&2; fail 'the accounts could not be made'; }
}

all_idle() { [[ $(sinfo -h -N -p main -t idle -o %N | wc -l) -eq $1 ]]; }

start() {
  local nodes=$1 ports number
  [[ $EUID -eq 0 ]] || fail 'a Slurm of its own needs root'
  install_parts
  stop
  mkdir -p "$state"/{run,log,munge,controller,spool,mysql}
  chmod 755 "$state"
  chown slurm: "$state/controller" "$state/log" "$state/run"
  read -r -a ports < <(free_ports $((nodes + 3)))
  export SLURM_CONF=$conf
  start_munge
  write_conf "$nodes" "${ports[0]}" "${ports[1]}" "${ports[@]:3}"
  [[ $accounting == none ]] || start_database "$(hostname -s)" "${ports[1]}" "${ports[2]}"
  begin controller setpriv --reuid=slurm --regid=slurm --clear-groups -- slurmctld -D -f "$conf"
  for ((number = 1; number <= nodes; number++)); do
    mkdir -p "$state/spool/n$number"
    begin "n$number" slurmd -D -f "$conf" -N "n$number"
  done
  within 60 'all nodes' all_idle "$nodes"
}

running() { lives controller && SLURM_CONF=$conf timeout 10 scontrol ping 2>/dev/null | grep -q UP; }

stop() {
  local file
  [[ -d $state ]] || return 0
  if lives controller; then SLURM_CONF=$conf timeout 10 scancel --user=root 2>/dev/null || :; fi
  for file in "$state"/run/n*.pid; do
    [[ ! -e $file ]] || { file=${file##*/}; finish "${file%.pid}"; }
  done
  for file in controller database mariadb munged; do finish "$file"; done
  if has_control_groups; then
    for file in "$state"/spool/n*; do
      find /sys/fs/cgroup/{freezer,memory,cpuset,devices,cpu,cpuacct}/"slurm_${file##*/}" -depth -type d -exec rmdir {} + 2>/dev/null || :
    done
  fi
  rm -rf "$state"
}

case ${1:-} in
  up)
    # One at a time, so that two callers get the same cluster.
    mkdir -p "${state%/*}" && exec 9>"${state%/*}/slurm.lock" && flock 9
    running || start "${2:-2}" 9>&-
    printf '%s\n' "$conf"
    ;;
  down) stop ;;
  status) if running; then printf '%s\n' "$conf"; else fail "it does not run; start it: $0 up"; fi ;;
  *) fail "usage: $0 up [NODES] | down | status" ;;
esac
