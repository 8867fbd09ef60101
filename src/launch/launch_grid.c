/* Launch files: a launch, and the block of lines that says of what size it is. */
#include "launch/launch_grid.h"

#include "base/array.h"
#include "launch/launch_values.h"
#include "program_file/mk_error.h"

static const char launch_fix[] =
    "Fix: write `launch ENTRY`, lines such as `grid 4`, `block 32`, `shared 1024`, `cluster 2`, "
    "`device 0`, `cooperative`, `parameters data, 8`, and `end`.";

/* "4", "4, 2" or "4, 2, 1". */
static vrrl_code take_size(struct launch_parser *p, const char *what, uint32_t most,
                           struct launch_size *size)
{
    uint32_t *sides[] = {&size->x, &size->y, &size->z};
    *size = (struct launch_size){1, 1, 1};
    for (int i = 0; i < 3; i++) {
        MK_TRY(launch_take_number(p, what, launch_fix, 1, most, sides[i]));
        if (!mk_accept(&p->mk, MK_COMMA))
            break;
    }
    return VRRL_OK;
}

static vrrl_code take_parameters(struct launch_parser *p, struct launch_grid *g)
{
    g->first_value = p->launch->value_count;
    do
        MK_TRY(launch_take_value(p, launch_fix));
    while (mk_accept(&p->mk, MK_COMMA));
    g->value_count = p->launch->value_count - g->first_value;
    return VRRL_OK;
}

static vrrl_code take_line(struct launch_parser *p, struct launch_grid *g)
{
    if (mk_accept_word(&p->mk, "grid"))
        return take_size(p, "a side of the grid", LAUNCH_THREADS_MAX, &g->grid);
    if (mk_accept_word(&p->mk, "block"))
        return take_size(p, "a side of the block", 1024, &g->block);
    if (mk_accept_word(&p->mk, "cluster"))
        return take_size(p, "a side of the cluster", 16, &g->cluster);
    if (mk_accept_word(&p->mk, "shared"))
        return launch_take_number(p, "the bytes of dynamic shared memory", launch_fix, 0, 1 << 18,
                                  &g->shared_bytes);
    if (mk_accept_word(&p->mk, "device"))
        return launch_take_number(p, "the device", "Fix: write `devices N` above.", 0,
                                  p->launch->devices - 1, &g->device);
    if (mk_accept_word(&p->mk, "cooperative")) {
        g->cooperative = true;
        return VRRL_OK;
    }
    if (mk_accept_word(&p->mk, "parameters"))
        return take_parameters(p, g);
    return mk_unexpected(&p->mk, "a line of a launch, or `end`", launch_fix);
}

static vrrl_code check_sizes(struct launch_parser *p, const struct launch_grid *g,
                             const struct mk_token *at)
{
    uint64_t threads = (uint64_t)g->block.x * g->block.y * g->block.z;
    if (threads > 1024)
        return mk_fail(&p->mk, at, "Fix: use at most 1024.", "a block of %llu threads",
                       (unsigned long long)threads);
    uint64_t cluster = (uint64_t)g->cluster.x * g->cluster.y * g->cluster.z;
    if (cluster > 16 || g->grid.x % g->cluster.x || g->grid.y % g->cluster.y ||
        g->grid.z % g->cluster.z)
        return mk_fail(&p->mk, at, "Fix: clusters have at most 16 blocks, and make up the grid.",
                       "the grid is not made of clusters");
    uint64_t blocks = (uint64_t)g->grid.x * g->grid.y;
    blocks = blocks > LAUNCH_THREADS_MAX ? blocks : blocks * g->grid.z;
    p->threads += blocks > LAUNCH_THREADS_MAX ? (uint64_t)LAUNCH_THREADS_MAX + 1 : blocks * threads;
    if (p->threads > LAUNCH_THREADS_MAX)
        return mk_limit(&p->mk, at, "Fix: use fewer blocks; a few show the protocol.",
                        "more than %d threads that run together", LAUNCH_THREADS_MAX);
    return VRRL_OK;
}

vrrl_code launch_read_grid(struct launch_parser *p, uint32_t group, const struct mk_token *at)
{
    struct launch *l = p->launch;
    struct mk_token entry;
    MK_TRY(launch_take_name(p, "an entry of the module", launch_fix, &entry));
    MK_TRY(mk_end_of_line(&p->mk, launch_fix));
    if (l->launch_count == LAUNCH_LAUNCHES_MAX)
        return mk_limit(&p->mk, at, "Fix: use fewer.", "more than %d launches",
                        LAUNCH_LAUNCHES_MAX);
    MK_TRY(array_room(l->launches, l->launch_count, l->launch_room, 1, p->mk.err));
    struct launch_grid *g = &l->launches[l->launch_count];
    *g = (struct launch_grid){.grid = {1, 1, 1},
                              .block = {1, 1, 1},
                              .cluster = {1, 1, 1},
                              .group = group,
                              .line = at->line};
    MK_TRY(launch_take_text(p, &entry, &g->entry));
    l->launch_count++;
    for (;;) {
        while (mk_accept(&p->mk, MK_NEWLINE))
            continue;
        if (mk_accept_word(&p->mk, "end"))
            break;
        MK_TRY(take_line(p, g));
        MK_TRY(mk_end_of_line(&p->mk, launch_fix));
    }
    MK_TRY(mk_end_of_line(&p->mk, launch_fix));
    return check_sizes(p, g, at);
}
