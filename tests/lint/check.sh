#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# check.sh [ROOT]: the rules of the house that need no build.  Prints file:line: what, and fails when there is any.
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=${1:-$(cd "$here/../.." && pwd)}
failed=0
python3 "$here/bans.py" "$root" || failed=1
bash "$here/headers.sh" "$root" || failed=1
exit $failed
