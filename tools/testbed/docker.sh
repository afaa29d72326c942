#!/usr/bin/env bash
# A private Docker engine for tests, from Debian's own packages: its own socket, data and images, no network.
#   docker.sh up      starts it unless it runs, makes the image destino-test/shell:1, prints its DOCKER_HOST
#   docker.sh python  makes the image destino-test/python:1 of this machine's python3, with curl, tar and CA certificates
#   docker.sh registry  starts Debian's docker-registry on a free port of the loopback, prints 127.0.0.1:PORT
#   docker.sh down    ends it with its containers, and removes its data
# The image holds busybox and bash and is made of the machine's own files: nothing is pulled.
# State: ${TESTBED_STATE:-/var/tmp/destino-testbed}/docker. Needs root.
set -euo pipefail

state=${TESTBED_STATE:-/var/tmp/destino-testbed}/docker
host=unix://$state/docker.sock
export DOCKER_HOST=$host

fail() { printf 'docker.sh: %s\n' "$*" >&2; exit 1; }
[[ $EUID -eq 0 ]] || fail 'a Docker engine of its own needs root'

install_engine() {
  local missing=()
  command -v dockerd >/dev/null || missing+=(docker.io iptables)
  [[ -x /bin/busybox ]] || missing+=(busybox-static)
  [[ -x /bin/bash-static ]] || missing+=(bash-static)
  ((${#missing[@]})) || return 0
  export DEBIAN_FRONTEND=noninteractive
  # Debian's package starts an engine of its own unless this file says no.
  [[ -e /usr/sbin/policy-rc.d ]] || { printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d; trap 'rm -f /usr/sbin/policy-rc.d' EXIT; }
  apt-get install -y --no-install-recommends "${missing[@]}" >&2 || { apt-get update >&2 && apt-get install -y --no-install-recommends "${missing[@]}" >&2; }
}

running() { [[ -f $state/docker.pid ]] && kill -0 "$(<"$state/docker.pid")" 2>/dev/null; }

start() {
  mkdir -p "$state"
  setsid dockerd --host "$host" --data-root "$state/data" --exec-root "$state/run" --pidfile "$state/docker.pid" \
    --bridge none --iptables=false --storage-driver vfs >"$state/log" 2>&1 </dev/null &
  for ((tries = 0; tries < 150; tries++)); do
    docker version >/dev/null 2>&1 && return
    sleep 0.2
  done
  tail -5 "$state/log" >&2
  fail 'the engine does not answer'
}

make_image() {
  docker image inspect destino-test/shell:1 >/dev/null 2>&1 && return
  local root=$state/image applet library
  mkdir -p "$root"/{bin,tmp,proc,sys,dev,etc}
  cp /bin/busybox "$root/bin/busybox"
  cp /bin/bash-static "$root/bin/bash"
  # Debian has a busybox with libraries too, and only one of the two can be installed.
  for library in $(ldd /bin/busybox 2>/dev/null | grep -o '/[^ ]*' || true); do
    mkdir -p "$root${library%/*}"
    cp -L "$library" "$root$library"
  done
  for applet in $(/bin/busybox --list); do [[ -e $root/bin/$applet ]] || ln -s busybox "$root/bin/$applet"; done
  tar -C "$root" -c . | docker import --change 'ENV PATH=/bin' - destino-test/shell:1 >/dev/null
  rm -rf "$root"
}

# copy_program ROOT PATH...: programs and modules of this machine with the libraries that they are linked to.
copy_program() {
  local root=$1 file library
  shift
  for file in "$@"; do
    mkdir -p "$root${file%/*}"
    cp -L "$file" "$root$file"
    for library in $(ldd "$file" 2>/dev/null | grep -o '/[^ ]*' || true); do
      mkdir -p "$root${library%/*}"
      [[ -e $root$library ]] || cp -L "$library" "$root$library"
    done
  done
}

make_python() {
  docker image inspect destino-test/python:1 >/dev/null 2>&1 && return
  local root=$state/python version module
  version=$(/usr/bin/python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  mkdir -p "$root"/{bin,tmp,proc,sys,dev,etc,usr/bin,usr/lib,root}
  chmod 1777 "$root/tmp"
  copy_program "$root" "/usr/bin/python$version" /usr/bin/curl /bin/dash /bin/bash /bin/tar /usr/bin/setsid /usr/bin/env /usr/bin/grep /usr/bin/sed
  for module in cat cp cut date dirname find head id ls mkdir mkfifo mv pwd rm sha256sum sleep sort tail touch tr true uname wc; do copy_program "$root" "$(type -P "$module")"; done
  cp -r "/usr/lib/python$version" "$root/usr/lib/"
  rm -rf "$root/usr/lib/python$version"/{test,idlelib,config-*,dist-packages,ensurepip}
  find "$root/usr/lib" -name __pycache__ -prune -exec rm -rf {} +
  for module in "$root/usr/lib/python$version"/lib-dynload/*.so; do copy_program "$root" "${module#"$root"}"; done
  ln -sf "python$version" "$root/usr/bin/python3"
  ln -sf python3 "$root/usr/bin/python"
  ln -sf dash "$root/bin/sh"
  printf 'root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n' >"$root/etc/passwd"
  tar -C "$root" -c . | docker import --change 'ENV PATH=/usr/bin:/bin' - destino-test/python:1 >/dev/null
  rm -rf "$root"
}

start_registry() {
  command -v docker-registry >/dev/null || { DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends docker-registry >&2; }
  local port=$((20000 + RANDOM % 20000))
  mkdir -p "$state/registry"
  cat >"$state/registry.yml" <<CONFIG
version: 0.1
log: {level: warn}
storage: {filesystem: {rootdirectory: $state/registry}, delete: {enabled: true}}
http: {addr: "127.0.0.1:$port"}
CONFIG
  setsid docker-registry serve "$state/registry.yml" >"$state/registry.log" 2>&1 </dev/null &
  echo $! >"$state/registry.pid"
  for ((tries = 0; tries < 150; tries++)); do
    curl -sS --noproxy '*' -o /dev/null "http://127.0.0.1:$port/v2/" 2>/dev/null && { printf '127.0.0.1:%d\n' "$port"; return; }
    sleep 0.2
  done
  tail -5 "$state/registry.log" >&2
  fail 'the registry does not answer'
}

case ${1:-} in
python) make_python ;;
registry) start_registry ;;
up)
  install_engine
  running || start
  make_image
  printf '%s\n' "$host"
  ;;
down)
  if [[ -f $state/registry.pid ]]; then kill "$(<"$state/registry.pid")" 2>/dev/null || true; fi
  if running; then
    # shellcheck disable=SC2046
    docker rm -f $(docker ps -aq) >/dev/null 2>&1 || true
    pid=$(<"$state/docker.pid")
    kill "$pid"
    for ((tries = 0; tries < 100; tries++)); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
  fi
  # A container on the machine's own network leaves its name space mounted.
  for mounted in "$state"/run/netns/*; do [[ ! -e $mounted ]] || umount --lazy "$mounted" 2>/dev/null || true; done
  rm -rf "$state"
  ;;
*) fail 'usage: docker.sh up|python|registry|down' ;;
esac
