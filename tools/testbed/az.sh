#!/usr/bin/env bash
# The real Azure CLI (Debian's azure-cli) against an Azure emulator on this machine.
#   az.sh login URL CA TENANT CLIENT SECRET   names the endpoint as a cloud, and signs in with a service principal
#   az.sh run ARGUMENTS...                    runs az there
#   az.sh down                                forgets it
# State: ${TESTBED_STATE:-/var/tmp/destino-testbed}/az; nothing of the user's own az is read or changed.
set -euo pipefail

state=${TESTBED_STATE:-/var/tmp/destino-testbed}/az
export AZURE_CONFIG_DIR=$state/config AZURE_CORE_COLLECT_TELEMETRY=no AZURE_CORE_NO_COLOR=1 AZURE_CORE_ONLY_SHOW_ERRORS=1
# The websockets of `container exec` look for certificates in a place of their own.
export REQUESTS_CA_BUNDLE=$state/ca.pem WEBSOCKET_CLIENT_CA_BUNDLE=$state/ca.pem
export NO_PROXY=127.0.0.1,localhost no_proxy=127.0.0.1,localhost

fail() { printf 'az.sh: %s\n' "$*" >&2; exit 1; }

login() {
  local url=$1 ca=$2 tenant=$3 client=$4 secret=$5
  command -v az >/dev/null || fail 'azure-cli is not installed; as root: apt-get install azure-cli'
  rm -rf "$AZURE_CONFIG_DIR"
  mkdir -p "$AZURE_CONFIG_DIR"
  cp "$ca" "$state/ca.pem"
  # With a login endpoint that ends in /adfs no server elsewhere is asked whether this one may be trusted.
  az cloud register -n emulator --endpoint-resource-manager "$url" --endpoint-management "$url" \
    --endpoint-active-directory "$url/adfs" --endpoint-active-directory-resource-id "$url/" \
    --endpoint-active-directory-graph-resource-id "$url/" \
    --suffix-storage-endpoint local.test --suffix-keyvault-dns .vault.local.test
  az cloud set -n emulator
  az login --service-principal -u "$client" -p "$secret" --tenant "$tenant" -o none
}

case ${1:-} in
login) (($# == 6)) || fail 'login URL CA TENANT CLIENT SECRET'; shift; login "$@" ;;
run) shift; exec az "$@" ;;
down) rm -rf "$state" ;;
*) fail 'login, run or down' ;;
esac
