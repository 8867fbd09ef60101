/* vrrl ptx: what a module has, as text. */
#include "vrrl/analysis/ptx.h"

#include "base/plural.h"
#include "base/printable.h"
#include "ptx/lower_alu.h"
#include "ptx/opcode.h"
#include "ptx/ptx.h"
#include "report/ptx_operations.h"

#include <inttypes.h>
#include <string.h>

/* How many places or lines of one kind the text names; JSON has all. */
enum { PLACES_NAMED = 6, UNSUPPORTED_NAMED = 40 };

/* ---- Places ------------------------------------------------------------------------------------ */

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* "kernel.cu:20", or "PTX line 300" where the source is not known. */
static void place_text(const struct ptx_module *m, uint32_t place, char *out, size_t size)
{
    const struct ptx_place *it = ptx_place_outermost(m, place);
    if (it)
        snprintf(out, size, "%s:%" PRIu32, last_part(m->files[it->file].name), it->line);
    else
        snprintf(out, size, "PTX line %" PRIu32, m->places[place].ptx_line);
    make_printable(out, strlen(out), false);
}

/* The places of an operation, each once. */
static void print_places(FILE *out, const struct ptx_module *m, const struct ptx_operation *o)
{
    char text[256], last[256] = "";
    uint32_t named = 0, i = 0;
    for (; i < o->count && named < PLACES_NAMED; i++) {
        place_text(m, o->places[i], text, sizeof text);
        if (strcmp(text, last) == 0)
            continue;
        fprintf(out, "%s%s", named++ ? ", " : "", text);
        memcpy(last, text, sizeof last);
    }
    fputs(i < o->count ? ", ...\n" : "\n", out);
}

/* ---- Entries ----------------------------------------------------------------------------------- */

static void print_sizes(FILE *out, const char *what, const uint32_t sizes[3])
{
    if (sizes[0])
        fprintf(out, "      %s %" PRIu32 " x %" PRIu32 " x %" PRIu32 "\n", what, sizes[0], sizes[1],
                sizes[2]);
}

static void print_parameters(FILE *out, const struct ptx_function *f)
{
    for (uint32_t i = 0; i < f->parameter_count; i++) {
        const struct ptx_parameter *p = &f->parameters[i];
        fputs("      parameter  ", out);
        print_name(out, p->name);
        fprintf(out, "  at %" PRIu32 ", %" PRIu32 " byte%s, .%s%s\n", p->offset, p->bytes,
                plural(p->bytes), ptx_type_name((enum ptx_type)p->type), p->is_array ? "[]" : "");
    }
}

static void print_entry(FILE *out, const struct ptx_module *m, const struct ptx_function *f)
{
    char place[256];
    bool dynamic;
    uint64_t shared = ptx_shared_bytes(m, f, &dynamic);
    place_text(m, f->instruction_count ? f->places[0] : f->place, place, sizeof place);
    fputs("  entry ", out);
    print_name(out, f->name);
    fprintf(out, "  (%s)\n", place);
    print_parameters(out, f);
    fprintf(out, "      shared     %" PRIu64 " byte%s%s\n", shared, plural(shared),
            dynamic ? ", and as many as the launch gives" : "");
    fprintf(out,
            "      a thread   %" PRIu32 " bytes of registers live at once, %" PRIu32
            " of local memory\n",
            f->register_bytes, f->local_bytes);
    print_sizes(out, "at most    threads", f->max_threads);
    print_sizes(out, "exactly    threads", f->required_threads);
    print_sizes(out, "cluster    blocks ", f->required_cluster);
}

static void print_functions(FILE *out, const struct ptx_module *m)
{
    for (uint32_t i = 0; i < m->function_count; i++)
        if (m->functions[i].is_entry && m->functions[i].has_body)
            print_entry(out, m, &m->functions[i]);
    for (uint32_t i = 0; i < m->function_count; i++) {
        if (m->functions[i].is_entry)
            continue;
        fputs("  function ", out);
        print_name(out, m->functions[i].name);
        fputs(m->functions[i].has_body ? "\n" : "  (without a body)\n", out);
    }
}

/* ---- What it uses ------------------------------------------------------------------------------ */

static void print_operations(FILE *out, const struct ptx_module *m)
{
    struct ptx_operations operations;
    if (ptx_operations_find(&operations, m) == VRRL_OK) {
        for (int weak = 0; weak < 2; weak++) {
            bool first = true;
            for (uint32_t i = 0; i < operations.count; i++) {
                const struct ptx_operation *o = &operations.items[i];
                if (o->is_weak != (weak == 1))
                    continue;
                if (first)
                    fputs(weak ? "  memory, weak\n" : "  memory, strong, and what orders it\n",
                          out);
                first = false;
                fprintf(out, "    %5" PRIu32 "  %-32s ", o->count, o->text);
                print_places(out, m, o);
            }
        }
    }
    ptx_operations_free(&operations);
}

static void print_unsupported(FILE *out, const struct ptx_module *m)
{
    if (m->unsupported_count == 0) {
        fputs("  every instruction is supported\n", out);
        return;
    }
    fprintf(out,
            "  not supported: %" PRIu32
            " instruction%s, each of which stops a run that reaches it\n",
            m->unsupported_count, plural(m->unsupported_count));
    for (uint32_t i = 0; i < m->unsupported_count && i < UNSUPPORTED_NAMED; i++) {
        char place[256];
        place_text(m, m->unsupported[i].place, place, sizeof place);
        fprintf(out, "    %s: %s\n", place, m->unsupported[i].text);
    }
    if (m->unsupported_count > UNSUPPORTED_NAMED)
        fputs("    ...\n", out);
}

static void print_spelled(FILE *out, const struct ptx_module *m)
{
    fputs("  instructions\n", out);
    for (uint32_t i = 0; i < m->spelled_count; i++)
        fprintf(out, "    %5" PRIu32 "  %s%s\n", m->spelled[i].count, m->spelled[i].text,
                m->spelled[i].is_supported ? "" : "  (not supported)");
}

void vrrl_report_ptx(const vrrl_ptx *ptx, FILE *out)
{
    const struct ptx_module *m = ptx->module;
    print_name(out, m->name);
    fprintf(out, ": PTX %" PRIu32 ".%" PRIu32 " for ", m->version_major, m->version_minor);
    print_name(out, m->target);
    fputc('\n', out);
    print_functions(out, m);
    print_operations(out, m);
    print_unsupported(out, m);
    print_spelled(out, m);
}

void vrrl_report_ptx_supported(FILE *out)
{
    const char *text;
    for (unsigned i = 0; (text = ptx_family_spelling(i)) != NULL; i++)
        fprintf(out, "%s\n", text);
    for (unsigned op = PTX_OP_MACHINE_END; (text = ptx_alu_spelling(op)) != NULL; op++)
        if (text[0])
            fprintf(out, "%s\n", text);
    fputs("cvt[ROUNDING][.ftz][.sat][.relu][.satfinite].TYPE.TYPE\nset.COMPARISON.{u32|s32|f32}."
          "TYPE\n",
          out);
}
