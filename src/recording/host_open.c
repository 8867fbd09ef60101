/* A host's recorder is made: its machine as a program without slots, its files, the first memory. */
#include "recording/host_open.h"

#include "base/clock.h"
#include "base/options.h"
#include "base/quiet_signals.h"
#include "recording/host_behind.h"
#include "recording/host_epoch.h"
#include "recording/host_names.h"
#include "recording/json_files.h"
#include "recording/kept_records.h"
#include "recording/payloads.h"
#include "recording/snapshots.h"
#include "recording/symbols.h"
#include "run/observed.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { DEFAULT_RECORDS = 65536, DEFAULT_PATIENCE_MS = 1000, USER_WORDS_MAX = 1 << 26 };

#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK 18
#endif

/* ---- The machine ----------------------------------------------------------------------------- */

static vrrl_code read_options(struct vrrl_recorder *r, const vrrl_recorder_options *given,
                              vrrl_error *err)
{
    vrrl_recorder_options *own = &r->options;
    vrrl_code code = OPTIONS_READ(vrrl_recorder_options, own, given, err);
    if (code != VRRL_OK)
        return code;
    own->name = own->name ? own->name : "host";
    own->backend = own->backend ? own->backend : "host";
    own->slot_words = own->slot_words ? own->slot_words : VRRL_SLOT_WORDS_MIN;
    own->capacity_records = own->capacity_records ? own->capacity_records : DEFAULT_RECORDS;
    own->patience_ms = own->patience_ms ? own->patience_ms : DEFAULT_PATIENCE_MS;
    if (own->work > VRRL_RECORDER_BEHIND)
        return error_set(err, VRRL_INVALID, "Fix: take one of vrrl_recorder_work.",
                         "the work of a recorder is %u, which is none", (unsigned)own->work);
    if (own->keep_all && own->max_bytes)
        return error_set(err, VRRL_INVALID, "Fix: leave one of them out.",
                         "a recording that keeps all snapshots has no bound");
    if (own->region_count > 0 && (!own->regions || !own->read))
        return error_set(err, VRRL_INVALID, "Fix: give the regions, and `read`.",
                         "%u regions, without what they are or how they are read",
                         own->region_count);
    return VRRL_OK;
}

/* What the caller lends is his again when the recorder is open. */
static vrrl_code copy_regions(struct vrrl_recorder *r, vrrl_error *err)
{
    const size_t bytes = (r->options.region_count + (size_t)1) * sizeof *r->regions;
    r->regions = calloc(1, bytes);
    if (!r->regions)
        return error_no_memory(err, bytes);
    if (r->options.region_count > 0)
        memcpy(r->regions, r->options.regions, bytes - sizeof *r->regions);
    r->options.regions = r->regions;
    return VRRL_OK;
}

/* Each region begins with a page of its own. */
static uint32_t pages_of(uint32_t words)
{
    return (words + VRRL_PAGE_WORDS - 1) / VRRL_PAGE_WORDS * VRRL_PAGE_WORDS;
}

static vrrl_code count_words(const struct vrrl_recorder *r, uint32_t *words, vrrl_error *err)
{
    const vrrl_recorder_options *options = &r->options;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < options->region_count; i++) {
        const vrrl_recorder_region *region = &options->regions[i];
        if (!region->name || region->words == 0 || region->compare > VRRL_COMPARE_SCRATCH)
            return error_set(err, VRRL_INVALID, "Fix: give it a name, words and a rule.",
                             "region %u lacks a name or words, or its rule is none", i);
        sum += region->words <= USER_WORDS_MAX ? pages_of(region->words) : region->words;
    }
    *words = (uint32_t)sum;
    if (sum <= USER_WORDS_MAX)
        return VRRL_OK;
    return error_set(err, VRRL_TOO_LARGE, "Fix: leave out regions, or give digests of them.",
                     "the regions have %llu words, at most %d are recorded",
                     (unsigned long long)sum, USER_WORDS_MAX);
}

static vrrl_code add_region(struct vrrl_recorder *r, const vrrl_recorder_region *given,
                            uint32_t first, vrrl_error *err)
{
    vrrl_program *program = r->program;
    vrrl_region region = {.first_word = first,
                          .words = given->words,
                          .compare = given->compare,
                          .tolerance = given->tolerance};
    vrrl_code code = vrrl_program_add_text(program, given->name, &region.name, err);
    const vrrl_symbol symbol = {.name = region.name, .first_word = first, .words = given->words};
    if (code == VRRL_OK)
        code = vrrl_program_add_region(program, &region, err);
    return code == VRRL_OK ? vrrl_program_add_symbol(program, &symbol, err) : code;
}

static vrrl_code add_regions(struct vrrl_recorder *r, vrrl_error *err)
{
    const vrrl_recorder_options *options = &r->options;
    uint32_t first = r->program->layout.user_base;
    vrrl_code code = VRRL_OK;
    r->first_word = calloc(options->region_count + (size_t)1, sizeof *r->first_word);
    if (!r->first_word)
        return error_no_memory(err, (options->region_count + (uint64_t)1) * 4);
    for (uint32_t i = 0; code == VRRL_OK && i < options->region_count; i++) {
        vrrl_recorder_region region = options->regions[i];
        if (options->digests)
            region.compare = VRRL_COMPARE_IGNORE; /* the digest is compared instead */
        r->first_word[i] = first;
        code = add_region(r, &region, first, err);
        first += pages_of(region.words);
    }
    return code;
}

/* A digest stands in observable words, which are always compared. */
static vrrl_code name_digest(struct vrrl_recorder *r, vrrl_error *err)
{
    vrrl_symbol digest = {.first_word = VRRL_WORD_OBSERVABLE, .words = HOST_DIGEST_WORDS};
    if (!r->options.digests)
        return VRRL_OK;
    vrrl_code code = vrrl_program_add_text(r->program, "digest", &digest.name, err);
    return code == VRRL_OK ? vrrl_program_add_symbol(r->program, &digest, err) : code;
}

static vrrl_code make_program(struct vrrl_recorder *r, vrrl_error *err)
{
    vrrl_geometry geometry = {.slot_words = r->options.slot_words,
                              .ring_slots = r->options.ring_slots,
                              .observable_words = r->options.digests ? HOST_DIGEST_WORDS : 1};
    vrrl_code code = count_words(r, &geometry.user_words, err);
    if (code == VRRL_OK)
        code = vrrl_program_create(&r->program, err);
    if (code != VRRL_OK)
        return code;
    r->program->host_slots = true;
    vrrl_text backend = 0;
    code = vrrl_program_set_geometry(r->program, &geometry, err);
    if (code == VRRL_OK)
        code = vrrl_program_add_text(r->program, r->options.name, &r->program->name, err);
    if (code == VRRL_OK)
        code = vrrl_program_add_text(r->program, r->options.backend, &backend, err);
    if (code == VRRL_OK)
        code = add_regions(r, err);
    if (code == VRRL_OK)
        code = name_digest(r, err);
    if (code == VRRL_OK) /* no text is added any more: it stays where it is */
        r->manifest.backend = vrrl_program_text(r->program, backend);
    return code;
}

/* ---- Memory ---------------------------------------------------------------------------------- */

/* In the child of a fork the page reads as zeros: it has no recorder. */
static vrrl_code make_shared(struct vrrl_recorder *r, vrrl_error *err)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    void *at = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
        return error_no_memory(err, page);
    r->shared = at;
    r->emptied_by_fork = madvise(at, page, MADV_WIPEONFORK) == 0;
    r->process = getpid();
    return VRRL_OK;
}

static vrrl_code make_memory(struct vrrl_recorder *r, vrrl_error *err)
{
    const uint32_t slots = r->options.ring_slots;
    r->published_at = calloc(slots, sizeof *r->published_at);
    r->waiter_places = calloc(slots, sizeof *r->waiter_places);
    r->job.waiters = calloc(slots, sizeof *r->job.waiters);
    r->memory = calloc(r->program->layout.total_words, sizeof *r->memory);
    if (!r->published_at || !r->waiter_places || !r->job.waiters || !r->memory)
        return error_no_memory(err, r->program->layout.total_words * sizeof *r->memory);
    vrrl_code code = observed_state_of(r->program, &r->observed, err);
    return code == VRRL_OK ? make_shared(r, err) : code;
}

/* ---- Files ----------------------------------------------------------------------------------- */

static vrrl_code keep_records(void *context, uint32_t epoch, uint64_t first, uint64_t last,
                              vrrl_error *err)
{
    const struct vrrl_recorder *r = context;
    struct quiet_signals quiet;
    quiet_signals_begin(&quiet);
    vrrl_code code = kept_records_write(r->folder.directory, epoch, r->log, &r->companion, first,
                                        last, false, err);
    quiet_signals_end(&quiet);
    return code;
}

/* Of the files that do not grow, those that people read are counted as one mebibyte. */
static vrrl_code create_intervals(struct vrrl_recorder *r, vrrl_error *err)
{
    const vrrl_recorder_options *own = &r->options;
    const uint64_t capacity = own->capacity_records;
    const struct intervals_limits limits = {
        .ahead = own->work == VRRL_RECORDER_BEHIND,
        .capacity = capacity,
        .epochs = own->snapshot_epochs,
        .nanoseconds = UINT64_C(1000000) * own->snapshot_ms,
        .max_bytes = own->max_bytes,
        .keep_records = own->keep_all ? keep_records : NULL,
        .context = r,
        .other_bytes = (UINT64_C(1) << 20) + LOG_HEADER_BYTES + capacity * VRRL_RECORD_BYTES +
                       COMPANION_HEADER_BYTES + capacity * companion_entry_bytes(own->slot_words),
        .payload_most = epoch_payload_most(&r->observed, &r->program->geometry, EPOCH_PAGE_BYTES)};
    return intervals_create(r->folder.directory, r->manifest.id, r->program->layout.total_words,
                            &limits, &r->intervals, err);
}

static vrrl_code name_files(struct vrrl_recorder *r, const char *path, vrrl_error *err)
{
    vrrl_code code = recording_folder_name(&r->folder, path, err);
    if (code == VRRL_OK)
        code = recording_file(r->companion_path, r->folder.directory, RECORDING_COMPANION, err);
    if (code == VRRL_OK)
        code = recording_file(r->log_path, r->folder.directory, RECORDING_LOG, err);
    return code;
}

static vrrl_code create_files(struct vrrl_recorder *r, vrrl_error *err)
{
    struct manifest *m = &r->manifest;
    recording_make_id(m->id);
    m->version = RECORDING_WRAPS_VERSION; /* how long the run is nobody knows */
    m->log_capacity = r->options.capacity_records;
    vrrl_code code = create_intervals(r, err);
    if (code == VRRL_OK)
        code = symbols_write(r->folder.directory, r->program, m->version, err);
    if (code == VRRL_OK)
        code = host_names_write(r->folder.directory, r->options.names, err);
    if (code == VRRL_OK)
        code = manifest_write(r->folder.directory, m, r->program, err);
    if (code == VRRL_OK)
        code = vrrl_log_open(r->log_path, m->log_capacity, &r->log, err);
    if (code == VRRL_OK)
        code = companion_create(&r->companion, r->companion_path, r->options.slot_words,
                                m->log_capacity, m->id, err);
    if (code == VRRL_OK)
        code = intervals_begin(r->intervals, r->memory, err);
    if (code == VRRL_OK)
        recorder_set_room(r, 0);
    return code;
}

static vrrl_code make_folder(struct vrrl_recorder *r, vrrl_error *err)
{
    struct quiet_signals quiet;
    quiet_signals_begin(&quiet);
    vrrl_code code = recording_folder_make(&r->folder, err);
    if (code == VRRL_OK) {
        code = create_files(r, err);
        if (code == VRRL_OK)
            code = recorder_behind_start(r, err);
        if (code != VRRL_OK) {
            intervals_close(r->intervals, false, NULL);
            r->intervals = NULL;
            recording_folder_remove(&r->folder);
        }
    }
    quiet_signals_end(&quiet);
    return code;
}

/* ---- The whole ------------------------------------------------------------------------------- */

void recorder_discard(struct vrrl_recorder *r)
{
    vrrl_log_close(r->log, NULL);
    if (r->companion.map)
        munmap(r->companion.map, r->companion.map_bytes);
    intervals_forget(r->intervals); /* of a child: else it was closed */
    buffer_free(&r->payload);
    state_free(&r->observed);
    vrrl_program_free(r->program);
    free(r->regions);
    free(r->first_word);
    free(r->memory);
    free(r->published_at);
    free(r->waiter_places);
    free(r->job.waiters);
    if (r->shared)
        munmap(r->shared, (size_t)sysconf(_SC_PAGESIZE));
    free(r);
}

static vrrl_code open_recorder(struct vrrl_recorder *r, const char *path,
                               const vrrl_recorder_options *options, vrrl_error *err)
{
    vrrl_code code = read_options(r, options, err);
    if (code == VRRL_OK)
        code = copy_regions(r, err);
    if (code == VRRL_OK)
        code = make_program(r, err);
    if (code == VRRL_OK)
        code = host_names_check(r->options.names, err);
    if (code == VRRL_OK)
        code = make_memory(r, err);
    if (code == VRRL_OK)
        code = name_files(r, path, err);
    if (code == VRRL_OK)
        code = recorder_read_regions(r, true, err);
    if (code == VRRL_OK)
        code = make_folder(r, err);
    if (code != VRRL_OK)
        return code;
    r->wide = (r->log->to.state & VRRL_APPENDER_NARROW) == 0;
    r->shared->clock_base = clock_wall_ns();
    store_release(&r->shared->state, (uint32_t)RECORDER_RUNS);
    return VRRL_OK;
}

vrrl_code vrrl_recorder_open(const char *path, const vrrl_recorder_options *options,
                             vrrl_recorder **recorder, vrrl_error *err)
{
    *recorder = NULL;
    struct vrrl_recorder *r = calloc(1, sizeof *r);
    if (!r)
        return error_no_memory(err, sizeof *r);
    vrrl_code code = open_recorder(r, path, options, err);
    if (code == VRRL_OK)
        *recorder = r;
    else
        recorder_discard(r);
    return code;
}
