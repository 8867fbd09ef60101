/* The ends of epochs, pages.zst, of a machine as its first four bytes say. Where the first is odd the
 * rest are payloads whose frames hold; an epoch whose state digest alone does not hold is read
 * again with the right one. What is read encodes to what reads the same. */
#include "frame_input.h"

#include "recording/payloads.h"
#include "recording/recording.h"
#include "run/observed.h"

enum { AT_DIGEST = 6 * 4 };

/* A machine of few pages and records, with a region or all of its memory observed. */
static vrrl_program *machine(const uint8_t *head)
{
    const vrrl_geometry geometry = {.slot_words = VRRL_SLOT_WORDS_MIN,
                                    .ring_slots = 2 + (head[0] >> 1) % 8,
                                    .observable_words = 1 + head[1],
                                    .user_words = (uint32_t)head[2] * 20,
                                    .debug_records = head[3] % 8};
    vrrl_program *program;
    vrrl_error err;
    CHECK(vrrl_program_create(&program, &err) == VRRL_OK);
    CHECK(vrrl_program_set_geometry(program, &geometry, &err) == VRRL_OK);
    if (head[3] & 0x80) {
        const vrrl_region region = {.first_word =
                                        program->layout.user_base + geometry.user_words / 2,
                                    .words = geometry.user_words / 2};
        CHECK(vrrl_program_add_region(program, &region, &err) == VRRL_OK);
    }
    return program;
}

static vrrl_code decode(const struct byte_buffer *payload, const vrrl_program *program,
                        struct observer *observer)
{
    vrrl_error err = {.code = VRRL_OK};
    vrrl_code code = epoch_decode(payload, &program->geometry, observer, "input", &err);
    check_error(&err, code);
    if (!code || !strstr(err.text, "state digest"))
        return code;
    memcpy(payload->bytes + AT_DIGEST, observer->state.digest, DIGEST_BYTES);
    CHECK(epoch_decode(payload, &program->geometry, observer, "input", &err) == VRRL_OK);
    return VRRL_OK;
}

static bool all_kept(const struct observed_state *state)
{
    for (uint32_t p = 0; p < state->page_count; p++)
        if (state->pages[p].changed && !state->pages[p].kept)
            return false;
    return true;
}

/* With the pages where the epoch has them all, or by their digests. */
static void check_same(const vrrl_program *program, struct observer *observer)
{
    uint64_t limit = all_kept(&observer->state) ? UINT64_MAX : 0;
    struct byte_buffer once = {0}, twice = {0};
    vrrl_error err = {.code = VRRL_OK};
    epoch_encode(&once, &observer->observation, limit);
    CHECK(!once.failed && once.size <= epoch_payload_limit(&observer->state, &program->geometry));
    CHECK(epoch_decode(&once, &program->geometry, observer, "input", &err) == VRRL_OK);
    epoch_encode(&twice, &observer->observation, limit);
    CHECK(once.size == twice.size && memcmp(once.bytes, twice.bytes, once.size) == 0);
    buffer_free(&once);
    buffer_free(&twice);
}

static void read_epochs(struct frame_reader *reader, const char *path, const vrrl_program *program,
                        struct observer *observer)
{
    uint64_t limit = epoch_payload_limit(&observer->state, &program->geometry);
    uint32_t count, epoch;
    bool found;
    vrrl_error err = {.code = VRRL_OK};
    CHECK(frame_count(reader, path, &count, &err) == VRRL_OK);
    for (uint32_t read = 0;; read++) {
        vrrl_code code = frame_get(reader, path, FRAME_EPOCH, limit, &epoch, &found, &err);
        check_error(&err, code);
        CHECK(reader->raw.room <= limit);
        if (!code && !found)
            CHECK(read == count); /* both end at the same place */
        if (!found)
            return;
        CHECK(read < count);
        if (decode(&reader->raw, program, observer) == VRRL_OK)
            check_same(program, observer);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4)
        return 0;
    vrrl_program *program = machine(data);
    struct input_file file =
        data[0] & 1 ? framed_file(data + 4, size - 4, FRAME_EPOCH) : input_file(data + 4, size - 4);
    struct observed_state state;
    struct observer observer;
    struct frame_reader reader;
    vrrl_error err = {.code = VRRL_OK};
    CHECK(observed_state_of(program, &state, &err) == VRRL_OK);
    CHECK(observer_create(&observer, &state, program->geometry.ring_slots, &err) == VRRL_OK);
    CHECK(frame_reader_open(&reader, file.path, &err) == VRRL_OK);
    read_epochs(&reader, file.path, program, &observer);
    frame_reader_close(&reader);
    observer_free(&observer);
    input_close(&file);
    vrrl_program_free(program);
    return 0;
}
