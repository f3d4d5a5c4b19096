/* SPDX-License-Identifier: Apache-2.0 */
/* example ENDPOINT INTAKE.key OWN.key_secret DATASET BATCH-ID < records.json: publishes a JSON array as one batch. */
#include <plimsoll.h>
#include <stdio.h>
#include <stdlib.h>

int
main(int argc, char **argv)
{
    static char records[8 * 1024 * 1024];
    char *receipt = NULL;

    if (argc != 6) {
        (void) fprintf(stderr, "usage: example ENDPOINT INTAKE.key OWN.key_secret DATASET BATCH-ID < records.json\n");
        return 64;
    }
    size_t n = fread(records, 1, sizeof(records), stdin);
    while (n > 0 && (records[n - 1] == '\n' || records[n - 1] == ' '))
        n--;
    plimsoll_t *department = plimsoll_open(argv[1], argv[2], argv[3]);
    if (department == NULL) {
        (void) fprintf(stderr, "%s\n", plimsoll_open_error());
        return 2;
    }
    plimsoll_result_t result = plimsoll_publish(department, argv[4], argv[5], records, n, 60000, &receipt);
    if (result != PLIMSOLL_OK)
        (void) fprintf(stderr, "%s\n", plimsoll_error(department));
    else
        (void) printf("%s\n", receipt);
    free(receipt);
    plimsoll_close(department);
    return result == PLIMSOLL_OK ? 0 : result == PLIMSOLL_REFUSED ? 1 : 2;
}
