/* SPDX-License-Identifier: Apache-2.0 */
/* The senders of bench_accept: departments that send batches over CURVE, each through a DEALER of its own, and wait for
 * receipts.  Frames are made of a template by writing over a few bytes of each record, so that sending costs a small part
 * of what it causes.
 *
 *   bench_accept_load ENDPOINT SERVERKEY NUMBER PERSON BATCHES WINDOW RATE NEW POOL PUBLIC SECRET TEMPLATE [PUBLIC …]
 *
 * Each department sends BATCHES batches.  WINDOW: unanswered batches of one department.  RATE: records a second in all
 * (0: as fast as receipts come); with a rate, a batch's time counts from when it was due.  Of 100 records NEW are about
 * people of their own, the others about one of the first POOL people by chance.  NUMBER, PERSON: of the first record and the
 * first such person.
 *
 * A template is a whole frame; in it '#' × 12 becomes the record's number, '@' × 18 a resident ID, '~' × 12 the batch's.
 * Writes one line of JSON. */

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <zmq.h>

#define DEPARTMENTS_MAX 16
#define RECORDS_MAX 10000
#define WINDOW_MAX 64

typedef struct {
    void *socket;
    char *frame;
    size_t len, records, batch_at;
    size_t number_at[RECORDS_MAX], person_at[RECORDS_MAX];
    int64_t due_us[WINDOW_MAX]; /* of the unanswered batches; receipts of one department come in order */
    uint64_t sent, answered;
} department_t;

typedef struct {
    uint64_t batches, window, rate, fresh_percent, pool;
    department_t departments[DEPARTMENTS_MAX];
    size_t count;
    uint64_t number, person; /* next */
    uint64_t chance;
    uint64_t bytes;
    float *times_ms;
    size_t time_count;
    int64_t start_us;
} load_t;

static void
die(const char *what)
{
    fprintf(stderr, "bench_accept_load: %s\n", what);
    exit(1);
}

static void
must(bool ok, const char *what)
{
    if (!ok)
        die(what);
}

static int64_t
now_us(void)
{
    struct timespec t;

    (void) clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t) t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void
write_digits(char *at, size_t n, uint64_t value)
{
    for (size_t i = n; i-- > 0; value /= 10)
        at[i] = (char) ('0' + value % 10);
}

/* Number n's resident ID: born 1950 to 1999, with its check character; 16.8 million of them. */
static void
write_person(char *at, uint64_t n)
{
    static const unsigned weights[17] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
    unsigned sum = 0;

    memcpy(at, "990681", 6);
    write_digits(at + 14, 3, n % 1000);
    n /= 1000;
    write_digits(at + 12, 2, 1 + n % 28);
    n /= 28;
    write_digits(at + 10, 2, 1 + n % 12);
    write_digits(at + 6, 4, 1950 + n / 12 % 50);
    for (size_t i = 0; i < 17; i++)
        sum += (unsigned) (at[i] - '0') * weights[i];
    at[17] = "10X98765432"[sum % 11];
}

static char *
read_file(const char *path, size_t *ret_len)
{
    FILE *f = fopen(path, "rb");
    char *text;
    long n = 0;

    must(f != NULL && fseek(f, 0, SEEK_END) == 0 && (n = ftell(f)) > 0 && fseek(f, 0, SEEK_SET) == 0, "template");
    text = malloc((size_t) n + 1);
    must(text != NULL && fread(text, 1, (size_t) n, f) == (size_t) n, "template");
    text[n] = '\0';
    (void) fclose(f);
    *ret_len = (size_t) n;
    return text;
}

static void
find_all(const department_t *d, const char *mark, size_t *ret, size_t *ret_n)
{
    *ret_n = 0;
    for (const char *at = strstr(d->frame, mark); at != NULL; at = strstr(at + strlen(mark), mark)) {
        must(*ret_n < RECORDS_MAX, "template: too many records");
        ret[(*ret_n)++] = (size_t) (at - d->frame);
    }
}

static void
department_open(department_t *d, void *zmq, const char *endpoint, const char *server, char **key)
{
    size_t persons, batches, batch_at[RECORDS_MAX];
    int linger = 0;

    d->frame = read_file(key[2], &d->len);
    find_all(d, "############", d->number_at, &d->records);
    find_all(d, "@@@@@@@@@@@@@@@@@@", d->person_at, &persons);
    find_all(d, "~~~~~~~~~~~~", batch_at, &batches);
    must(d->records > 0 && persons == d->records && batches == 1, "template: one number and person a record, one batch");
    d->batch_at = batch_at[0];
    d->socket = zmq_socket(zmq, ZMQ_DEALER);
    must(d->socket != NULL && zmq_setsockopt(d->socket, ZMQ_LINGER, &linger, sizeof(linger)) == 0 &&
             zmq_setsockopt(d->socket, ZMQ_CURVE_PUBLICKEY, key[0], strlen(key[0]) + 1) == 0 &&
             zmq_setsockopt(d->socket, ZMQ_CURVE_SECRETKEY, key[1], strlen(key[1]) + 1) == 0 &&
             zmq_setsockopt(d->socket, ZMQ_CURVE_SERVERKEY, server, strlen(server) + 1) == 0 &&
             zmq_connect(d->socket, endpoint) == 0,
         "socket");
}

static uint64_t
next_chance(load_t *self)
{
    self->chance ^= self->chance << 13;
    self->chance ^= self->chance >> 7;
    self->chance ^= self->chance << 17;
    return self->chance;
}

static void
send_batch(load_t *self, department_t *d, int64_t due_us)
{
    write_digits(d->frame + d->batch_at, 12, self->number);
    for (size_t i = 0; i < d->records; i++) {
        bool fresh = self->number % 100 < self->fresh_percent;

        write_digits(d->frame + d->number_at[i], 12, self->number++);
        write_person(d->frame + d->person_at[i], fresh ? self->person++ : next_chance(self) % self->pool);
    }
    must(zmq_send(d->socket, d->frame, d->len, 0) >= 0, "send");
    d->due_us[d->sent % WINDOW_MAX] = due_us;
    d->sent++;
    self->bytes += d->len;
}

/* All records accepted, or the end: a benchmark of refusals says nothing. */
static void
take_receipt(load_t *self, department_t *d)
{
    char text[4096], wanted[64];
    int n = zmq_recv(d->socket, text, sizeof(text) - 1, ZMQ_DONTWAIT);

    if (n < 0 && errno == EAGAIN)
        return;
    must(n >= 0 && n < (int) sizeof(text), "receive");
    text[n] = '\0';
    (void) snprintf(wanted, sizeof(wanted), "\"accepted\":%zu,\"rejected\":0,", d->records);
    if (strstr(text, wanted) == NULL)
        die(text);
    self->times_ms[self->time_count++] = (float) (now_us() - d->due_us[d->answered % WINDOW_MAX]) / 1000;
    d->answered++;
}

/* With a rate, the departments take turns: when is the next batch of this one due? */
static int64_t
due(const load_t *self, size_t i)
{
    const department_t *d = &self->departments[i];

    if (self->rate == 0)
        return 0;
    return self->start_us + (int64_t) ((d->sent * self->count + i) * d->records * 1000000 / self->rate);
}

static long
send_due(load_t *self)
{
    int64_t wait_us = 1000000;

    for (size_t i = 0; i < self->count; i++) {
        department_t *d = &self->departments[i];

        while (d->sent < self->batches && d->sent - d->answered < self->window) {
            int64_t at = due(self, i), now = now_us();

            if (at > now) {
                wait_us = at - now < wait_us ? at - now : wait_us;
                break;
            }
            send_batch(self, d, at == 0 ? now : at);
        }
    }
    return (long) ((wait_us + 999) / 1000);
}

static void
run(load_t *self)
{
    zmq_pollitem_t items[DEPARTMENTS_MAX];
    uint64_t open = self->count * self->batches;

    for (size_t i = 0; i < self->count; i++)
        items[i] = (zmq_pollitem_t){ .socket = self->departments[i].socket, .events = ZMQ_POLLIN };
    self->start_us = now_us();
    for (int64_t heard = self->start_us; self->time_count < open;) {
        size_t before = self->time_count;

        must(zmq_poll(items, (int) self->count, send_due(self)) >= 0, "poll");
        for (size_t i = 0; i < self->count; i++)
            if ((items[i].revents & ZMQ_POLLIN) != 0)
                take_receipt(self, &self->departments[i]);
        if (self->time_count > before)
            heard = now_us();
        must(now_us() - heard < 120 * INT64_C(1000000), "no receipt for two minutes");
    }
}

static int
cmp_float(const void *x, const void *y)
{
    float a = *(const float *) x, b = *(const float *) y;

    return (a > b) - (a < b);
}

static double
seconds(struct timeval t)
{
    return (double) t.tv_sec + (double) t.tv_usec / 1e6;
}

static void
report(load_t *self, uint64_t first)
{
    double elapsed = (double) (now_us() - self->start_us) / 1e6;
    size_t n = self->time_count;
    struct rusage use;

    (void) getrusage(RUSAGE_SELF, &use);
    qsort(self->times_ms, n, sizeof(float), cmp_float);
    printf("{\"records\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"seconds\":%.3f,\"p50_ms\":%.2f,\"p99_ms\":%.2f,\"max_ms\":%.2f,"
           "\"next_number\":%" PRIu64 ",\"next_person\":%" PRIu64 ",\"user\":%.3f,\"system\":%.3f}\n",
           self->number - first, self->bytes, elapsed, (double) self->times_ms[n / 2], (double) self->times_ms[n * 99 / 100],
           (double) self->times_ms[n - 1], self->number, self->person, seconds(use.ru_utime), seconds(use.ru_stime));
}

static uint64_t
number(const char *text)
{
    char *end;
    uint64_t n = strtoull(text, &end, 10);

    must(*text != '\0' && *end == '\0', "a number is wrong");
    return n;
}

int
main(int argc, char **argv)
{
    static load_t self;
    void *zmq = zmq_ctx_new();
    uint64_t first;

    must(argc >= 13 && (argc - 10) % 3 == 0 && (argc - 10) / 3 <= DEPARTMENTS_MAX && zmq != NULL, "see the head of load.c");
    first = self.number = number(argv[3]);
    self.person = number(argv[4]);
    self.batches = number(argv[5]);
    self.window = number(argv[6]);
    self.rate = number(argv[7]);
    self.fresh_percent = number(argv[8]);
    self.pool = number(argv[9]);
    self.chance = 88172645463325252u + first;
    must(self.batches > 0 && self.window > 0 && self.window <= WINDOW_MAX && self.pool > 0, "batches, window, pool");
    self.count = (size_t) (argc - 10) / 3;
    self.times_ms = calloc(self.count * self.batches, sizeof(float));
    must(self.times_ms != NULL, "memory");
    for (size_t i = 0; i < self.count; i++)
        department_open(&self.departments[i], zmq, argv[1], argv[2], argv + 10 + 3 * i);
    run(&self);
    report(&self, first);
    for (size_t i = 0; i < self.count; i++) {
        (void) zmq_close(self.departments[i].socket);
        free(self.departments[i].frame);
    }
    free(self.times_ms);
    return zmq_ctx_term(zmq) == 0 ? 0 : 1;
}
