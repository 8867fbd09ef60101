/* Launch files: one statement a line, in the tokens of program files. */
#include "launch/launch_file.h"

#include "base/array.h"
#include "base/text_mark.h"
#include "launch/launch_buffer.h"
#include "launch/launch_grid.h"
#include "launch/launch_values.h"
#include "program_file/mk_error.h"
#include "program_file/mk_guess.h"

#include <stdlib.h>
#include <string.h>

static const char host_fix[] = "Fix: write `store WORD = VALUE`, `release WORD = VALUE` or `wait "
                               "WORD == VALUE`, and `end` behind the last.";
static const char expect_fix[] = "Fix: write `expect BUFFER[WORD] == VALUE`, or `expect BUFFER == "
                                 "VALUE` for each word.";
static const char room_fix[] =
    "Fix: write `multiprocessors N`, and behind it `blocks N`, `threads N`, `shared N`, "
    "`registers N` or `thread_registers N`, with commas between.";

/* ---- The host -------------------------------------------------------------------------------- */

static vrrl_code take_step(struct launch_parser *p, uint32_t group)
{
    struct launch *l = p->launch;
    struct mk_token at = *mk_peek(&p->mk);
    struct launch_step step = {.group = group, .line = at.line};
    bool indexed;
    if (mk_accept_word(&p->mk, "store"))
        step.kind = LAUNCH_STORE;
    else if (mk_accept_word(&p->mk, "release"))
        step.kind = LAUNCH_STORE_RELEASE;
    else if (mk_accept_word(&p->mk, "wait"))
        step.kind = LAUNCH_WAIT;
    else
        return mk_unexpected(&p->mk, "`store`, `release`, `wait` or `end`", host_fix);
    MK_TRY(launch_take_word(p, host_fix, &step.buffer, &step.word, &indexed));
    if (step.kind == LAUNCH_WAIT)
        MK_TRY(launch_take_relation(p, host_fix, &step.relation));
    else
        MK_TRY(mk_expect_kind(&p->mk, MK_ASSIGN, host_fix, NULL));
    MK_TRY(launch_take_bits(p, host_fix, &step.value));
    if (l->step_count == LAUNCH_STEPS_MAX)
        return mk_limit(&p->mk, &at, "Fix: use fewer.", "more than %d steps of the host",
                        LAUNCH_STEPS_MAX);
    MK_TRY(array_room(l->steps, l->step_count, l->step_room, 1, p->mk.err));
    l->steps[l->step_count++] = step;
    return mk_end_of_line(&p->mk, host_fix);
}

static vrrl_code read_host(struct launch_parser *p, uint32_t group)
{
    MK_TRY(mk_end_of_line(&p->mk, host_fix));
    for (;;) {
        while (mk_accept(&p->mk, MK_NEWLINE))
            continue;
        if (mk_accept_word(&p->mk, "end"))
            return mk_end_of_line(&p->mk, host_fix);
        MK_TRY(take_step(p, group));
    }
}

/* Launches and a host that run together. */
static vrrl_code read_together(struct launch_parser *p)
{
    static const char fix[] =
        "Fix: write `launch` and `host` blocks, and `end` behind the last of them.";
    uint32_t group = p->launch->group_count++;
    bool host = false;
    p->threads = 0;
    MK_TRY(mk_end_of_line(&p->mk, fix));
    for (;;) {
        while (mk_accept(&p->mk, MK_NEWLINE))
            continue;
        struct mk_token at = *mk_peek(&p->mk);
        if (mk_accept_word(&p->mk, "end"))
            return mk_end_of_line(&p->mk, fix);
        if (mk_accept_word(&p->mk, "launch")) {
            MK_TRY(launch_read_grid(p, group, &at));
        } else if (mk_accept_word(&p->mk, "host")) {
            if (host)
                return mk_fail(&p->mk, &at, "Fix: write its steps into one block.",
                               "a second host of the launches that run together");
            host = true;
            MK_TRY(read_host(p, group));
        } else {
            return mk_unexpected(&p->mk, "`launch`, `host` or `end`", fix);
        }
    }
}

/* ---- The rest -------------------------------------------------------------------------------- */

static vrrl_code read_expectation(struct launch_parser *p)
{
    struct launch *l = p->launch;
    struct mk_token at = *mk_peek(&p->mk);
    struct launch_expectation e = {.words = 1, .line = at.line};
    bool indexed;
    MK_TRY(launch_take_word(p, expect_fix, &e.buffer, &e.word, &indexed));
    MK_TRY(launch_take_relation(p, expect_fix, &e.relation));
    MK_TRY(launch_take_bits(p, expect_fix, &e.value));
    if (!indexed)
        e.words = l->buffers[e.buffer].words;
    if (l->expectation_count == LAUNCH_EXPECTATIONS_MAX)
        return mk_limit(&p->mk, &at, "Fix: use fewer.", "more than %d expectations",
                        LAUNCH_EXPECTATIONS_MAX);
    MK_TRY(array_room(l->expectations, l->expectation_count, l->expectation_room, 1, p->mk.err));
    l->expectations[l->expectation_count++] = e;
    return mk_end_of_line(&p->mk, expect_fix);
}

static vrrl_code read_observed(struct launch_parser *p)
{
    static const char fix[] = "Fix: write `observe BUFFER, ...`.";
    struct launch *l = p->launch;
    do {
        uint32_t buffer, word;
        bool indexed;
        struct mk_token at = *mk_peek(&p->mk);
        MK_TRY(launch_take_word(p, fix, &buffer, &word, &indexed));
        if (indexed)
            return mk_fail(&p->mk, &at, fix, "one word, expected a whole buffer");
        for (uint32_t i = 0; i < l->observed_count; i++)
            if (l->observed[i] == buffer)
                return mk_fail(&p->mk, &at, "Fix: write it once.", "it is observed already");
        MK_TRY(array_room(l->observed, l->observed_count, l->observed_room, 1, p->mk.err));
        l->observed[l->observed_count++] = buffer;
    } while (mk_accept(&p->mk, MK_COMMA));
    return mk_end_of_line(&p->mk, fix);
}

static vrrl_code read_room(struct launch_parser *p, const struct mk_token *at)
{
    struct launch_room *r = &p->launch->room;
    const struct {
        const char *name;
        uint32_t most, *into;
    } rows[] = {
        {"blocks", 64, &r->blocks},
        {"threads", 4096, &r->threads},
        {"shared", 1 << 20, &r->shared_bytes},
        {"registers", 1 << 20, &r->registers},
        {"thread_registers", 255, &r->thread_registers},
    };
    if (p->room_is_set)
        return mk_fail(&p->mk, at, "Fix: remove one of the two.",
                       "a second line `multiprocessors`");
    p->room_is_set = true;
    MK_TRY(launch_take_number(p, "the number of multiprocessors", room_fix, 1, 1024,
                              &r->multiprocessors));
    while (mk_accept(&p->mk, MK_COMMA)) {
        uint32_t i = 0, count = sizeof rows / sizeof *rows;
        while (i < count && !mk_accept_word(&p->mk, rows[i].name))
            i++;
        if (i == count)
            return mk_unexpected(&p->mk, "what a multiprocessor has", room_fix);
        MK_TRY(launch_take_number(p, rows[i].name, room_fix, 1, rows[i].most, rows[i].into));
    }
    return mk_end_of_line(&p->mk, room_fix);
}

static vrrl_code read_devices(struct launch_parser *p, const struct mk_token *at)
{
    static const char fix[] = "Fix: write `devices N` once, above buffers and launches.";
    if (p->devices_are_set || p->launch->buffer_count || p->launch->launch_count)
        return mk_fail(&p->mk, at, fix, "`devices` does not come first");
    p->devices_are_set = true;
    MK_TRY(launch_take_number(p, "the number of devices", fix, 1, LAUNCH_DEVICES_MAX,
                              &p->launch->devices));
    return mk_end_of_line(&p->mk, fix);
}

static const char *const statements[] = {"buffer",  "launch",          "together", "host", "expect",
                                         "observe", "multiprocessors", "devices",  "stub"};

static vrrl_code unknown_statement(struct launch_parser *p)
{
    struct mk_guess guess = mk_guess_for(&p->mk, mk_peek(&p->mk));
    char found[64], hint[MK_GUESS_BYTES_MAX + 32];
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
        mk_guess_try(&guess, statements[i], strlen(statements[i]));
    mk_token_text(&p->mk.source, mk_peek(&p->mk), found, sizeof found);
    return mk_fail(&p->mk, mk_peek(&p->mk),
                   "Fix: begin each line with `buffer`, `launch`, `together`, `host`, `expect`, "
                   "`observe`, `multiprocessors`, `devices` or `stub`; docs/launch.md has the "
                   "language.",
                   "expected a line of a launch file, found %s%s", found,
                   mk_guess_text(&guess, hint, sizeof hint));
}

static vrrl_code statement(struct launch_parser *p)
{
    struct mk_token at = *mk_peek(&p->mk);
    if (mk_accept_word(&p->mk, "buffer"))
        return launch_read_buffer(p);
    if (mk_accept_word(&p->mk, "launch")) {
        p->threads = 0;
        return launch_read_grid(p, p->launch->group_count++, &at);
    }
    if (mk_accept_word(&p->mk, "together"))
        return read_together(p);
    if (mk_accept_word(&p->mk, "host"))
        return read_host(p, p->launch->group_count++);
    if (mk_accept_word(&p->mk, "expect"))
        return read_expectation(p);
    if (mk_accept_word(&p->mk, "observe"))
        return read_observed(p);
    if (mk_accept_word(&p->mk, "multiprocessors"))
        return read_room(p, &at);
    if (mk_accept_word(&p->mk, "devices"))
        return read_devices(p, &at);
    return mk_accept_word(&p->mk, "stub") ? launch_read_stub(p) : unknown_statement(p);
}

static vrrl_code parse(struct launch_parser *p)
{
    MK_TRY(mk_lex(&p->mk.source, p->mk.err));
    for (;;) {
        while (mk_accept(&p->mk, MK_NEWLINE))
            continue;
        if (mk_peek(&p->mk)->kind == MK_END)
            break;
        MK_TRY(statement(p));
    }
    if (p->launch->launch_count > 0)
        return VRRL_OK;
    return mk_fail(&p->mk, mk_peek(&p->mk), "Fix: write `launch ENTRY`, its lines and `end`.",
                   "the file launches nothing");
}

vrrl_code launch_parse(const char *text, size_t size, const char *name, struct launch **launch,
                       vrrl_error *err)
{
    *launch = NULL;
    if (size > LAUNCH_FILE_BYTES_MAX)
        return error_set(err, VRRL_TOO_LARGE, "Fix: read long buffers from files.",
                         "%s: %zu bytes of a launch file, expected at most %d", name, size,
                         LAUNCH_FILE_BYTES_MAX);
    size_t mark = text_mark_size(text, size);
    struct launch_parser *p = calloc(1, sizeof *p);
    struct launch *l = calloc(1, sizeof *l);
    vrrl_code code = VRRL_OK;
    if (!p || !l || !(l->name = strdup(name)))
        code = error_no_memory(err, sizeof *p);
    if (code == VRRL_OK) {
        p->mk.source =
            (struct mk_source){.name = name, .text = text + mark, .size = (uint32_t)(size - mark)};
        p->mk.err = err;
        p->launch = l;
        l->devices = 1;
        l->room = (struct launch_room){.multiprocessors = 132,
                                       .blocks = 32,
                                       .threads = 2048,
                                       .shared_bytes = 233472,
                                       .registers = 65536};
        code = parse(p);
        mk_source_free(&p->mk.source);
    }
    free(p);
    if (code == VRRL_OK)
        *launch = l;
    else
        launch_free(l);
    return code;
}
