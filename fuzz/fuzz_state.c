/* A snapshot, state-0.zst, of a machine as large as the first two bytes say. Where the first is odd
 * the rest is a payload whose frame holds, and is read again where only its digest does not. What is
 * read encodes to the same payload. */
#include "frame_input.h"

#include "base/digest.h"
#include "recording/payloads.h"
#include "recording/recording.h"

enum { WORDS_MOST = 4096, AT_DIGEST = RECORDING_ID_BYTES + 8 + 4 + 4 };

static const uint8_t id[RECORDING_ID_BYTES] = {1, 2, 3};

static void check_same(const struct byte_buffer *payload, const struct snapshot_head *head,
                       const uint32_t *arena, uint32_t words)
{
    struct byte_buffer again = {0};
    snapshot_encode(&again, id, head->sequence, head->epoch, arena, words);
    CHECK(!again.failed && again.size == payload->size);
    CHECK(memcmp(again.bytes, payload->bytes, again.size) == 0);
    buffer_free(&again);
}

static void decode(const struct byte_buffer *payload, uint32_t words)
{
    uint32_t arena[WORDS_MOST];
    struct snapshot_head head;
    vrrl_error err = {.code = VRRL_OK};
    vrrl_code code = snapshot_decode(payload, id, &head, arena, words, "input", &err);
    check_error(&err, code);
    if (code && strstr(err.text, "digest")) {
        const uint8_t *body = payload->bytes + AT_DIGEST + DIGEST_BYTES;
        digest_blake3(body, 4 * (size_t)words, payload->bytes + AT_DIGEST);
        code = snapshot_decode(payload, id, &head, arena, words, "input", &err);
        CHECK(code == VRRL_OK);
    }
    if (!code)
        check_same(payload, &head, arena, words);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    uint32_t words = ((uint32_t)data[0] | (uint32_t)data[1] << 8) / 2 % WORDS_MOST, epoch, count;
    struct input_file file = data[0] & 1 ? framed_file(data + 2, size - 2, FRAME_SNAPSHOT)
                                         : input_file(data + 2, size - 2);
    struct frame_reader reader;
    vrrl_error err = {.code = VRRL_OK};
    CHECK(frame_reader_open(&reader, file.path, &err) == VRRL_OK);
    CHECK(frame_count(&reader, file.path, &count, &err) == VRRL_OK);
    CHECK(count <= lseek(file.fd, 0, SEEK_END) / 48);
    bool found;
    uint64_t limit = snapshot_payload_bytes(words);
    vrrl_code code = frame_get(&reader, file.path, FRAME_SNAPSHOT, limit, &epoch, &found, &err);
    check_error(&err, code);
    CHECK(reader.raw.room <= limit);
    CHECK(!found || (code == VRRL_OK && count > 0));
    if (found)
        decode(&reader.raw, words);
    frame_reader_close(&reader);
    input_close(&file);
    return 0;
}
