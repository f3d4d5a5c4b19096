#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# pg_temp.sh [-s SCHEMA]… COMMAND [ARGS…]: starts a throw-away PostgreSQL cluster, makes each SCHEMA with a role of the same
# name that owns it, runs COMMAND, stops the cluster and exits with COMMAND's code.  COMMAND finds
#   PLIMSOLL_TEST_DB   conninfo of the database, as superuser (a schema's own role: the same with user=SCHEMA)
#   PLIMSOLL_TEST_PG   a program: `$PLIMSOLL_TEST_PG stop|kill|start` takes the server away and back
# The cluster lives in a private directory on a unix socket, as user postgres when run by root (PostgreSQL refuses root).
set -euo pipefail

schemas=()
while getopts s: option; do
  case $option in
    s) schemas+=("$OPTARG") ;;
    *) sed -n '3,7s/^# //p' "$0" >&2; exit 64 ;;
  esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || { sed -n '3,7s/^# //p' "$0" >&2; exit 64; }

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
[ -x "$bin/initdb" ] || bin=$(dirname "$(command -v initdb)") || { echo "pg_temp: install postgresql" >&2; exit 69; }

dir=$(mktemp -d "${TMPDIR:-/tmp}/plimsoll-pg.XXXXXX")
as=()
if [ "$(id -u)" = 0 ]; then
  chown postgres: "$dir"
  as=(runuser -u postgres --)
fi

# What starts and stops it, also for tests that take the server away.  -w waits for the answer of the server itself.
cat >"$dir/pg" <<EOF
#!/usr/bin/env bash
cd "$dir"
case \$1 in
  start) ${as[*]} "$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -w -t 60 start ;;
  stop) ${as[*]} "$bin/pg_ctl" -D "$dir/data" -m fast -w -t 60 stop ;;
  kill) ${as[*]} "$bin/pg_ctl" -D "$dir/data" -m immediate -w -t 60 stop ;;
  *) exit 64 ;;
esac >/dev/null
EOF
chmod 755 "$dir/pg"

# A killed test runner cannot clean up: this one outlives it and does.
setsid bash -c "tail --pid=$$ -f /dev/null; '$dir/pg' kill; rm -rf '$dir'" </dev/null >/dev/null 2>&1 &
guard=$!
trap '"$dir/pg" kill 2>/dev/null || true; kill -- "-$guard" 2>/dev/null || true; rm -rf "$dir"' EXIT

cd "$dir"
"${as[@]}" "$bin/initdb" -D "$dir/data" -U plimsoll --auth=trust -E UTF8 --locale=C.UTF-8 -N >"$dir/initdb.log" 2>&1 ||
  { cat "$dir/initdb.log" >&2; exit 69; }
cat >>"$dir/data/postgresql.conf" <<EOF
listen_addresses = ''
unix_socket_directories = '$dir'
fsync = off
full_page_writes = off
shared_buffers = 64MB
max_connections = 60
autovacuum = off
log_min_messages = fatal
EOF
"$dir/pg" start || { cat "$dir/log" >&2; exit 69; }
conninfo="host=$dir dbname=postgres user=plimsoll"
for schema in "${schemas[@]}"; do
  echo "CREATE ROLE $schema LOGIN; CREATE SCHEMA $schema AUTHORIZATION $schema;"
done | "$bin/psql" -X -q -v ON_ERROR_STOP=1 "$conninfo"
cd - >/dev/null

export PLIMSOLL_TEST_DB=$conninfo PLIMSOLL_TEST_PG=$dir/pg
"$@"
