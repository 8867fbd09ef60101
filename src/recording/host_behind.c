/* The thread that writes the ends of a host's epochs. It has the job from when it is handed over until it is done. */
#include "recording/host_behind.h"

#include "base/clock.h"
#include "log/durable.h"
#include "recording/host_epoch.h"

#include <errno.h>
#include <signal.h>

/* Signals are the program's, but for the one that a store of this thread raises where a file was cut. */
static void take_sigbus(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGBUS);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

static void *work_on(void *argument)
{
    struct vrrl_recorder *r = argument;
    struct recorder_behind *behind = &r->behind;
    take_sigbus();
    pthread_mutex_lock(&behind->lock);
    while (behind->has_job || !behind->ending) {
        if (!behind->has_job) {
            pthread_cond_wait(&behind->changed, &behind->lock);
            continue;
        }
        pthread_mutex_unlock(&behind->lock);
        recorder_do_job(r);
        pthread_mutex_lock(&behind->lock);
        behind->has_job = false;
        pthread_cond_broadcast(&behind->changed);
    }
    pthread_mutex_unlock(&behind->lock);
    return NULL;
}

vrrl_code recorder_behind_start(struct vrrl_recorder *r, vrrl_error *err)
{
    struct recorder_behind *behind = &r->behind;
    pthread_condattr_t clock;
    if (r->options.work != VRRL_RECORDER_BEHIND)
        return VRRL_OK;
    pthread_mutex_init(&behind->lock, NULL);
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&behind->changed, &clock);
    pthread_condattr_destroy(&clock);
    vrrl_code code = log_start_thread(&behind->thread, work_on, r, r->folder.directory, err);
    behind->started = code == VRRL_OK;
    return code;
}

bool recorder_behind_wait(struct vrrl_recorder *r)
{
    struct recorder_behind *behind = &r->behind;
    if (!behind->started)
        return true;
    struct timespec until = clock_in_ms(r->options.patience_ms);
    pthread_mutex_lock(&behind->lock);
    while (behind->has_job &&
           pthread_cond_timedwait(&behind->changed, &behind->lock, &until) != ETIMEDOUT)
        continue;
    bool done = !behind->has_job;
    pthread_mutex_unlock(&behind->lock);
    return done;
}

void recorder_behind_hand_over(struct vrrl_recorder *r)
{
    pthread_mutex_lock(&r->behind.lock);
    r->behind.has_job = true;
    pthread_cond_broadcast(&r->behind.changed);
    pthread_mutex_unlock(&r->behind.lock);
}

void recorder_behind_end(struct vrrl_recorder *r)
{
    struct recorder_behind *behind = &r->behind;
    if (!behind->started)
        return;
    pthread_mutex_lock(&behind->lock);
    behind->ending = true;
    pthread_cond_broadcast(&behind->changed);
    pthread_mutex_unlock(&behind->lock);
    pthread_join(behind->thread, NULL);
    behind->started = false;
}
