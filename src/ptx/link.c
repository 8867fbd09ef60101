#include "ptx/link.h"

#include "base/array.h"
#include "ptx/place.h"

#include <stdlib.h>
#include <string.h>

struct linker {
    struct ptx_parser *p;
    uint32_t *at; /* where the links of a function begin, in `links` */
    struct ptx_link *links;
    uint32_t *seen;  /* of a function: the one that was looked from last, + 1 */
    uint32_t *list;  /* functions to look at */
    uint32_t *used;  /* of a variable, in the same way */
    uint32_t *found; /* variables */
    uint32_t found_count;
};

static bool linker_make(struct linker *l)
{
    const struct ptx_parser *p = l->p;
    const struct ptx_module *m = p->module;
    l->at = calloc((size_t)m->function_count + 2, sizeof *l->at);
    l->links = malloc(((size_t)p->link_count + 1) * sizeof *l->links);
    l->seen = calloc((size_t)m->function_count + 1, sizeof *l->seen);
    l->list = malloc(((size_t)m->function_count + 1) * sizeof *l->list);
    l->used = calloc((size_t)m->variable_count + 1, sizeof *l->used);
    l->found = malloc(((size_t)m->variable_count + 1) * sizeof *l->found);
    if (!l->at || !l->links || !l->seen || !l->list || !l->used || !l->found)
        return false;
    uint32_t *at = l->at + 1, sum = 0;
    for (uint32_t i = 0; i < p->link_count; i++)
        at[p->links[i].function]++;
    for (uint32_t f = 0; f < m->function_count; f++) {
        uint32_t count = at[f];
        at[f] = sum;
        sum += count;
    }
    for (uint32_t i = 0; i < p->link_count; i++)
        l->links[at[p->links[i].function]++] = p->links[i];
    return true;
}

static void linker_free(struct linker *l)
{
    free(l->at);
    free(l->links);
    free(l->seen);
    free(l->list);
    free(l->used);
    free(l->found);
}

/* Marks what `function` uses, and what those use that it uses. Calls of an address may lead to any function whose
 * address it takes, which it uses. */
static void look_from(struct linker *l, uint32_t function)
{
    const struct ptx_module *m = l->p->module;
    uint32_t count = 0;
    l->list[count++] = function;
    l->seen[function] = function + 1;
    while (count) {
        uint32_t f = l->list[--count];
        for (uint32_t k = l->at[f]; k < l->at[f + 1]; k++) {
            const struct ptx_link *link = &l->links[k];
            if (link->is_variable) {
                if (l->used[link->index] != function + 1 &&
                    m->variables[link->index].space == PTX_SPACE_SHARED)
                    l->found[l->found_count++] = link->index;
                l->used[link->index] = function + 1;
            } else if (l->seen[link->index] != function + 1) {
                l->seen[link->index] = function + 1;
                l->list[count++] = link->index;
            }
        }
    }
}

static int ascending(const void *a, const void *b)
{
    uint32_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

/* Only entries ask what they and all others use together. */
static bool shared_of(struct linker *l, uint32_t function)
{
    const struct ptx_module *m = l->p->module;
    struct ptx_function *f = &m->functions[function];
    l->found_count = 0;
    look_from(l, function);
    qsort(l->found, l->found_count, sizeof *l->found, ascending);
    f->shared = malloc(((size_t)l->found_count + 1) * sizeof *f->shared);
    if (!f->shared)
        return false;
    memcpy(f->shared, l->found, l->found_count * sizeof *f->shared);
    f->shared_count = l->found_count;
    return true;
}

bool ptx_link(struct ptx_parser *p)
{
    struct linker l = {.p = p};
    const struct ptx_module *m = p->module;
    bool room = linker_make(&l);
    for (uint32_t f = 0; room && f < m->function_count; f++)
        if (m->functions[f].is_entry)
            room = shared_of(&l, f);
    linker_free(&l);
    return room ? ptx_places_end(p) : ptx_stop(p, error_no_memory(p->lex.err, m->function_count));
}
