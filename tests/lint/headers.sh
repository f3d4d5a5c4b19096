#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# headers.sh ROOT: each header compiles alone, with every compiler that is here (gcc, clang).
set -u
root=$1
cd "$root" || exit 2

flags=(-std=gnu17 -fsyntax-only -D_GNU_SOURCE '-DPLIMSOLL_VERSION="0"' -Icommon
    -Wall -Wextra -Wpedantic -Wstrict-prototypes -Wshadow -Wundef -Werror -Wno-unused-function -Wno-unused-variable -Wno-pragma-once-outside-header)
read -ra packages <<<"$(pkg-config --cflags libpq libzmq libsodium libcjson yaml-0.1 libmicrohttpd 2>/dev/null)"
flags+=("${packages[@]}")

# One translation unit per header, all headers of a folder in one run: starting the compiler costs most.
check_folder() {
    local compiler=$1 folder=$2 wrong=0
    local headers=("$folder"/*.h) more=("-I$folder") service
    case $folder in
    services/*) more+=("-I$(cut -d/ -f1-2 <<<"$folder")") ;;
    tests/*) for service in services/*/; do more+=("-I$service"); done ;; # a test may look inside a service
    esac
    "$compiler" "${flags[@]}" "${more[@]}" -x c "${headers[@]}" || wrong=1
    return $wrong
}

failed=0 checked=0
jobs_max=$(nproc)
mapfile -t folders < <(find common services tests -name '*.h' -printf '%h\n' 2>/dev/null | sort -u)
for compiler in gcc clang; do
    if ! command -v "$compiler" >/dev/null; then
        echo "headers: $compiler is not installed, its pass is left out"
        continue
    fi
    for folder in "${folders[@]}"; do
        while (($(jobs -rp | wc -l) >= jobs_max)); do
            wait -n || failed=1
        done
        check_folder "$compiler" "$folder" &
        checked=$((checked + 1))
    done
done
while (($(jobs -p | wc -l) > 0)); do
    wait -n || failed=1
done
((failed)) || echo "headers: $checked passes over ${#folders[@]} folders, each header compiles alone"
exit $failed
