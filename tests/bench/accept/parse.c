/* SPDX-License-Identifier: Apache-2.0 */
/* What cJSON_Parse alone does on one core with the bytes of bench_accept: bench_accept_parse RECORDS FRAME…
 * RECORDS: in each frame.  Frees each tree, but the clock runs only while parsing.  Writes records per second of CPU. */

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define SECONDS 2.0

static double
cpu_now(void)
{
    struct timespec t;

    (void) clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

static char *
read_file(const char *path, size_t *ret_len)
{
    static char text[8u * 1024 * 1024];
    FILE *f = fopen(path, "rb");
    char *copy;

    if (f == NULL)
        return NULL;
    *ret_len = fread(text, 1, sizeof(text), f);
    (void) fclose(f);
    copy = malloc(*ret_len);
    for (size_t i = 0; copy != NULL && i < *ret_len; i++)
        copy[i] = text[i];
    return copy;
}

int
main(int argc, char **argv)
{
    double parsing = 0, records, parsed = 0;

    if (argc < 3 || argc > 18)
        return 2;
    records = strtod(argv[1], NULL);
    char *frames[16];
    size_t lens[16];
    for (int i = 2; i < argc; i++)
        if ((frames[i - 2] = read_file(argv[i], &lens[i - 2])) == NULL)
            return 2;
    for (int turn = 0; parsing < SECONDS; turn++) {
        int i = turn % (argc - 2);
        double begin = cpu_now();
        cJSON *tree = cJSON_ParseWithLength(frames[i], lens[i]);

        parsing += cpu_now() - begin;
        if (tree == NULL)
            return 1;
        cJSON_Delete(tree);
        parsed += records;
    }
    for (int i = 2; i < argc; i++)
        free(frames[i - 2]);
    printf("%.0f\n", parsed / parsing);
    return 0;
}
