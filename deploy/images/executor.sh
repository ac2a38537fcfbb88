#!/bin/sh
# Starts an executor in a container: gives it its name, and of the shared volume a folder of its own.
#   MLSQL_EXECUTOR_NAME   default: as the container is called in its network (mlsql-executor-3), else its host name
#   MLSQL_WORK_ROOT       where the folders of all replicas lie; default: /var/lib/mlsql
set -eu
# Asks the network's name server which replica this address is; /etc/hosts knows the host name alone.
name_in_network() {
  address=$(hostname -i)
  found=$(getent -s hosts:dns hosts "${address%% *}") || return 0
  found=${found##* }
  printf '%s' "${found%%.*}"
}
if [ -z "${MLSQL_EXECUTOR_NAME:-}" ]; then
  name=$(name_in_network)
  export MLSQL_EXECUTOR_NAME="${name:-$(hostname)}"
fi
if [ -z "${MLSQL_WORK_DIR:-}" ]; then
  export MLSQL_WORK_DIR="${MLSQL_WORK_ROOT:-/var/lib/mlsql}/$MLSQL_EXECUTOR_NAME"
  mkdir -p -m 0700 "$MLSQL_WORK_DIR"
  # Held until this container ends.
  exec 9> "$MLSQL_WORK_DIR/lock"
  if ! flock --nonblock 9; then
    echo "the work folder $MLSQL_WORK_DIR is used by another container" >&2
    exit 1
  fi
  # A container takes its scripts along when it ends: what it left of them nobody takes up. The cache stays.
  for left in attempts functions partial; do
    [ ! -d "$MLSQL_WORK_DIR/$left" ] || chmod -R u+rwX "$MLSQL_WORK_DIR/$left" || true
    rm -rf "${MLSQL_WORK_DIR:?}/$left"
  done
fi
# Packages keep what they download or compile in the home of who runs them: too much for /tmp, which is memory.
export HOME="$MLSQL_WORK_DIR/home"
mkdir -p -m 0700 "$HOME"
exec node /opt/mlsql/dist/executor/main.js "$@"
