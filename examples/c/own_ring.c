/* A host with a ring, slots and opcodes of its own, recorded, and replayed on its own megakernel. What plays the
 * megakernel here is two threads that claim slots of 128 bytes; vrrl sees them through the callbacks of a replay alone.
 *
 *     cc own_ring.c $(pkg-config --cflags --libs vrrl) -o host
 *     ./host record run.vrrd 100   # 100 epochs; 0: until it is killed, which leaves run.vrrd.partial
 *     ./host replay run.vrrd       # the same build: SAME
 *     cc -DBUG own_ring.c ...      # another build: where it differs
 */
#include <vrrl/run/host_replay.h>
#include <vrrl/run/recorder.h>
#include <vrrl/run/report.h>

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- The megakernel: a ring, memory, workers ------------------------------------------------- */

enum { RING = 64, WORKERS = 2, TILES = 4, TILE_WORDS = 16, ARGS = 29 };
enum { OP_SCALE = 0x51, OP_SUM = 0x52 };
enum { FREE, PUBLISHED, CLAIMED, DONE };

struct slot {
    uint32_t status, opcode, worker, args[ARGS];
};
_Static_assert(sizeof(struct slot) == 128, "slots of 128 bytes");

static struct slot ring[RING];
static uint64_t ended_at[RING], ends; /* the order in which slots end */
static uint32_t shut_down;

/* Its memory: what the host writes, what tiles make of it, how many tiles are done, their sum. */
static struct {
    uint32_t input[TILES * TILE_WORDS], scaled[TILES * TILE_WORDS], tiles_done, sum;
} memory;

static void scale(const uint32_t *args) /* tile, factor */
{
    uint32_t first = args[0] * TILE_WORDS, factor = args[1];
#ifdef BUG
    factor += args[0] == 2; /* in the third tile */
#endif
    for (uint32_t i = first; i < first + TILE_WORDS; i++)
        memory.scaled[i] = factor * memory.input[i];
}

static void sum(const uint32_t *args) /* tiles to wait for */
{
    while (__atomic_load_n(&memory.tiles_done, __ATOMIC_ACQUIRE) < args[0])
        sched_yield();
    memory.sum = 0;
    for (uint32_t i = 0; i < TILES * TILE_WORDS; i++)
        memory.sum += memory.scaled[i];
    memory.tiles_done = 0; /* for the next epoch */
}

static void *work(void *number)
{
    while (!__atomic_load_n(&shut_down, __ATOMIC_ACQUIRE)) {
        for (uint32_t i = 0; i < RING; i++) {
            uint32_t published = PUBLISHED;
            if (!__atomic_compare_exchange_n(&ring[i].status, &published, CLAIMED, 0,
                                             __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
                continue;
            ring[i].worker = *(const uint32_t *)number;
            (ring[i].opcode == OP_SCALE ? scale : sum)(ring[i].args);
            ended_at[i] = __atomic_add_fetch(&ends, 1, __ATOMIC_RELAXED);
            if (ring[i].opcode == OP_SCALE) /* behind its end: SUM ends later */
                __atomic_fetch_add(&memory.tiles_done, 1, __ATOMIC_RELEASE);
            __atomic_store_n(&ring[i].status, DONE, __ATOMIC_RELEASE);
        }
        sched_yield();
    }
    return NULL;
}

static pthread_t workers[WORKERS];

static void start_workers(void)
{
    static const uint32_t numbers[WORKERS] = {0, 1};
    for (int i = 0; i < WORKERS; i++)
        if (pthread_create(&workers[i], NULL, work, (void *)&numbers[i]) != 0)
            exit(2);
}

static void stop_workers(void)
{
    __atomic_store_n(&shut_down, 1, __ATOMIC_RELEASE);
    for (int i = 0; i < WORKERS; i++)
        pthread_join(workers[i], NULL);
}

static void publish(uint32_t index, uint32_t opcode, const uint32_t *args, uint32_t count)
{
    ring[index].opcode = opcode;
    memset(ring[index].args, 0, sizeof ring[index].args);
    memcpy(ring[index].args, args, count * sizeof *args);
    __atomic_store_n(&ring[index].status, PUBLISHED, __ATOMIC_RELEASE);
}

/* What of a slot is worth comparing: what it wrote, folded into one number that is not 0. */
static uint64_t result_of(const struct slot *slot)
{
    uint64_t fold = 1;
    uint32_t first = slot->args[0] * TILE_WORDS;
    if (slot->opcode == OP_SUM)
        return fold << 32 | memory.sum;
    for (uint32_t i = first; i < first + TILE_WORDS; i++)
        fold = fold * 31 + memory.scaled[i];
    return fold | 1;
}

/* ---- Recording ------------------------------------------------------------------------------- */

static const char names[] = "opcode 0x51  SCALE  tile u32, factor u32\n"
                            "opcode 0x52  SUM    tiles u32\n";

/* The regions of the recording, and where they are. */
static const vrrl_recorder_region regions[] = {
    {"input", TILES *TILE_WORDS, VRRL_COMPARE_EXACT, 0},
    {"scaled", TILES *TILE_WORDS, VRRL_COMPARE_EXACT, 0},
    {"sum", 1, VRRL_COMPARE_EXACT, 0},
};
static uint32_t *const places[] = {memory.input, memory.scaled, &memory.sum};

static vrrl_code read_region(void *context, uint32_t region, uint32_t *words)
{
    (void)context;
    memcpy(words, places[region], regions[region].words * sizeof *words);
    return VRRL_OK;
}

static void record_slot(vrrl_recorder *recorder, uint32_t index, uint32_t opcode,
                        const uint32_t *args, uint32_t count)
{
    vrrl_recorder_slot slot;
    memset(&slot, 0, sizeof slot);
    slot.index = index;
    slot.opcode = opcode;
    slot.queue = VRRL_NO_WORKER;
    slot.args = args;
    slot.arg_count = count;
    vrrl_recorder_publish(recorder, &slot); /* what it returns is worth a line in a log, no more */
    publish(index, opcode, args, count);
}

/* Waits for a slot to end, and says how. */
static void complete(uint32_t index, vrrl_recorder_completion *end)
{
    while (__atomic_load_n(&ring[index].status, __ATOMIC_ACQUIRE) != DONE)
        sched_yield();
    memset(end, 0, sizeof *end);
    end->index = index;
    end->status = VRRL_STATUS_DONE;
    end->worker = ring[index].worker;
    end->ended = ended_at[index];
    end->result = result_of(&ring[index]);
    ring[index].status = FREE;
}

/* One epoch: the host writes the input, and publishes a slot for each tile and one for their sum. */
static void run_epoch(vrrl_recorder *recorder, uint32_t epoch)
{
    const uint32_t wanted[] = {TILES};
    vrrl_recorder_completion end;
    uint32_t first = epoch * (TILES + 1) % RING;
    for (uint32_t i = 0; i < TILES * TILE_WORDS; i++)
        memory.input[i] = epoch + i;
    vrrl_recorder_write(recorder, 0, 0, memory.input, TILES * TILE_WORDS);
    for (uint32_t tile = 0; tile < TILES; tile++) {
        const uint32_t args[] = {tile, epoch % 7 + 1};
        record_slot(recorder, (first + tile) % RING, OP_SCALE, args, 2);
    }
    record_slot(recorder, (first + TILES) % RING, OP_SUM, wanted, 1);
    for (uint32_t i = 0; i <= TILES; i++) {
        complete((first + i) % RING, &end);
        vrrl_recorder_complete(recorder, &end);
    }
    vrrl_recorder_end(recorder, NULL);
}

static vrrl_code record(const char *path, uint32_t epochs, vrrl_error *err)
{
    vrrl_recorder *recorder;
    vrrl_recorder_options options;
    VRRL_OPTIONS_INIT(&options);
    options.name = "tiles";
    options.backend = "two threads";
    options.ring_slots = RING;
    options.slot_words = ARGS + 3;
    options.regions = regions;
    options.region_count = sizeof regions / sizeof regions[0];
    options.read = read_region;
    options.names = names;
    options.work = VRRL_RECORDER_BEHIND;
    options.capacity_records = 1 << 12; /* a ring: of a longer run the newest are kept */
    vrrl_code code = vrrl_recorder_open(path, &options, &recorder, err);
    if (code != VRRL_OK)
        return code;
    for (uint32_t epoch = 0; epochs == 0 || epoch < epochs; epoch++)
        run_epoch(recorder, epoch);
    printf("recorded: %u epochs\n", epochs);
    return vrrl_recorder_close(recorder, err);
}

/* ---- Replay ---------------------------------------------------------------------------------- */

static vrrl_code on_reset(void *context)
{
    (void)context;
    memset(&memory, 0, sizeof memory);
    return VRRL_OK;
}

static vrrl_code on_write(void *context, uint32_t region, uint32_t first, const uint32_t *words,
                          uint32_t count)
{
    (void)context;
    memcpy(places[region] + first, words, count * sizeof *words);
    return VRRL_OK;
}

static vrrl_code on_publish(void *context, const vrrl_recorder_slot *slot)
{
    (void)context;
    publish(slot->index, slot->opcode, slot->args, slot->arg_count);
    return VRRL_OK;
}

/* All slots are waited for, whichever is asked for: none of them needs a later one. */
static vrrl_code on_wait(void *context, uint32_t index, vrrl_replay_epoch *epoch)
{
    vrrl_recorder_completion end;
    (void)context;
    (void)index;
    for (uint32_t i = 0; i < RING; i++) {
        if (__atomic_load_n(&ring[i].status, __ATOMIC_ACQUIRE) == FREE)
            continue;
        complete(i, &end);
        vrrl_replay_ended(epoch, &end);
    }
    return VRRL_OK;
}

static vrrl_code replay(const char *path, int *outcome, vrrl_error *err)
{
    const vrrl_report_side replayed = {"replay", "this build", "two threads", "replayed"};
    vrrl_report_side recorded = {"recording", path, "", "recorded"};
    vrrl_replay_host host;
    vrrl_recording *recording;
    vrrl_diff_result *result;
    char words[160];
    VRRL_OPTIONS_INIT(&host);
    host.reset = on_reset;
    host.write = on_write;
    host.publish = on_publish;
    host.wait = on_wait;
    host.read = read_region;
    vrrl_code code = vrrl_recording_open(path, &recording, err);
    if (code != VRRL_OK)
        return code;
    code = vrrl_replay_on_host(recording, &host, &result, err);
    if (code == VRRL_OK) {
        vrrl_report_recording_words(vrrl_recording_info_of(recording), words, sizeof words);
        recorded.detail = words;
        vrrl_report_diff(vrrl_recording_program(recording), result, &recorded, &replayed, stdout);
        *outcome = vrrl_report_exit(result->outcome);
        vrrl_diff_result_free(result);
    }
    vrrl_recording_close(recording);
    return code;
}

int main(int count, char **arguments)
{
    vrrl_error err;
    int outcome = 0;
    vrrl_code code;
    if (count < 3)
        return 2;
    start_workers();
    if (strcmp(arguments[1], "record") == 0)
        code = record(arguments[2], count > 3 ? (uint32_t)atoi(arguments[3]) : 100, &err);
    else
        code = replay(arguments[2], &outcome, &err);
    stop_workers();
    if (code != VRRL_OK)
        fprintf(stderr, "%s\n%s\n", err.text, err.fix);
    return code == VRRL_OK ? outcome : 2;
}
