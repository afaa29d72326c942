#!/usr/bin/env bash
# A private PostgreSQL for tests, from Debian's own binaries: loopback only, no durability, nothing outside its folder.
#   postgres.sh up     starts it unless it runs, prints its URL
#   postgres.sh down   ends it and removes its data
#   postgres.sh url    prints the URL, or fails when it does not run
# State: ${TESTBED_STATE:-/var/tmp/destino-testbed}/postgres. Needs root only to install what is missing and to step
# down from it, since PostgreSQL refuses to run as root.
set -euo pipefail

state=${TESTBED_STATE:-/var/tmp/destino-testbed}/postgres
data=$state/data
account=nobody

fail() { printf 'postgres.sh: %s\n' "$*" >&2; exit 1; }

find_binaries() {
  local folder
  for folder in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV); do
    [[ -x $folder/initdb && -x $folder/pg_ctl ]] && { printf '%s\n' "$folder"; return; }
  done
  return 1
}

install_binaries() {
  [[ $EUID -eq 0 ]] || fail "PostgreSQL's server is not installed; as root: apt-get install postgresql"
  # Debian's package would set up and start a cluster of its own; this says no to that.
  mkdir -p /etc/postgresql-common
  [[ -e /etc/postgresql-common/createcluster.conf ]] || echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
  export DEBIAN_FRONTEND=noninteractive
  apt-get install -y --no-install-recommends postgresql >&2 || { apt-get update >&2 && apt-get install -y --no-install-recommends postgresql >&2; }
}

# Runs a command as the account that owns the cluster: never root.
as_account() {
  if [[ $EUID -eq 0 ]]; then setpriv --reuid="$account" --regid="$(id -g "$account")" --clear-groups -- "$@"; else "$@"; fi
}

running() { [[ -f $data/PG_VERSION ]] && as_account "$binaries/pg_ctl" -D "$data" status >/dev/null 2>&1; }

free_port() {
  node -e 'const s = require("node:net").createServer(); s.listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); });'
}

start() {
  rm -rf "$state"
  mkdir -p "$data" "$state/socket"
  [[ $EUID -ne 0 ]] || chown -R "$account" "$state"
  local port
  port=$(free_port)
  (
    cd "$state"
    as_account "$binaries/initdb" -D "$data" -U destino -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$state/initdb.log" 2>&1
    cat >>"$data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = '$state/socket'
max_connections = 200
fsync = off
CONF
    as_account "$binaries/pg_ctl" -D "$data" -l "$state/server.log" -w -t 30 start >/dev/null
  ) </dev/null || { cat "$state"/*.log >&2; fail "PostgreSQL did not start"; }
  printf 'postgres://destino@127.0.0.1:%s/postgres\n' "$port" >"$state/url"
}

command=${1:-}
binaries=$(find_binaries) || true
case $command in
  up)
    [[ -n $binaries ]] || { install_binaries; binaries=$(find_binaries) || fail "Debian's postgresql brought no initdb"; }
    # One at a time, so that two callers get the same server.
    mkdir -p "${state%/*}" && exec 9>"${state%/*}/postgres.lock" && flock 9
    running || start 9>&-
    cat "$state/url"
    ;;
  down)
    [[ -n $binaries && -d $state ]] || exit 0
    ! running || as_account "$binaries/pg_ctl" -D "$data" -m fast -w stop >/dev/null
    rm -rf "$state"
    ;;
  url)
    if [[ -n $binaries ]] && running; then cat "$state/url"; else fail "it does not run; start it: $0 up"; fi
    ;;
  *) fail "usage: $0 up|down|url" ;;
esac
