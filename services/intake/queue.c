/* SPDX-License-Identifier: Apache-2.0 */
#include "queue.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* A job's records take a few times their text once they are read. */
#define JOBS_MAX 64
#define BYTES_MAX ((size_t) 12 * 1024 * 1024)

struct queue {
    pthread_t thread;
    bool started;
    int fd;
    size_t bytes, count; /* the loop's own */

    pthread_mutex_t lock; /* over all that follows */
    pthread_cond_t changed;
    job_t *first, *last;
    job_t *unread;  /* the first whose records are not read; NULL: all are, or the thread shall rest */
    job_t *reading; /* what the thread has in hand */
    bool stop;
};

static void
lock(queue_t *self)
{
    REQUIRE(pthread_mutex_lock(&self->lock) == 0);
}

static void
unlock(queue_t *self)
{
    REQUIRE(pthread_mutex_unlock(&self->lock) == 0);
}

static void
announce(queue_t *self)
{
    REQUIRE(pthread_cond_broadcast(&self->changed) == 0);
}

static void
await(queue_t *self)
{
    REQUIRE(pthread_cond_wait(&self->changed, &self->lock) == 0);
}

static void *
run(void *ctx)
{
    queue_t *self = ctx;
    const uint64_t one = 1;

    lock(self);
    for (;;) {
        while (self->unread == NULL && !self->stop)
            await(self);
        if (self->stop)
            break;
        job_t *job = self->reading = self->unread;
        unlock(self);
        job_read(job);
        lock(self);
        self->reading = NULL;
        if (self->unread == job) /* unless it is to be read again */
            self->unread = job->next;
        announce(self);
        /* it never blocks: the counter holds 2^64 - 2 */
        REQUIRE(write(self->fd, &one, sizeof(one)) == (ssize_t) sizeof(one));
    }
    unlock(self);
    return NULL;
}

bool
queue_new(queue_t **ret, err_t *err)
{
    AUTO(queue) self = mem_new(queue_t);

    self->fd = -1;
    REQUIRE(pthread_mutex_init(&self->lock, NULL) == 0 && pthread_cond_init(&self->changed, NULL) == 0);
    self->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (self->fd < 0)
        return err_set(err, ERR_BUG, "intake.queue", "eventfd: %s", strerror(errno));
    *ret = TAKE(self);
    return true;
}

void
queue_destroy(queue_t **self_p)
{
    queue_t *self = *self_p;

    if (self == NULL)
        return;
    if (self->started) {
        lock(self);
        self->stop = true;
        announce(self);
        unlock(self);
        REQUIRE(pthread_join(self->thread, NULL) == 0);
    }
    while (self->first != NULL) {
        job_t *job = self->first;

        self->first = job->next;
        job_destroy(&job);
    }
    if (self->fd >= 0)
        (void) close(self->fd);
    (void) pthread_cond_destroy(&self->changed);
    (void) pthread_mutex_destroy(&self->lock);
    mem_free(self);
    *self_p = NULL;
}

int
queue_fd(const queue_t *self)
{
    return self->fd;
}

bool
queue_is_empty(const queue_t *self)
{
    return self->count == 0;
}

bool
queue_is_full(const queue_t *self)
{
    return self->count >= JOBS_MAX || self->bytes >= BYTES_MAX;
}

/* Not before there is work: whoever never sends much has no second thread. */
static bool
start(queue_t *self, err_t *err)
{
    int no;

    if (self->started)
        return true;
    no = pthread_create(&self->thread, NULL, run, self);
    if (no != 0)
        return err_set(err, ERR_RETRY, "intake.queue", "a thread cannot be started: %s", strerror(no));
    self->started = true;
    return true;
}

bool
queue_push(queue_t *self, job_t **job_p, err_t *err)
{
    job_t *job = *job_p;

    if (!start(self, err))
        return false;
    *job_p = NULL;
    self->count++;
    self->bytes += job_bytes(job);
    lock(self);
    if (self->last == NULL)
        self->first = job;
    else
        self->last->next = job;
    self->last = job;
    if (self->unread == NULL)
        self->unread = job;
    announce(self);
    unlock(self);
    return true;
}

job_t *
queue_take(queue_t *self, bool wait)
{
    job_t *job;
    uint64_t ignored;

    if (self->count == 0)
        return NULL;
    lock(self);
    while (wait && self->unread == self->first)
        await(self);
    job = self->unread == self->first ? NULL : self->first;
    if (job != NULL) {
        self->first = job->next;
        if (self->first == NULL)
            self->last = NULL;
        job->next = NULL;
        self->count--;
        self->bytes -= job_bytes(job);
    } else {
        (void) !read(self->fd, &ignored, sizeof(ignored)); /* under the lock: what is read from now on announces itself */
    }
    unlock(self);
    if (self->count == 0)
        (void) !read(self->fd, &ignored, sizeof(ignored));
    return job;
}

void
queue_again(queue_t *self, queue_job_fn fn, void *ctx)
{
    lock(self);
    self->unread = NULL;
    while (self->reading != NULL)
        await(self);
    for (job_t *job = self->first; job != NULL; job = job->next)
        fn(ctx, job);
    self->unread = self->first;
    announce(self);
    unlock(self);
}
