#!/usr/bin/env bash
# Machines to be reached by SSH, made of this one: each has its own network, processes, host name, disk (a copy-on-write
# view of this system, on memory of limited size), sshd, host key and the account `runner`.
#   sshlab.sh up [N]            makes and boots N machines (default 2); prints a JSON line for each
#   sshlab.sh cut|heal I        pulls the cable, puts it back (heal ends blackhole and loss, too)
#   sshlab.sh blackhole I       packets vanish without a word
#   sshlab.sh loss I PERCENT    some packets vanish
#   sshlab.sh drop I            ends every connection to its SSH service at once
#   sshlab.sh freeze|thaw I     the whole machine stands still, its connections stay open
#   sshlab.sh kill|boot I       power cut; start with the disk as it was
#   sshlab.sh sshd I stop|start the SSH service goes and comes; what is connected stays
#   sshlab.sh rekey I           another host key, after a reboot
#   sshlab.sh fill|unfill I     the disk is full, and no longer
#   sshlab.sh down              removes everything
# State: ${TESTBED_STATE:-/var/tmp/destino-testbed}/sshlab. Needs root, openssh-server, iproute2, iptables. Two at once need another
# SSHLAB_NETWORK each, three numbers of an address.
set -euo pipefail

state=${TESTBED_STATE:-/var/tmp/destino-testbed}/sshlab
network=${SSHLAB_NETWORK:-198.18.77} # of a range kept for measurements; nothing leaves this machine
disk_mb=${SSHLAB_DISK_MB:-192}
account=runner

fail() { printf 'sshlab.sh: %s\n' "$*" >&2; exit 1; }
[[ $EUID -eq 0 ]] || fail 'it needs root'

address() { echo "$network.$((4 * $1 + 2))"; }
cable() { echo "ds${network##*.}-$1"; }
known() { [[ ${1:-} =~ ^[0-9]+$ && -d $state/$1 ]] || fail "there is no machine '${1:-}'"; }

until_so() { # SECONDS WHAT COMMAND...
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@"; do
    ((SECONDS < end)) || fail "waited in vain for $what"
    sleep 0.05
  done
}

answers() { [[ $(timeout 1 bash -c "exec 3<>/dev/tcp/$(address "$1")/22 && head -c 4 <&3" 2>/dev/null) == SSH- ]]; }
silent() { ! timeout 1 bash -c "exec 3<>/dev/tcp/$(address "$1")/22" 2>/dev/null; }

make() {
  local place=$state/$1
  [[ ! -d $place ]] || return 0
  mkdir -p "$place/disk" "$place/root"
  mount -t tmpfs -o "size=${disk_mb}m,mode=755" destino-sshlab "$place/disk"
  mkdir -p "$place/disk/"{upper/etc/ssh,work,own}
  ssh-keygen -q -t ed25519 -N '' -C "machine $1" -f "$place/disk/upper/etc/ssh/lab_key"
}

wire() {
  local name
  name=$(cable "$1")
  unwire "$1"
  ip netns add "$name"
  ip link add "$name" type veth peer name eth0 netns "$name"
  ip addr add "$network.$((4 * $1 + 1))/30" dev "$name"
  ip link set "$name" up
  ip -n "$name" addr add "$(address "$1")/30" dev eth0
  ip -n "$name" link set lo up
  ip -n "$name" link set eth0 up
}

unwire() {
  ip link del "$(cable "$1")" 2>/dev/null || true
  ip netns del "$(cable "$1")" 2>/dev/null || true
}

boot() {
  local place=$state/$1
  [[ ! -e $place/pid ]] || fail "machine $1 is up"
  wire "$1"
  rm -f "$place/order"
  setsid nsenter "--net=/run/netns/$(cable "$1")" unshare --fork --kill-child --pid --uts --ipc --mount --propagation private \
    bash "${BASH_SOURCE[0]}" inside "$1" >"$place/log" 2>&1 </dev/null &
  echo $! >"$place/pid"
  until_so 20 "the sshd of machine $1" answers "$1"
  printf '%s %s\n' "$(address "$1")" "$(cut -d' ' -f1,2 "$place/disk/upper/etc/ssh/lab_key.pub")" >"$place/known_hosts"
}

# The first process of a machine, in namespaces of its own: when it ends, all of the machine ends.
inside() {
  local place=$state/$1 key folder
  key=$(cat "$state/client.pub")
  mount -t overlay overlay -o "lowerdir=/,upperdir=$place/disk/upper,workdir=$place/disk/work" "$place/root"
  cd "$place/root"
  mount --rbind /dev dev
  mount -t proc proc proc
  mount -t tmpfs -o mode=755,size=8m tmpfs run
  for folder in tmp root home var/tmp mnt; do
    mkdir -p "$place/disk/own/$folder"
    mount --bind "$place/disk/own/$folder" "$folder"
  done
  chmod 1777 tmp var/tmp
  mkdir -p run/sshd run/outside
  mount --bind "$place" run/outside
  pivot_root . mnt
  cd /
  umount -l /mnt
  hostname "machine$1"
  id "$account" >/dev/null 2>&1 || useradd -s /bin/bash -p '*' "$account"
  install -d -m 700 -o "$account" -g "$account" "/home/$account" "/home/$account/.ssh"
  printf '%s\n' "$key" >"/home/$account/.ssh/authorized_keys"
  chown "$account:" "/home/$account/.ssh/authorized_keys"
  chmod 600 "/home/$account/.ssh/authorized_keys"
  printf '%s\n' 'Port 22' 'HostKey /etc/ssh/lab_key' 'PidFile /run/sshd.pid' 'PasswordAuthentication no' 'KbdInteractiveAuthentication no' \
    'PermitRootLogin no' 'UsePAM no' "AllowUsers $account" >/etc/ssh/lab_config
  listen() { env -i PATH=/usr/local/bin:/usr/bin:/bin LANG=C.UTF-8 /usr/sbin/sshd -f /etc/ssh/lab_config; }
  listen
  while :; do
    if [[ -s /run/outside/order ]]; then
      case $(cat /run/outside/order) in
      stop) kill "$(cat /run/sshd.pid)" 2>/dev/null || true ;;
      start) listen || true ;;
      esac
      rm -f /run/outside/order
    fi
    sleep 0.1
  done
}

# The cable first, so that no farewell gets out.
cut_power() {
  local place=$state/$1 pid
  ip link set "$(cable "$1")" down 2>/dev/null || true
  if [[ -e $place/pid ]]; then
    pid=$(<"$place/pid")
    thaw "$1"
    kill -KILL -- "-$pid" 2>/dev/null || true
    until_so 10 "the end of machine $1" bash -c "! pgrep -g $pid >/dev/null"
    rm -f "$place/pid"
  fi
  unwire "$1"
}

# inside_of MACHINE OPTION...: processes in the machine's own process space, as pgrep finds them.
inside_of() {
  local first
  first=$(pgrep -g "$(<"$state/$1/pid")" -f "^bash .*sshlab.sh inside $1" | tail -n 1)
  shift
  [[ -z $first ]] || pgrep --ns "$first" --nslist pid "$@" || true
}
freeze() { inside_of "$1" . | xargs -r kill -STOP 2>/dev/null || true; }
thaw() { inside_of "$1" . | xargs -r kill -CONT 2>/dev/null || true; }
sessions() { inside_of "$1" -f "^sshd: $account"; }

impair() { # MACHINE RULE...: on both ways, within the machine's own network
  local name chain
  name=$(cable "$1")
  shift
  for chain in INPUT OUTPUT; do ip netns exec "$name" iptables -A "$chain" "$@"; done
}

case ${1:-} in
up)
  mkdir -p "$state"
  [[ -e $state/client ]] || ssh-keygen -q -t ed25519 -N '' -C sshlab -f "$state/client"
  for ((i = 1; i <= ${2:-2}; i++)); do
    make "$i"
    [[ -e $state/$i/pid ]] || boot "$i"
    printf '{"machine":%d,"host":"%s","user":"%s","identityFile":"%s","knownHostsFile":"%s"}\n' "$i" "$(address "$i")" "$account" "$state/client" "$state/$i/known_hosts"
  done
  ;;
inside) inside "$2" ;;
cut) known "${2:-}"; ip link set "$(cable "$2")" down ;;
heal)
  known "${2:-}"
  ip link set "$(cable "$2")" up
  ip netns exec "$(cable "$2")" iptables -F
  ;;
blackhole) known "${2:-}"; impair "$2" -j DROP ;;
loss) known "${2:-}"; impair "$2" -m statistic --mode random --probability "0.$(printf '%02d' "$3")" -j DROP ;;
drop) known "${2:-}"; sessions "$2" | xargs -r kill -KILL 2>/dev/null || true ;;
freeze | thaw) known "${2:-}"; "$1" "$2" ;;
kill) known "${2:-}"; cut_power "$2" ;;
boot) known "${2:-}"; boot "$2" ;;
sshd)
  known "${2:-}"
  echo "$3" >"$state/$2/order"
  if [[ $3 == start ]]; then until_so 10 'the sshd' answers "$2"; else until_so 10 "the sshd's end" silent "$2"; fi
  ;;
rekey)
  known "${2:-}"
  cut_power "$2"
  rm -f "$state/$2/disk/upper/etc/ssh/lab_key"*
  ssh-keygen -q -t ed25519 -N '' -C "machine $2" -f "$state/$2/disk/upper/etc/ssh/lab_key"
  cp "$state/$2/known_hosts" "$state/$2/known_before"
  boot "$2"
  ;;
fill) known "${2:-}"; dd if=/dev/zero of="$state/$2/disk/own/filler" bs=64k 2>/dev/null || true ;;
unfill) known "${2:-}"; rm -f "$state/$2/disk/own/filler" ;;
down)
  for place in "$state"/[0-9]*; do
    [[ -d $place ]] || continue
    cut_power "${place##*/}"
    umount -l "$place/disk" 2>/dev/null || true
  done
  rm -rf "$state"
  ;;
*) sed -n '2,/^set /s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
