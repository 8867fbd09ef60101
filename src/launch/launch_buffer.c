/* Launch files: buffers and stubs. */
#include "launch/launch_buffer.h"

#include "base/array.h"
#include "launch/launch_values.h"
#include "program_file/mk_error.h"

#include <string.h>

static const char buffer_fix[] =
    "Fix: write `buffer NAME[WORDS]`, and behind it `= VALUE, ...`, `= all VALUE`, `= count`, "
    "`from \"FILE\"` or `uninitialised`.";

/* The values of a buffer's first words; an address takes two. */
static vrrl_code take_values(struct launch_parser *p, struct launch_buffer *b)
{
    struct launch *l = p->launch;
    uint32_t words = 0;
    b->repeats = mk_accept_word(&p->mk, "all");
    b->counts = !b->repeats && mk_accept_word(&p->mk, "count");
    if (b->counts)
        return VRRL_OK;
    b->first_value = l->value_count;
    do {
        while (mk_accept(&p->mk, MK_NEWLINE)) /* behind a comma */
            continue;
        struct mk_token at = *mk_peek(&p->mk);
        MK_TRY(launch_take_value(p, buffer_fix));
        bool address = l->values[l->value_count - 1].kind == LAUNCH_ADDRESS;
        if (address && words % 2)
            return mk_fail(
                &p->mk, &at, "Fix: write a 0 before it.",
                "an address at word %u; addresses take two words, the first of them even", words);
        words += address ? 2 : 1;
        if (words > b->words)
            return mk_fail(&p->mk, &at, "Fix: make the buffer larger, or leave values out.",
                           "a value for word %u of a buffer of %u words", words - 1, b->words);
    } while (mk_accept(&p->mk, MK_COMMA));
    b->value_count = l->value_count - b->first_value;
    if (!b->repeats || (b->value_count == 1 && words == 1))
        return VRRL_OK;
    return mk_fail(&p->mk, mk_peek(&p->mk), buffer_fix, "`all` takes one number");
}

static vrrl_code take_contents(struct launch_parser *p, struct launch_buffer *b)
{
    struct mk_token token;
    if (mk_accept_word(&p->mk, "on")) {
        MK_TRY(mk_expect_word(&p->mk, "device", buffer_fix));
        MK_TRY(launch_take_number(p, "the device", "Fix: write `devices N` above.", 0,
                                  p->launch->devices - 1, &b->device));
    }
    if (mk_accept(&p->mk, MK_ASSIGN))
        return take_values(p, b);
    if (mk_accept_word(&p->mk, "uninitialised")) {
        b->uninitialised = true;
        return VRRL_OK;
    }
    if (!mk_accept_word(&p->mk, "from"))
        return VRRL_OK;
    MK_TRY(mk_expect_kind(&p->mk, MK_TEXT, buffer_fix, &token));
    return launch_take_text(p, &token, &b->path);
}

vrrl_code launch_read_buffer(struct launch_parser *p)
{
    struct launch *l = p->launch;
    struct mk_token name;
    MK_TRY(launch_take_name(p, "the name of the buffer", buffer_fix, &name));
    if (launch_find_buffer(l, p->mk.source.text + name.at, name.length) != LAUNCH_NONE)
        return mk_fail(&p->mk, &name, "Fix: choose another name.",
                       "a buffer of this name is there already");
    if (l->buffer_count == LAUNCH_BUFFERS_MAX)
        return mk_limit(&p->mk, &name, "Fix: use fewer.", "more than %d buffers",
                        LAUNCH_BUFFERS_MAX);
    MK_TRY(array_room(l->buffers, l->buffer_count, l->buffer_room, 1, p->mk.err));
    struct launch_buffer *b = &l->buffers[l->buffer_count];
    *b = (struct launch_buffer){.line = name.line};
    MK_TRY(launch_take_text(p, &name, &b->name));
    l->buffer_count++;
    MK_TRY(mk_expect_kind(&p->mk, MK_OPEN_INDEX, buffer_fix, NULL));
    MK_TRY(
        launch_take_number(p, "the number of words", buffer_fix, 1, LAUNCH_WORDS_MAX, &b->words));
    MK_TRY(mk_expect_kind(&p->mk, MK_CLOSE_INDEX, buffer_fix, NULL));
    l->words += b->words;
    if (l->words > LAUNCH_WORDS_MAX)
        return mk_limit(&p->mk, &name, "Fix: make the buffers smaller.",
                        "buffers of %llu words together, expected at most %d",
                        (unsigned long long)l->words, LAUNCH_WORDS_MAX);
    MK_TRY(take_contents(p, b));
    return mk_end_of_line(&p->mk, buffer_fix);
}

/* ---- Stubs ----------------------------------------------------------------------------------- */

static const char stub_fix[] = "Fix: write `stub NAME skip`, or `stub NAME reads 0[64], writes "
                               "1[64]`: which argument, and how many words from where it points.";

static vrrl_code take_touch(struct launch_parser *p, struct launch_stub *stub)
{
    struct mk_token at = *mk_peek(&p->mk);
    struct launch_touch touch = {.writes = mk_accept_word(&p->mk, "writes")};
    if (!touch.writes)
        MK_TRY(mk_expect_word(&p->mk, "reads", stub_fix));
    MK_TRY(launch_take_number(p, "the argument", stub_fix, 0, 255, &touch.argument));
    MK_TRY(mk_expect_kind(&p->mk, MK_OPEN_INDEX, stub_fix, NULL));
    MK_TRY(launch_take_number(p, "the number of words", stub_fix, 1, 1 << 16, &touch.words));
    MK_TRY(mk_expect_kind(&p->mk, MK_CLOSE_INDEX, stub_fix, NULL));
    if (stub->touch_count == LAUNCH_TOUCHES_MAX)
        return mk_limit(&p->mk, &at, "Fix: leave some out.", "more than %d accesses of a stub",
                        LAUNCH_TOUCHES_MAX);
    stub->touches[stub->touch_count++] = touch;
    return VRRL_OK;
}

vrrl_code launch_read_stub(struct launch_parser *p)
{
    struct launch *l = p->launch;
    struct mk_token name;
    MK_TRY(launch_take_name(p, "the name of a function", stub_fix, &name));
    if (l->stub_count == LAUNCH_STUBS_MAX)
        return mk_limit(&p->mk, &name, "Fix: use fewer.", "more than %d stubs", LAUNCH_STUBS_MAX);
    MK_TRY(array_room(l->stubs, l->stub_count, l->stub_room, 1, p->mk.err));
    struct launch_stub *stub = &l->stubs[l->stub_count];
    *stub = (struct launch_stub){.line = name.line};
    MK_TRY(launch_take_text(p, &name, &stub->name));
    l->stub_count++;
    for (uint32_t i = 0; i + 1 < l->stub_count; i++)
        if (strcmp(l->stubs[i].name, stub->name) == 0)
            return mk_fail(&p->mk, &name, "Fix: remove one of the two.",
                           "a stub of `%s` stands on line %u already", stub->name,
                           l->stubs[i].line);
    if (mk_accept_word(&p->mk, "skip"))
        return mk_end_of_line(&p->mk, stub_fix);
    stub->each = mk_accept_word(&p->mk, "each");
    do
        MK_TRY(take_touch(p, stub));
    while (mk_accept(&p->mk, MK_COMMA));
    return mk_end_of_line(&p->mk, stub_fix);
}
