/* A log in memory whose writer moves between the accesses of a reader, by a schedule. */
#ifndef VRRL_LIVE_MODEL_H
#define VRRL_LIVE_MODEL_H

#include "log_test.h"

#include "base/bytes.h"
#include "log/record_format.h"

enum { CAPACITY_MAX = 4, STORES = 5, BURSTS = 2 };

/* What moves: a log in memory, and how many stores of its appends have been made. */
struct writer {
    uint64_t capacity, stores, stores_max;
    uint64_t batch; /* the cursor moves every so many appends */
    uint8_t bytes[32 + 64 * CAPACITY_MAX];
};

/* A call's schedule: after how many accesses each burst comes, and how long it is. */
struct schedule {
    uint64_t at[BURSTS], length[BURSTS], accesses;
};

struct scene {
    struct writer writer;
    struct schedule schedule;
};

static inline void encode(uint64_t n, uint8_t raw[64])
{
    vrrl_record record = sample_record(n);
    uint64_t head[2] = {log_pair(VRRL_RECORD_MAGIC, (uint32_t)record.timestamp_ns),
                        log_pair((uint32_t)(record.timestamp_ns >> 32), record.slot_idx)};
    uint64_t body[6] = {log_pair(record.tenant_id, record.opcode),
                        log_pair(record.args[0], record.args[1]),
                        log_pair(record.args[2], record.args[3]),
                        log_pair(record.epoch, record.slot_status),
                        log_pair(record.failure_class, record.backend_code),
                        record.output_digest};
    memcpy(raw, head, 16);
    memcpy(raw + 16, body, 48);
}

/* The stores of an append, in the order of docs/format.md, the body in two halves. */
static inline void store_once(struct writer *w)
{
    uint64_t n = w->stores / STORES, place = n % w->capacity;
    uint8_t *at = w->bytes + 32 + 64 * place, raw[64];
    encode(n, raw);
    switch (w->stores++ % STORES) {
    case 0:
        store_le32(at, 0);
        break;
    case 1:
        memcpy(at + 16, raw + 16, 24);
        break;
    case 2:
        memcpy(at + 40, raw + 40, 24);
        break;
    case 3:
        memcpy(at, raw, 16);
        break;
    default:
        if ((n + 1) % w->batch == 0)
            store_le64(w->bytes + 24, (place + 1) % w->capacity);
    }
}

static inline void move_writer(struct writer *w, uint64_t stores)
{
    for (; stores > 0 && w->stores < w->stores_max; stores--)
        store_once(w);
}

/* One access, and whatever the schedule puts before it. */
static inline void access_bytes(struct scene *scene, uint8_t *to, size_t size, uint64_t offset)
{
    struct schedule *s = &scene->schedule;
    for (int i = 0; i < BURSTS; i++)
        if (s->at[i] == s->accesses)
            move_writer(&scene->writer, s->length[i]);
    s->accesses++;
    assert_true(offset + size <= 32 + 64 * scene->writer.capacity);
    memcpy(to, scene->writer.bytes + offset, size);
}

/* A head is one access, as the cursor is; a body is two. */
static inline void read_scene(void *context, void *bytes, size_t size, uint64_t offset)
{
    for (size_t done = 0; done < size;) {
        uint64_t within = (offset + done - 32) % 64;
        size_t part = offset < 32 ? 8 : within == 0 ? 16 : 24;
        access_bytes(context, (uint8_t *)bytes + done, part < size - done ? part : size - done,
                     offset + done);
        done += part;
    }
}

#endif
