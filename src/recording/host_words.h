/* What of a host stands in words: its writes between epochs, and the digests of their ends. */
#ifndef VRRL_RECORDING_HOST_WORDS_H
#define VRRL_RECORDING_HOST_WORDS_H

#include "base/bytes.h"
#include "base/digest.h"
#include "vrrl/run/program.h"

/* A piece of a write, in its arguments: the first word's place in memory, how many words there are, those words. */
enum { HOST_WRITE_FIRST, HOST_WRITE_COUNT, HOST_WRITE_WORDS };

enum { HOST_DIGEST_WORDS = DIGEST_BYTES / 4 };

static inline void host_digest_put(uint32_t *memory, const uint8_t digest[DIGEST_BYTES])
{
    for (size_t i = 0; i < HOST_DIGEST_WORDS; i++)
        memory[VRRL_WORD_OBSERVABLE + i] = load_le32(digest + 4 * i);
}

/* Whether a host's epochs end with one. */
static inline bool host_has_digests(const vrrl_program *program)
{
    return program->host_slots && program->geometry.observable_words == HOST_DIGEST_WORDS;
}

#endif
