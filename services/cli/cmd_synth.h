/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_CMD_SYNTH_H
#define CLI_CMD_SYNTH_H

/* argv[0] is "synth".  Returns the exit code: 0 done, 2 refused. */
int cmd_synth(int argc, char **argv);

#endif
