#include "recording/payloads.h"

#include "recording/frames.h"
#include "recording/recording.h"

#include "base/array.h"
#include "base/least.h"

#include <string.h>

/* ---- Snapshot -------------------------------------------------------------------------------- */

enum { SNAPSHOT_HEAD_BYTES = RECORDING_ID_BYTES + 8 + 4 + 4 + DIGEST_BYTES };

uint64_t snapshot_payload_bytes(uint32_t words)
{
    return SNAPSHOT_HEAD_BYTES + 4 * (uint64_t)words;
}

void snapshot_encode(struct byte_buffer *out, const uint8_t id[RECORDING_ID_BYTES],
                     uint64_t sequence, uint32_t epoch, const uint32_t *arena, uint32_t words)
{
    uint8_t digest[DIGEST_BYTES] = {0};
    buffer_put(out, id, RECORDING_ID_BYTES);
    buffer_put_u64(out, sequence);
    buffer_put_u32(out, epoch);
    buffer_put_u32(out, words);
    buffer_put(out, digest, DIGEST_BYTES);
    buffer_put_words(out, arena, words);
    if (out->failed)
        return;
    digest_blake3(out->bytes + SNAPSHOT_HEAD_BYTES, 4 * (size_t)words, digest);
    memcpy(out->bytes + SNAPSHOT_HEAD_BYTES - DIGEST_BYTES, digest, DIGEST_BYTES);
}

vrrl_code snapshot_decode(const struct byte_buffer *payload, const uint8_t id[RECORDING_ID_BYTES],
                          struct snapshot_head *head, uint32_t *arena, uint32_t words,
                          const char *path, vrrl_error *err)
{
    struct byte_cursor in = {.at = payload->bytes, .left = payload->size};
    uint8_t found_id[RECORDING_ID_BYTES], digest[DIGEST_BYTES], found_digest[DIGEST_BYTES];
    cursor_get(&in, found_id, sizeof found_id);
    head->sequence = cursor_get_u64(&in);
    head->epoch = cursor_get_u32(&in);
    uint32_t found_words = cursor_get_u32(&in);
    cursor_get(&in, found_digest, sizeof found_digest);
    if (in.failed || found_words != words || in.left != 4 * (size_t)words)
        return frame_corrupt(path, "the snapshot's size does not fit the machine", err);
    if (memcmp(found_id, id, RECORDING_ID_BYTES) != 0)
        return frame_corrupt(path, "the snapshot belongs to another recording", err);
    digest_blake3(in.at, in.left, digest);
    if (memcmp(found_digest, digest, DIGEST_BYTES) != 0)
        return frame_corrupt(path, "the snapshot's digest does not hold", err);
    cursor_get_words(&in, arena, words);
    return VRRL_OK;
}

/* ---- Epoch ----------------------------------------------------------------------------------- */

enum {
    EPOCH_HEAD_BYTES = 6 * 4 + DIGEST_BYTES,
    PAGE_BYTES = 4 + 4 * VRRL_PAGE_WORDS,
    DIGEST_ONLY_BYTES = 4 + DIGEST_BYTES,
    WAITER_WORDS = 6,
};

/* Beside the status of a slot that wants 2^32 more than its word for that says. */
static const uint32_t WAITER_PAST_32_BITS = 0x80000000u;

uint64_t epoch_payload_limit(const struct observed_state *state, const vrrl_geometry *geometry)
{
    return EPOCH_HEAD_BYTES + (uint64_t)state->page_count * PAGE_BYTES +
           (uint64_t)geometry->debug_records * sizeof(struct debug_record) +
           (uint64_t)geometry->ring_slots * WAITER_WORDS * 4;
}

uint64_t epoch_payload_most(const struct observed_state *state, const vrrl_geometry *geometry,
                            uint64_t page_limit)
{
    uint64_t whole = (uint64_t)state->page_count * PAGE_BYTES;
    uint64_t digests = (uint64_t)state->page_count * DIGEST_ONLY_BYTES;
    uint64_t kept = whole <= page_limit ? whole : most(page_limit, digests);
    return epoch_payload_limit(state, geometry) - whole + kept;
}

static void put_pages(struct byte_buffer *out, const struct observed_state *state, bool with_words)
{
    for (uint32_t p = 0; p < state->page_count; p++) {
        const struct observed_page *page = &state->pages[p];
        if (!page->changed)
            continue;
        buffer_put_u32(out, page->number);
        if (with_words)
            buffer_put_words(out, state->words + (size_t)p * VRRL_PAGE_WORDS, VRRL_PAGE_WORDS);
        else
            buffer_put(out, page->digest, DIGEST_BYTES);
    }
}

void epoch_encode(struct byte_buffer *out, const struct observation *o, uint64_t page_limit)
{
    const struct observed_state *state = o->state;
    bool keep = (uint64_t)state->changed_count * PAGE_BYTES <= page_limit;
    buffer_put_u32(out, (uint32_t)o->verdict);
    buffer_put_u32(out, keep ? state->changed_count : 0);
    buffer_put_u32(out, keep ? 0 : state->changed_count);
    buffer_put_u32(out, o->debug_written);
    buffer_put_u32(out, o->debug_count);
    buffer_put_u32(out, o->waiter_count);
    buffer_put(out, state->digest, DIGEST_BYTES);
    put_pages(out, state, keep);
    for (uint32_t i = 0; i < o->debug_count; i++)
        buffer_put_words(out, o->debug[i].words, VRRL_DEBUG_RECORD_WORDS);
    for (uint32_t i = 0; i < o->waiter_count; i++) {
        const vrrl_waiter *w = &o->waiters[i];
        uint32_t past = w->wait_value > UINT32_MAX ? WAITER_PAST_32_BITS : 0;
        uint32_t words[WAITER_WORDS] = {w->index,     w->status | past,        w->worker,
                                        w->wait_word, (uint32_t)w->wait_value, w->seen_value};
        buffer_put_words(out, words, WAITER_WORDS);
    }
}

static vrrl_code get_page(struct byte_cursor *in, struct observed_state *state, bool with_words,
                          const char *path, vrrl_error *err)
{
    uint32_t position = state_find_page(state, cursor_get_u32(in));
    if (position == VRRL_NO_INDEX)
        return frame_corrupt(path, "a page that is not observed", err);
    uint8_t digest[DIGEST_BYTES];
    uint32_t words[VRRL_PAGE_WORDS];
    if (with_words) {
        cursor_get_words(in, words, VRRL_PAGE_WORDS);
        state_page_digest(words, digest);
    } else {
        cursor_get(in, digest, DIGEST_BYTES);
    }
    state_set_page(state, position, with_words ? words : NULL, digest);
    return VRRL_OK;
}

static vrrl_code get_pages(struct byte_cursor *in, struct observed_state *state, uint32_t kept,
                           uint32_t digests_only, const char *path, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    state_clear_changes(state);
    for (uint32_t i = 0; code == VRRL_OK && i < kept; i++)
        code = get_page(in, state, true, path, err);
    for (uint32_t i = 0; code == VRRL_OK && i < digests_only; i++)
        code = get_page(in, state, false, path, err);
    if (code == VRRL_OK)
        state_finish_digest(state);
    return code;
}

static vrrl_code get_waiters(struct byte_cursor *in, struct observation *o, uint32_t ring_slots,
                             const char *path, vrrl_error *err)
{
    for (uint32_t i = 0; i < o->waiter_count; i++) {
        uint32_t w[WAITER_WORDS];
        cursor_get_words(in, w, WAITER_WORDS);
        if (w[0] >= ring_slots)
            return frame_corrupt(path, "a waiting slot outside the ring", err);
        uint64_t past = w[1] & WAITER_PAST_32_BITS ? (uint64_t)1 << 32 : 0;
        o->waiters[i] = (vrrl_waiter){.index = w[0],
                                      .status = w[1] & ~WAITER_PAST_32_BITS,
                                      .worker = w[2],
                                      .wait_word = w[3],
                                      .wait_value = past + w[4],
                                      .seen_value = w[5]};
    }
    return VRRL_OK;
}

/* What an epoch's payload begins with. */
struct epoch_head {
    uint32_t verdict, kept, digests_only, debug_written, debug_count, waiter_count;
    uint8_t digest[DIGEST_BYTES];
};

static struct epoch_head get_head(struct byte_cursor *in)
{
    struct epoch_head head;
    head.verdict = cursor_get_u32(in);
    head.kept = cursor_get_u32(in);
    head.digests_only = cursor_get_u32(in);
    head.debug_written = cursor_get_u32(in);
    head.debug_count = cursor_get_u32(in);
    head.waiter_count = cursor_get_u32(in);
    cursor_get(in, head.digest, DIGEST_BYTES);
    return head;
}

/* Nothing is allocated or read by these numbers before they hold. */
static bool head_fits(const struct epoch_head *head, const struct observed_state *state,
                      const vrrl_geometry *geometry, size_t payload_bytes)
{
    if (head->verdict > VRRL_VERDICT_SHUTDOWN || head->kept > state->page_count ||
        head->digests_only > state->page_count || head->debug_count > geometry->debug_records ||
        head->debug_count > head->debug_written || head->waiter_count > geometry->ring_slots)
        return false;
    return payload_bytes == EPOCH_HEAD_BYTES + (uint64_t)head->kept * PAGE_BYTES +
                                (uint64_t)head->digests_only * DIGEST_ONLY_BYTES +
                                (uint64_t)head->debug_count * sizeof(struct debug_record) +
                                (uint64_t)head->waiter_count * WAITER_WORDS * 4;
}

vrrl_code epoch_decode(const struct byte_buffer *payload, const vrrl_geometry *geometry,
                       struct observer *observer, const char *path, vrrl_error *err)
{
    struct byte_cursor in = {.at = payload->bytes, .left = payload->size};
    struct observation *o = &observer->observation;
    struct observed_state *state = &observer->state;
    struct epoch_head head = get_head(&in);
    if (in.failed || !head_fits(&head, state, geometry, payload->size))
        return frame_corrupt(path, "an epoch's counts do not fit the machine or its payload", err);
    vrrl_code code = observer_reserve(observer, 0, head.debug_count, head.waiter_count, err);
    if (code == VRRL_OK)
        code = get_pages(&in, state, head.kept, head.digests_only, path, err);
    if (code != VRRL_OK)
        return code;
    o->verdict = (vrrl_verdict)head.verdict;
    o->state = state;
    o->debug_written = head.debug_written;
    o->debug_count = head.debug_count;
    o->waiter_count = head.waiter_count;
    for (uint32_t i = 0; i < head.debug_count; i++)
        cursor_get_words(&in, o->debug[i].words, VRRL_DEBUG_RECORD_WORDS);
    observation_sort_debug(o);
    code = get_waiters(&in, o, geometry->ring_slots, path, err);
    if (code == VRRL_OK && memcmp(head.digest, state->digest, DIGEST_BYTES) != 0)
        code = frame_corrupt(path, "an epoch's state digest does not hold", err);
    return code;
}
