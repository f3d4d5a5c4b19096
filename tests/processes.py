# SPDX-License-Identifier: Apache-2.0
"""How a service that a test has started comes to its end."""
import signal
import subprocess

SANITIZER = 99  # how a program ends in which a sanitizer found something (common/base/mem.c)


def assert_killed(process):
    """It lies dead, killed by a failpoint or by the test: who has ended by itself has failed."""
    code = process.poll()
    assert code == -signal.SIGKILL, f"{process.args[0]} was not killed, its exit code is {code}: see its log"


def kill_process(process):
    process.kill()
    process.wait()
    assert_killed(process)


def end_process(process, seconds):
    """Ends the process for good → 0 if it ended well, else its exit code.

    Asked to end it ends with 0; under the sanitizers a leak would show here.  Who lies dead already was killed, by a failpoint or
    by the test, or has failed."""
    if process.poll() is not None:
        return 0 if process.returncode == -signal.SIGKILL else process.returncode
    process.terminate()
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()
