# SPDX-License-Identifier: Apache-2.0
# Shared by deploy/up, deploy/down and the tests: packages, PostgreSQL, services.  Sourced, never run.
# Every path hangs off ROOT (the clone) and VAR (its state); nothing else on the machine is touched.

ROOT=${ROOT:-$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)}
VAR=${PLIMSOLL_VAR:-$ROOT/var}
BIN=${PLIMSOLL_BIN:-$ROOT/build/bin}
PG_HOST=${PLIMSOLL_PG_HOST:-127.0.0.1}
# The port that a cluster was made with is written beside it.
PG_PORT=${PLIMSOLL_PG_PORT:-$(cat "$VAR/pg.port" 2>/dev/null || echo 7432)}
PG_BIN=${PLIMSOLL_PG_BIN:-/usr/lib/postgresql/15/bin}
SERVICES="intake comparison alerting referral dashboard"

say() { printf '%s\n' "$*"; }
die() { printf 'plimsoll: %s\n' "$*" >&2; exit 2; }
# Nobody else starts, stops or plays this installation meanwhile.  What is started closes 9, or it would keep the lock.
lock_installation() {
  exec 9>"$VAR/run/lock"
  flock -n 9 || die "deploy/up or deploy/down is already at work on $VAR"
}
now_ms() { local t=${EPOCHREALTIME/[.,]/}; printf '%s' "${t%???}"; }
pause() { read -rt "$1" <> <(:) || true; } # seconds between two looks at a condition

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null 2>&1; then sudo "$@"
  else die "packages are missing and this needs root or sudo: $*"; fi
}

# ---- packages ---------------------------------------------------------------------------------------------------
PACKAGES_BUILD="gcc libc6-dev cmake ninja-build pkg-config libzmq3-dev libpq-dev libcjson-dev libyaml-dev
  libsodium-dev libmicrohttpd-dev libzip-dev libexpat1-dev libcmocka-dev"
PACKAGES_RUN="postgresql-15 postgresql-client-15 libcap2-bin util-linux procps"
PACKAGES_TEST="git clang libclang-rt-14-dev python3 python3-numpy python3-zmq python3-psycopg2 python3-yaml python3-jsonschema python3-openpyxl chromium
  fonts-noto-cjk"

packages_missing() {
  local p
  for p in "$@"; do
    dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'install ok installed' || printf '%s ' "$p"
  done
}

packages_install() {
  local missing
  missing=$(packages_missing "$@")
  # A Node.js that is there already (any version from 18 on) is used as it is.
  if ! { command -v node && command -v npm; } >/dev/null 2>&1; then missing="$missing nodejs npm"; fi
  [ -n "${missing// /}" ] || return 0
  say "installing packages: $missing"
  # Debian's postgresql-15 would create and start a cluster of its own: ours is private, so it is told not to.
  if [ ! -e /etc/postgresql-common/createcluster.conf ] && [ ! -e /usr/lib/postgresql/15/bin/postgres ]; then
    as_root mkdir -p /etc/postgresql-common
    printf 'create_main_cluster = false\nstart_conf = manual\n' | as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
  fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq || die "apt-get update failed: check the package sources"
  # shellcheck disable=SC2086
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >"$VAR/log/apt.log" 2>&1 ||
    { tail -n 20 "$VAR/log/apt.log" >&2; die "apt-get install failed (the whole output: $VAR/log/apt.log)"; }
}

# ---- build ------------------------------------------------------------------------------------------------------
build_suite() { # PRESET [TARGET…]
  local preset=$1
  shift
  say "building (preset $preset; how far it is: $VAR/log/build.log)"
  (cd "$ROOT" && cmake --preset "$preset" >"$VAR/log/cmake.log" 2>&1 && cmake --build --preset "$preset" ${1:+--target "$@"} >"$VAR/log/build.log" 2>&1) || {
    tail -n 40 "$VAR/log/cmake.log" "$VAR/log/build.log" >&2 2>/dev/null
    die "the build failed (the whole output: $VAR/log/build.log)"
  }
}

build_web() {
  local web=$ROOT/services/dashboard/web
  [ -f "$web/package.json" ] || return 0
  if [ -f "$web/dist/index.html" ] && [ -z "$(find "$web" -path "$web/node_modules" -prune -o -path "$web/dist" -prune -o -newer "$web/dist/index.html" -type f -print -quit)" ]; then
    return 0
  fi
  say "building the page"
  (cd "$web" && npm ci --no-audit --no-fund >"$VAR/log/npm.log" 2>&1 && npm run build >>"$VAR/log/npm.log" 2>&1) || {
    tail -n 30 "$VAR/log/npm.log" >&2
    die "the page did not build (the whole output: $VAR/log/npm.log)"
  }
}

# ---- PostgreSQL: a private cluster under VAR/pg -----------------------------------------------------------------
# PostgreSQL refuses to run as root; as root it runs as user postgres.  A clone below a directory which that user may not
# enter (/root) is reached by the one capability it then keeps: to pass by directories' permissions.
pg_run() {
  if [ "$(id -u)" != 0 ]; then "$@"; return; fi
  if runuser -u postgres -- test -x "$VAR" 2>/dev/null; then
    runuser -u postgres -- "$@"
  else
    setpriv --reuid postgres --regid postgres --init-groups --inh-caps=+dac_override --ambient-caps=+dac_override "$@"
  fi
}

pg_is_up() { PGPASSFILE=$VAR/secrets/pgpass "$PG_BIN/pg_isready" -q -h "$PG_HOST" -p "$PG_PORT" -U postgres; }

psql_admin() { PGOPTIONS='-c client_min_messages=warning' PGPASSFILE=$VAR/secrets/pgpass "$PG_BIN/psql" -X -q -v ON_ERROR_STOP=1 -h "$PG_HOST" -p "$PG_PORT" -U postgres "$@"; }

random_hex() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }

# The cluster appears under its name only when it is complete, so an interrupted start is simply begun again.
pg_init() {
  [ -f "$VAR/pg/PG_VERSION" ] && return 0
  local role pass new=$VAR/pg.new
  rm -rf "$new"
  mkdir -p "$VAR/secrets" "$new"
  chmod 700 "$VAR/secrets" "$new"
  ( umask 077
    : >"$VAR/secrets/pgpass"
    for role in postgres auditor $SERVICES; do
      pass=$(random_hex 24)
      printf '127.0.0.1:%s:*:%s:%s\n' "$PG_PORT" "$role" "$pass" >>"$VAR/secrets/pgpass"
      printf '*:*:*:%s:%s\n' "$role" "$pass" >>"$VAR/secrets/pgpass"
    done
    sed -n 's/^\*:\*:\*:postgres://p' "$VAR/secrets/pgpass" >"$VAR/pg.initpw" )
  if [ "$(id -u)" = 0 ]; then chown postgres: "$new" "$VAR/pg.initpw"; fi
  (cd / && pg_run "$PG_BIN/initdb" -D "$new" -U postgres --pwfile="$VAR/pg.initpw" --auth=scram-sha-256 \
    --encoding=UTF8 --locale=C --data-checksums >"$VAR/log/initdb.log" 2>&1) || { tail -n 5 "$VAR/log/initdb.log" >&2; die "initdb failed (the whole output: $VAR/log/initdb.log)"; }
  rm -f "$VAR/pg.initpw"
  { cat "$ROOT/deploy/config/postgresql.conf"; printf 'port = %s\n' "$PG_PORT"; } >>"$new/postgresql.conf"
  echo "$PG_PORT" >"$VAR/pg.port"
  mv "$new" "$VAR/pg"
}

pg_ours() { (cd / && pg_run "$PG_BIN/pg_ctl" -D "$VAR/pg" status >/dev/null 2>&1); }

pg_start() {
  pg_init
  if ! pg_ours; then
    pg_is_up && die "another PostgreSQL answers on port $PG_PORT (another clone's? deploy/down there stops it; for a new installation PLIMSOLL_PG_PORT chooses another)"
    (cd / && pg_run "$PG_BIN/pg_ctl" -D "$VAR/pg" -l "$VAR/pg/server.log" -w -t 60 start >"$VAR/log/pg_ctl.log" 2>&1 9>&-) || {
      tail -n 10 "$VAR/pg/server.log" "$VAR/log/pg_ctl.log" >&2
      die "PostgreSQL did not start on port $PG_PORT (is another program there? for a new installation PLIMSOLL_PG_PORT chooses another)"
    }
  fi
  pg_bootstrap
}

pg_stop() {
  [ -f "$VAR/pg/PG_VERSION" ] && pg_ours || return 0
  (cd / && pg_run "$PG_BIN/pg_ctl" -D "$VAR/pg" -m fast -w -t 60 stop >/dev/null 2>&1)
}

# Roles, database and one schema a service; safe to repeat.
pg_bootstrap() {
  local role pass
  if [ -z "$(psql_admin -At -d postgres -c "select 1 from pg_database where datname = 'plimsoll'")" ]; then
    psql_admin -d postgres -c 'create database plimsoll' || die "cannot create the database"
  fi
  for role in auditor $SERVICES; do
    pass=$(sed -n "s/^\*:\*:\*:$role://p" "$VAR/secrets/pgpass")
    psql_admin -d plimsoll -v role="$role" -v pass="$pass" -f "$ROOT/deploy/sql/role.sql" || die "cannot set up role $role"
  done
  for role in $SERVICES; do
    psql_admin -d plimsoll -v role="$role" -f "$ROOT/deploy/sql/schema.sql" || die "cannot set up schema $role"
  done
}

conninfo() { # role
  printf 'host=%s port=%s dbname=plimsoll user=%s passfile=%s/secrets/pgpass' "$PG_HOST" "$PG_PORT" "$1" "$VAR"
}

# ---- keys: the services', the operator's, the demo's departments ------------------------------------------------
key() { # NAME options…
  local name=$1
  shift
  [ -f "$VAR/keys/$name.key_secret" ] || "$BIN/plimsoll" --home "$VAR" keys new "$name" "$@" >/dev/null
}

setup_keys() {
  key intake
  key comparison --streams facts,alerts,referrals --regions '*' --datasets '*' --organisation '*'
  key alerting --streams findings,referrals --regions '*' --organisation '*'
  key referral --streams findings,alerts --regions '*'
  key dashboard --streams findings,alerts,referrals,audit --regions '*' --organisation '*'
  key operator --streams '*' --regions '*' --datasets '*' --commands '*' --organisation '*'
}

# ---- the demo county: synthesised once, played once, in steps that can be repeated -------------------------------
# var/demo/profile.yaml is written last: where it is, the county is complete.
synth_demo() { # PROFILE.yaml: the county, the policy that judges it, and the directory of programmes moved there
  local demo=$VAR/demo file county
  mkdir -p "$demo" "$VAR/policies" "$VAR/programmes"
  if [ ! -f "$demo/profile.yaml" ]; then
    find "$demo" -mindepth 1 -delete
    "$BIN/plimsoll" synth "$1" --out "$demo"
    cp "$1" "$demo/profile.yaml"
  elif ! cmp -s "$1" "$demo/profile.yaml"; then
    die "this installation holds another county than $1 describes; deploy/down, then remove $VAR to begin with that one"
  fi
  cp "$ROOT"/deploy/policies/*.yaml "$VAR/policies/"
  cp "$demo/policy.yaml" "$VAR/policies/demo.yaml"
  county=$(grep -o '"county":"[0-9]*"' "$demo/county.json" | tr -dc 0-9)
  for file in "$ROOT"/deploy/programmes/*.yaml; do
    sed "s/regions: .*/regions: [\"$county\"]/" "$file" >"$VAR/programmes/${file##*/}"
  done
}

play_demo() {
  local department
  for department in $(sed -n 's/^owner: //p' "$ROOT"/deploy/datasets/*.yaml | sort -u); do
    key "$department" --department "$department" --datasets '*'
  done
  if [ ! -f "$VAR/demo/played" ]; then
    say "playing the county"
    "$BIN/plimsoll" --home "$VAR" play "$VAR/demo"
    : >"$VAR/demo/played"
  fi
}

# ---- services ---------------------------------------------------------------------------------------------------
service_there() { [ -x "$BIN/plimsoll-$1" ]; }

service_port() { case $1 in intake) echo 9100;; comparison) echo 9200;; alerting) echo 9300;; referral) echo 9400;; dashboard) echo 9500;; esac; }

# What runs under a supervisor: a service, or `drop`, which sends what departments put into directories (deploy/config/drop.yaml).
service_program() { case $1 in drop) printf '%s' "$BIN/plimsoll";; *) printf '%s' "$BIN/plimsoll-$1";; esac; }

service_args() { # prints one argument a line
  local name=$1
  if [ "$name" = drop ]; then
    printf '%s\n' --home "$VAR" drop --config "${PLIMSOLL_DROP_CONFIG:-$ROOT/deploy/config/drop.yaml}"
    return
  fi
  printf '%s\n' --config "$ROOT/deploy/config/$name.yaml" --set "database=$(conninfo "$name")" --set "keys_dir=$VAR/keys"
  if [ -f "$VAR/run/$name.set" ]; then while IFS= read -r line; do printf '%s\n' --set "$line"; done <"$VAR/run/$name.set"; fi
}

service_migrate() {
  local args
  mapfile -t args < <(service_args "$1")
  (cd "$ROOT" && "$BIN/plimsoll-$1" "${args[@]}" --migrate 2>>"$VAR/log/$1.log") || die "migrating $1 failed: see $VAR/log/$1.log"
}

# A supervisor per service: restarts what died, with a pause that grows to 5 s; ends when told so.  Returns when the
# supervisor has said who it is.
service_start() {
  local name=$1 starter
  if service_running "$name"; then return 0; fi
  rm -f "$VAR/run/$name.pid"
  (cd "$ROOT" && exec setsid bash "$ROOT/deploy/supervise" "$name" </dev/null >>"$VAR/log/$name.log" 2>&1 9>&-) &
  starter=$!
  until [ -s "$VAR/run/$name.pid" ] || ! kill -0 "$starter" 2>/dev/null; do pause 0.02; done
}

# After a reboot a number in a file may be another program's: a process is ours only when its command line says so.
pid_of() { # file, what its command line contains → the living process's number
  local pid
  pid=$(cat "$VAR/run/$1" 2>/dev/null) && [ -n "$pid" ] || return 1
  [[ " $(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline")" == *" $2 "* ]] && printf '%s' "$pid"
}
service_supervisor() { pid_of "$1.pid" "$ROOT/deploy/supervise $1"; }
service_process() {
  case $1 in
    drop) pid_of drop.child "$BIN/plimsoll --home $VAR drop" ;;
    *) pid_of "$1.child" "$BIN/plimsoll-$1" ;;
  esac
}
service_running() { service_supervisor "$1" >/dev/null; }

# The program was built anew after it had been started.
service_outdated() {
  local pid
  pid=$(service_process "$1") && [[ $(readlink "/proc/$pid/exe") == *" (deleted)" ]]
}

process_end() { # pid: TERM, and KILL after 15 s; it need not be our child
  local end=$(($(now_ms) + 15000))
  kill -TERM "$1" 2>/dev/null || return 0
  while kill -0 "$1" 2>/dev/null && ! [[ $(cat "/proc/$1/stat" 2>/dev/null) == *") Z "* ]]; do
    if [ "$(now_ms)" -gt "$end" ]; then kill -KILL "$1" 2>/dev/null || true; fi
    pause 0.02
  done
}

service_stop() {
  local pid
  if pid=$(service_supervisor "$1"); then process_end "$pid"; fi
  if pid=$(service_process "$1"); then process_end "$pid"; fi # left by a supervisor that was killed
  rm -f "$VAR/run/$1.pid" "$VAR/run/$1.child"
}

http_get() { # port path → body; fails unless 200
  local status line
  { exec 8<>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null || return 1
  printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$2" >&8
  IFS= read -r status <&8 || status=
  while IFS= read -r line <&8 && [ "${line%$'\r'}" != "" ]; do :; done
  cat <&8
  exec 8>&- 8<&-
  [[ $status == *" 200"* ]]
}

# Waits until /readyz says yes; the deadline is the only clock.
service_wait() { # name seconds
  local name=$1 end=$(($(now_ms) + $2 * 1000)) port answer
  port=$(service_port "$name")
  while :; do
    answer=$(http_get "$port" /readyz 2>/dev/null) && return 0
    if ! service_running "$name"; then tail -n 5 "$VAR/log/$name.log" >&2; die "$name does not run: see $VAR/log/$name.log"; fi
    [ "$(now_ms)" -lt "$end" ] || { say "$answer" >&2; tail -n 5 "$VAR/log/$name.log" >&2; die "$name is not ready after $2 s: see $VAR/log/$name.log"; }
    pause 0.1
  done
}
