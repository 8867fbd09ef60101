/* Evidence: what a backend's error says of how a slot ended. What its output bytes say: output_digest.c. */
#include "vrrl/log/log.h"

const char *vrrl_failure_class_name(uint32_t failure_class)
{
    switch (failure_class) {
#define X(code, number, name)                                                                      \
    case number:                                                                                   \
        return name;
        VRRL_FAILURE_TABLE(X)
#undef X
    default:
        return "unclassified";
    }
}

const char *vrrl_backend_error_text(uint32_t id)
{
    switch (id) {
#define X(code, number, text)                                                                      \
    case number:                                                                                   \
        return text;
        VRRL_BACKEND_ERROR_TABLE(X)
#undef X
    default:
        return "unknown backend error";
    }
}

static const char *const device_loss[] = {
    "device lost",
    "devicelost",
    "context lost",
    "lost device",
    "adapter lost",
    "gpu reset",
    "device_error_context_is_destroyed",
    "device_error_context_is_current",
    "device_error_deinitialized",
    "stale pipeline",
    NULL,
};

static const char *const transient_queue[] = {
    "queue full", "backpressure", "temporarily unavailable", "try again", "would block",
    "timeout",    "timed out",    "out of memory",           NULL,
};

static const char *const program_bug[] = {
    "invalid program",
    "compile failed",
    "unsupported feature",
    "validation failed",
    "lowering failed",
    "type error",
    NULL,
};

/* In the order of their rank: a lost device outranks a full queue in the same text. */
static const struct {
    vrrl_failure_class failure_class;
    const char *const *words;
} lists[] = {
    {VRRL_FAILURE_DEVICE_LOSS, device_loss},
    {VRRL_FAILURE_TRANSIENT_QUEUE, transient_queue},
    {VRRL_FAILURE_PROGRAM_BUG, program_bug},
};

/* ASCII only, whatever the locale: the same message must have the same class everywhere. */
static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool begins_with(const char *text, const char *word)
{
    while (*word && lower(*text) == *word) {
        text++;
        word++;
    }
    return !*word;
}

static bool contains(const char *text, const char *word)
{
    for (; *text; text++)
        if (begins_with(text, word))
            return true;
    return false;
}

vrrl_failure_class vrrl_classify_message(const char *message)
{
    if (!message)
        return VRRL_FAILURE_UNCLASSIFIED;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        for (const char *const *word = lists[i].words; *word; word++)
            if (contains(message, *word))
                return lists[i].failure_class;
    return VRRL_FAILURE_UNCLASSIFIED;
}

vrrl_failure_class vrrl_classify_error(const vrrl_backend_error *error)
{
    switch (error->id) {
    case VRRL_BACKEND_ERROR_OUT_OF_MEMORY:
    case VRRL_BACKEND_ERROR_POISONED_LOCK:
        return VRRL_FAILURE_TRANSIENT_QUEUE;
    case VRRL_BACKEND_ERROR_UNSUPPORTED_FEATURE:
    case VRRL_BACKEND_ERROR_COMPILE_FAILED:
    case VRRL_BACKEND_ERROR_INVALID_PROGRAM:
        return VRRL_FAILURE_PROGRAM_BUG;
    default:
        return vrrl_classify_message(error->message);
    }
}
