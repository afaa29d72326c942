#!/usr/bin/env bash
# A private Docker engine for tests, from Debian's own packages: its own socket, data and images, no network.
#   docker.sh up      starts it unless it runs, makes the image destino-test/shell:1, prints its DOCKER_HOST
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

case ${1:-} in
up)
  install_engine
  running || start
  make_image
  printf '%s\n' "$host"
  ;;
down)
  if running; then
    # shellcheck disable=SC2046
    docker rm -f $(docker ps -aq) >/dev/null 2>&1 || true
    pid=$(<"$state/docker.pid")
    kill "$pid"
    for ((tries = 0; tries < 100; tries++)); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
  fi
  rm -rf "$state"
  ;;
*) fail 'usage: docker.sh up|down' ;;
esac
