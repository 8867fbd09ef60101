#include "program_file/mk_settings.h"

#include "program_file/mk_error.h"
#include "program_file/mk_expression.h"
#include "program_file/mk_names.h"
#include "program_file/mk_tokens.h"

#include <string.h>

static vrrl_code once(struct mk_parser *p, const struct mk_token *at, enum mk_setting setting)
{
    uint32_t *line = &p->setting_lines[setting];
    if (*line != 0)
        return mk_fail(p, at, "Fix: remove one of the two.", "`%.*s` is set on line %u already",
                       (int)at->length, p->source.text + at->at, *line);
    *line = at->line;
    return VRRL_OK;
}

vrrl_code mk_program_name(struct mk_parser *p, const struct mk_token *at)
{
    MK_TRY(once(p, at, MK_SET_PROGRAM));
    struct mk_token text;
    const char *fix = "Fix: write `program \"some name\"`.";
    MK_TRY(mk_expect_kind(p, MK_TEXT, fix, &text));
    char name[128];
    uint32_t length = text.length - 2;
    if (length >= sizeof name)
        return mk_fail(p, &text, "Fix: shorten it.", "a name of %u bytes, expected at most %zu",
                       length, sizeof name - 1);
    memcpy(name, p->source.text + text.at + 1, length);
    name[length] = '\0';
    MK_TRY(vrrl_program_add_text(p->program, name, &p->program->name, p->err));
    return mk_end_of_line(p, fix);
}

struct size_setting {
    const char *word;
    enum mk_setting setting;
    uint32_t least, most;
    size_t field; /* in vrrl_geometry */
};

static const struct size_setting sizes[] = {
    {"memory", MK_SET_MEMORY, 1, VRRL_FILE_ARENA_WORDS_MAX, offsetof(vrrl_geometry, user_words)},
    {"observable", MK_SET_OBSERVABLE, 1, 1 << 16, offsetof(vrrl_geometry, observable_words)},
    {"ring", MK_SET_RING, 2, 1 << 21, offsetof(vrrl_geometry, ring_slots)},
    {"slot_words", MK_SET_SLOT_WORDS, VRRL_SLOT_WORDS_MIN, VRRL_SLOT_WORDS_MAX,
     offsetof(vrrl_geometry, slot_words)},
    {"debug_log", MK_SET_DEBUG_LOG, 0, 1 << 20, offsetof(vrrl_geometry, debug_records)},
    {"tenants", MK_SET_TENANTS, 0, 1 << 16, offsetof(vrrl_geometry, tenants)},
};

vrrl_code mk_size(struct mk_parser *p, const struct mk_token *at)
{
    const struct size_setting *row = sizes;
    while (!mk_token_is(&p->source, at, row->word))
        row++;
    MK_TRY(once(p, at, row->setting));
    p->size_at = *at;
    uint32_t value;
    MK_TRY(mk_count(p, row->word, row->least, row->most, &value));
    memcpy((char *)&p->geometry + row->field, &value, sizeof value);
    return mk_end_of_line(p, "Fix: write one number.");
}

static vrrl_code workers_kind(struct mk_parser *p, vrrl_worker_model *model)
{
    const char *fix =
        "Fix: write `workers pool`, `workers serial 4` or `workers pipelined 4 depth 2`.";
    if (mk_accept_word(p, "pool")) {
        model->kind = VRRL_MODEL_POOL;
        return VRRL_OK;
    }
    if (mk_accept_word(p, "serial")) {
        model->kind = VRRL_MODEL_SERIAL;
        return mk_count(p, "the number of queues", 1, 1 << 16, &model->queues);
    }
    if (!mk_accept_word(p, "pipelined"))
        return mk_unexpected(p, "`pool`, `serial` or `pipelined`", fix);
    model->kind = VRRL_MODEL_PIPELINED;
    MK_TRY(mk_count(p, "the number of queues", 1, 1 << 16, &model->queues));
    MK_TRY(mk_expect_word(p, "depth", fix));
    return mk_count(p, "the depth", 1, 64, &model->depth);
}

vrrl_code mk_workers(struct mk_parser *p, const struct mk_token *at)
{
    MK_TRY(once(p, at, MK_SET_WORKERS));
    MK_TRY(workers_kind(p, &p->model));
    struct mk_token resident = *mk_peek(p);
    if (mk_accept_word(p, "resident")) {
        if (p->model.kind == VRRL_MODEL_POOL)
            return mk_fail(p, &resident, "Fix: use `serial` or `pipelined`, or leave it out.",
                           "`resident` needs workers with queues; a pool has none");
        MK_TRY(
            mk_count(p, "the number of resident workers", 1, p->model.queues, &p->model.resident));
    }
    return mk_end_of_line(p, "Fix: `resident N` may follow; nothing else.");
}

/* What a tenant is given. The mask and the quota belong to the program, which has no table before
 * its geometry is set: they are kept in the file's own statement and set while building. */
static vrrl_code tenant_limits(struct mk_parser *p, uint32_t tenant)
{
    uint32_t value;
    if (mk_accept_word(p, "mask")) {
        MK_TRY(mk_word_value(p, &value));
        if (p->building)
            p->program->tenant_masks[tenant] = value;
    }
    if (mk_accept_word(p, "quota")) {
        MK_TRY(mk_count(p, "a quota", 1, UINT32_MAX, &value));
        if (p->building)
            p->program->quotas[tenant % 32] = value;
    }
    return mk_end_of_line(p, "Fix: write `tenant NAME [= NUMBER] [mask WORD] [quota SLOTS]`.");
}

vrrl_code mk_tenant(struct mk_parser *p, const struct mk_token *at)
{
    (void)at;
    struct mk_token name;
    MK_TRY(mk_expect_kind(p, MK_NAME, "Fix: write `tenant NAME`.", &name));
    uint32_t tenant = p->next_tenant;
    if (mk_accept(p, MK_ASSIGN))
        MK_TRY(mk_count(p, "a tenant's number", 0, (1 << 16) - 1, &tenant));
    else if (tenant >= 1 << 16)
        return mk_limit(p, &name, "Fix: use fewer.", "more than %d tenants", 1 << 16);
    p->next_tenant = tenant + 1;
    if (p->building) {
        char text[VRRL_FILE_NAME_BYTES_MAX + 1] = "";
        memcpy(text, p->source.text + name.at, name.length);
        MK_TRY(vrrl_program_add_tenant_name(p->program, tenant, text, p->err));
        return tenant_limits(p, tenant);
    }
    if (tenant >= p->named_tenants) {
        p->named_tenants = tenant + 1;
        p->tenant_at = name;
    }
    struct mk_name row = {.kind = MK_NAME_TENANT, .value = {.kind = MK_INTEGER, .number = tenant}};
    MK_TRY(mk_declare(p, &name, row));
    return tenant_limits(p, tenant);
}
