#include "schedule/work_pool.h"

#include "base/array.h"
#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static bool is_over(const struct work_pool *work)
{
    return work->limit && limit_is_over(work->limit);
}

static vrrl_code take_block(const struct work_pool *work, uint64_t block,
                            const struct byte_buffer *done, bool *more, vrrl_error *err)
{
    struct byte_cursor from = {.at = done->bytes, .left = done->size};
    if (done->failed)
        return error_no_memory(err, done->size);
    return work->take(work->context, block, &from, more, err);
}

/* ---- One process ----------------------------------------------------------------------------- */

static vrrl_code work_here(const struct work_pool *work, void *worker, vrrl_error *err)
{
    struct byte_buffer out = {0};
    vrrl_code code = VRRL_OK;
    bool more = true;
    for (uint64_t block = 0; code == VRRL_OK && more && block < work->count; block++) {
        if (is_over(work))
            break;
        out.size = 0;
        code = work->work(worker, block, &out, err);
        if (code == VRRL_OK)
            code = take_block(work, block, &out, &more, err);
        if (work->idle)
            work->idle(work->context);
    }
    buffer_free(&out);
    return code;
}

static vrrl_code run_here(const struct work_pool *work, vrrl_error *err)
{
    void *worker;
    vrrl_code code = work->open(work->context, &worker, err);
    if (code != VRRL_OK)
        return code;
    code = work_here(work, worker, err);
    work->close(worker);
    return code;
}

/* ---- A process that works -------------------------------------------------------------------- */

enum message_kind { MESSAGE_BLOCK, MESSAGE_ERROR, MESSAGE_END };

struct message {
    uint64_t block, size;
    uint32_t kind;
};

static bool write_all(int fd, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    while (size > 0) {
        ssize_t part = write(fd, at, size);
        if (part < 0 && errno != EINTR)
            return false;
        if (part > 0) {
            at += part;
            size -= (size_t)part;
        }
    }
    return true;
}

static bool send(int fd, uint32_t kind, uint64_t block, const void *bytes, size_t size)
{
    const struct message message = {.block = block, .size = size, .kind = kind};
    return write_all(fd, &message, sizeof message) && write_all(fd, bytes, size);
}

/* Blocks are handed out by a counter that the processes share. */
static vrrl_code work_there(const struct work_pool *work, void *worker, uint64_t *next, int fd,
                            vrrl_error *err)
{
    struct byte_buffer out = {0};
    vrrl_code code = VRRL_OK;
    while (code == VRRL_OK && !is_over(work)) {
        uint64_t block = add_relaxed(next, 1);
        if (block >= work->count)
            break;
        out.size = 0;
        code = work->work(worker, block, &out, err);
        if (code == VRRL_OK && out.failed)
            code = error_no_memory(err, out.size);
        if (code == VRRL_OK && !send(fd, MESSAGE_BLOCK, block, out.bytes, out.size))
            break; /* nobody listens any more */
    }
    buffer_free(&out);
    return code;
}

static _Noreturn void be_worker(const struct work_pool *work, uint64_t *next, int fd)
{
    void *worker;
    vrrl_error err = {0};
    vrrl_code code = work->open(work->context, &worker, &err);
    if (code == VRRL_OK) {
        code = work_there(work, worker, next, fd, &err);
        work->close(worker);
    }
    if (code != VRRL_OK)
        send(fd, MESSAGE_ERROR, 0, &err, sizeof err);
    else
        send(fd, MESSAGE_END, 0, NULL, 0);
    _exit(0); /* what the parent has buffered for its files is the parent's */
}

/* ---- The process that waits ------------------------------------------------------------------ */

struct job {
    pid_t pid;
    int fd; /* -1: it has ended */
    bool said_end;
};

/* A block that has come before one of a lower number. */
struct early {
    uint64_t block;
    struct byte_buffer bytes;
};

/* What the processes have in common. */
struct shared {
    uint64_t next; /* block that nobody has begun */
    bool stop;     /* the search is to end */
};

struct crew {
    const struct work_pool *work;
    struct shared *shared;
    struct job jobs[WORK_POOL_JOBS_MAX];
    uint32_t job_count, running;
    struct early *early;
    uint32_t early_count, early_room;
    uint64_t due;     /* the block to be taken next */
    uint64_t told_ns; /* when they were told to stop; 0: they were not */
    bool more;
};

static vrrl_code start_job(struct crew *crew, vrrl_error *err)
{
    int ends[2];
    if (pipe(ends) != 0)
        return error_errno(err, "pipe", "of a process that searches", "Fix: use fewer --jobs.");
    pid_t pid = fork();
    if (pid == 0) {
        for (uint32_t i = 0; i < crew->job_count; i++)
            close(crew->jobs[i].fd);
        close(ends[0]);
        signal(SIGPIPE, SIG_IGN);
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* nobody works for a parent that was killed */
        be_worker(crew->work, &crew->shared->next, ends[1]);
    }
    close(ends[1]);
    if (pid < 0) {
        vrrl_code code =
            error_errno(err, "fork", "of a process that searches", "Fix: use fewer --jobs.");
        close(ends[0]);
        return code;
    }
    crew->jobs[crew->job_count++] = (struct job){.pid = pid, .fd = ends[0]};
    crew->running++;
    return VRRL_OK;
}

static vrrl_code keep_early(struct crew *crew, const struct early *block, vrrl_error *err)
{
    vrrl_code code = array_room(crew->early, crew->early_count, crew->early_room, 1, err);
    if (code == VRRL_OK)
        crew->early[crew->early_count++] = *block;
    return code;
}

/* Takes the early block at `i`. */
static vrrl_code take_early(struct crew *crew, uint32_t i, vrrl_error *err)
{
    struct early block = crew->early[i];
    crew->early[i] = crew->early[--crew->early_count];
    crew->due = block.block + 1;
    vrrl_code code = take_block(crew->work, block.block, &block.bytes, &crew->more, err);
    buffer_free(&block.bytes);
    return code;
}

static vrrl_code take_due(struct crew *crew, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && crew->more && i < crew->early_count;) {
        if (crew->early[i].block == crew->due) {
            code = take_early(crew, i, err);
            i = 0;
        } else {
            i++;
        }
    }
    return code;
}

/* False at the end of what a process has sent. */
static bool read_all(int fd, void *bytes, size_t size)
{
    uint8_t *at = bytes;
    while (size > 0) {
        ssize_t part = read(fd, at, size);
        if (part == 0 || (part < 0 && errno != EINTR))
            return false;
        if (part > 0) {
            at += part;
            size -= (size_t)part;
        }
    }
    return true;
}

/* Reaps a process; why it ended, if it has not said so. */
static vrrl_code end_job(struct crew *crew, struct job *job, vrrl_error *err)
{
    int status = 0;
    close(job->fd);
    job->fd = -1;
    crew->running--;
    while (waitpid(job->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (job->said_end)
        return VRRL_OK;
    const char *fix = "Fix: run it with --jobs 1, in a debugger; this is a bug in vrrl.";
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
        fix = "Fix: look for what kills processes, as a lack of memory does; use fewer --jobs.";
    if (WIFSIGNALED(status))
        return error_set(err, VRRL_IO, fix, "a process that worked on %s was killed by signal %d",
                         crew->work->what, WTERMSIG(status));
    return error_set(err, VRRL_IO, fix, "a process that worked on %s ended early",
                     crew->work->what);
}

static vrrl_code read_block(struct crew *crew, struct job *job, const struct message *message,
                            vrrl_error *err)
{
    struct early block = {.block = message->block};
    block.bytes.bytes = malloc(message->size + 1);
    block.bytes.size = block.bytes.room = message->size;
    if (!block.bytes.bytes)
        return error_no_memory(err, message->size);
    if (!read_all(job->fd, block.bytes.bytes, message->size)) {
        buffer_free(&block.bytes);
        return end_job(crew, job, err);
    }
    vrrl_code code = keep_early(crew, &block, err);
    if (code != VRRL_OK)
        buffer_free(&block.bytes);
    return code != VRRL_OK ? code : take_due(crew, err);
}

static vrrl_code hear(struct crew *crew, struct job *job, vrrl_error *err)
{
    struct message message;
    if (!read_all(job->fd, &message, sizeof message))
        return end_job(crew, job, err);
    if (message.kind == MESSAGE_BLOCK)
        return read_block(crew, job, &message, err);
    job->said_end = true;
    if (message.kind == MESSAGE_END)
        return VRRL_OK;
    vrrl_error theirs;
    if (!read_all(job->fd, &theirs, sizeof theirs))
        return end_job(crew, job, err);
    if (err)
        *err = theirs;
    return theirs.code;
}

static vrrl_code listen_once(struct crew *crew, vrrl_error *err)
{
    enum { WAKE_EVERY_MS = 50 };
    struct pollfd polled[WORK_POOL_JOBS_MAX];
    for (uint32_t i = 0; i < crew->job_count; i++)
        polled[i] = (struct pollfd){.fd = crew->jobs[i].fd, .events = POLLIN};
    int ready = poll(polled, crew->job_count, WAKE_EVERY_MS);
    if (ready < 0 && errno != EINTR)
        return error_errno(err, "poll", "processes that search", NULL);
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; ready > 0 && i < crew->job_count && code == VRRL_OK && crew->more; i++) {
        if (polled[i].revents && crew->jobs[i].fd >= 0)
            code = hear(crew, &crew->jobs[i], err);
    }
    return code;
}

/* Where the time was over, a process may have left out a block that another went past. */
static vrrl_code take_rest(struct crew *crew, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    while (code == VRRL_OK && crew->more && crew->early_count > 0) {
        uint32_t first = 0;
        for (uint32_t i = 1; i < crew->early_count; i++) {
            if (crew->early[i].block < crew->early[first].block)
                first = i;
        }
        code = take_early(crew, first, err);
    }
    return code;
}

static void end_all(struct crew *crew)
{
    for (uint32_t i = 0; i < crew->job_count; i++) {
        if (crew->jobs[i].fd < 0)
            continue;
        kill(crew->jobs[i].pid, SIGKILL);
        end_job(crew, &crew->jobs[i], NULL);
    }
    for (uint32_t i = 0; i < crew->early_count; i++)
        buffer_free(&crew->early[i].bytes);
    free(crew->early);
}

/* Passes it on when the search is to stop; whether those who were told have had time to end. */
static bool tell_to_stop(struct crew *crew)
{
    const uint64_t grace_ns = 2000000000;
    const struct search_limit *limit = crew->work->limit;
    if (!crew->told_ns && limit && limit_is_stopped(limit)) {
        store_relaxed(&crew->shared->stop, true);
        crew->told_ns = clock_steady_ns();
    }
    return crew->told_ns && clock_steady_ns() - crew->told_ns > grace_ns;
}

static vrrl_code run_crew(struct crew *crew, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < crew->work->jobs; i++)
        code = start_job(crew, err);
    while (code == VRRL_OK && crew->more && crew->running > 0 && !tell_to_stop(crew)) {
        code = listen_once(crew, err);
        if (crew->work->idle)
            crew->work->idle(crew->work->context);
    }
    return code == VRRL_OK ? take_rest(crew, err) : code;
}

vrrl_code work_pool_run(const struct work_pool *work, vrrl_error *err)
{
    if (work->jobs <= 1 || work->count <= 1)
        return run_here(work, err);
    if (work->jobs > WORK_POOL_JOBS_MAX)
        return error_set(err, VRRL_INVALID, "Fix: use fewer --jobs.", "%u processes, of at most %d",
                         work->jobs, WORK_POOL_JOBS_MAX);
    struct crew *crew = calloc(1, sizeof *crew);
    if (!crew)
        return error_no_memory(err, sizeof *crew);
    *crew = (struct crew){.work = work, .more = true};
    crew->shared =
        mmap(NULL, sizeof *crew->shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (crew->shared == MAP_FAILED) {
        free(crew);
        return error_errno(err, "mmap", "a shared counter", NULL);
    }
    if (work->limit)
        work->limit->told = &crew->shared->stop;
    vrrl_code code = run_crew(crew, err);
    end_all(crew);
    if (work->limit)
        work->limit->told = NULL;
    munmap(crew->shared, sizeof *crew->shared);
    free(crew);
    return code;
}
