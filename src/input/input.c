/* An input, opened and loaded: whatever it is, what comes of it is a program. */
#include "input/input.h"

#include "base/error.h"
#include "base/options.h"
#include "graph/graph_file.h"
#include "input/find.h"
#include "vrrl/run/program_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

vrrl_code vrrl_input_open(const char *path, uint32_t takes, vrrl_input **out, vrrl_error *err)
{
    *out = NULL;
    vrrl_input *input = calloc(1, sizeof *input);
    if (!input)
        return error_no_memory(err, sizeof *input);
    input->spool = -1;
    vrrl_code code = input_find(input, path, takes, err);
    if (code == VRRL_OK)
        *out = input;
    else
        vrrl_input_close(input);
    return code;
}

void vrrl_input_close(vrrl_input *input)
{
    if (!input)
        return;
    vrrl_program_free(input->loaded);
    vrrl_graph_lint_free(input->lint);
    vrrl_recording_close(input->recording);
    vrrl_bare_log_close(input->bare);
    if (input->spool >= 0)
        close(input->spool);
    free(input);
}

vrrl_input_kind vrrl_input_kind_of(const vrrl_input *input)
{
    return input->kind;
}

const char *vrrl_input_name(const vrrl_input *input)
{
    return input->name;
}

const char *vrrl_input_path(const vrrl_input *input)
{
    return input->path;
}

const char *vrrl_input_log_path(const vrrl_input *input)
{
    return input->log_path[0] ? input->log_path : input->path;
}

bool vrrl_input_is_spooled(const vrrl_input *input)
{
    return input->spool >= 0;
}

void vrrl_input_name_error(const vrrl_input *input, vrrl_error *err)
{
    char *at = err && input->spool >= 0 ? strstr(err->text, input->path) : NULL;
    if (!at)
        return;
    char rest[VRRL_ERROR_TEXT_MAX];
    snprintf(rest, sizeof rest, "%s", at + strlen(input->path));
    snprintf(at, sizeof err->text - (size_t)(at - err->text), "%s%s", input->name, rest);
}

/* ---- Loading --------------------------------------------------------------------------------- */

static bool is_tensor(const vrrl_input *input)
{
    return VRRL_INPUTS_TENSOR >> input->kind & 1;
}

static bool is_graph(const vrrl_input *input)
{
    return (VRRL_INPUTS_GRAPH >> input->kind & 1) || is_tensor(input);
}

/* A program file or a task graph: what a person or a compiler wrote to be run. */
static bool is_written(const vrrl_input *input)
{
    return is_graph(input) || (VRRL_INPUTS_WRITTEN >> input->kind & 1) ||
           input->kind == VRRL_INPUT_TEXT;
}

/* Options that say of one kind of input what others say themselves. */
static vrrl_code check_options(const vrrl_input *input, const vrrl_input_options *options,
                               vrrl_error *err)
{
    vrrl_lower_options lower;
    vrrl_assign_options assign;
    vrrl_bare_options bare;
    vrrl_code code = OPTIONS_READ(vrrl_lower_options, &lower, options->lower, err);
    if (code == VRRL_OK)
        code = OPTIONS_READ(vrrl_assign_options, &assign, lower.assign, err);
    if (code == VRRL_OK)
        code = OPTIONS_READ(vrrl_bare_options, &bare, options->bare, err);
    if (code != VRRL_OK)
        return code;
    bool lowered = lower.steps || assign.assign || assign.resident || assign.pipelined;
    if (lowered && !is_graph(input))
        return error_set(err, VRRL_INVALID, "Fix: leave them out; it says these things itself.",
                         "--steps, --assign, --resident and --pipelined are for task graphs, "
                         "%s is %s",
                         input->name, vrrl_input_kind_name(input->kind));
    if ((assign.assign || assign.resident || assign.pipelined) && input->machine)
        return error_set(err, VRRL_INVALID, "Fix: leave them out; `roles` and `in flight` say it.",
                         "--assign, --resident and --pipelined are for task graphs; the queues of "
                         "%s are its own",
                         input->name);
    if ((bare.ring_slots || bare.user_words || bare.image || bare.user_pack) &&
        input->kind != VRRL_INPUT_LOG)
        return error_set(err, VRRL_INVALID, "Fix: leave them out; it says these things itself.",
                         "--ring-slots, --user-words, --image and --pack are for bare logs, %s is "
                         "%s",
                         input->name, vrrl_input_kind_name(input->kind));
    if (options->from_epoch && !(VRRL_INPUTS_RECORDED >> input->kind & 1))
        return error_set(err, VRRL_INVALID, "Fix: leave it out, or name a recording.",
                         "--from is for recordings, %s is %s", input->name,
                         vrrl_input_kind_name(input->kind));
    if (options->names && is_written(input))
        return error_set(err, VRRL_INVALID, "Fix: leave it out; it has names of its own.",
                         "--names is for logs and recordings, %s is %s", input->name,
                         vrrl_input_kind_name(input->kind));
    return VRRL_OK;
}

/* What was spooled, as it lies in memory; never empty, since nothing takes what is. */
static vrrl_code map_spool(const vrrl_input *input, void **bytes, size_t *size, vrrl_error *err)
{
    struct stat status;
    if (fstat(input->spool, &status) != 0)
        return error_errno(err, "fstat", input->name, NULL);
    *size = (size_t)status.st_size;
    *bytes = mmap(NULL, *size, PROT_READ, MAP_PRIVATE, input->spool, 0);
    return *bytes == MAP_FAILED ? error_errno(err, "mmap", input->name, NULL) : VRRL_OK;
}

static vrrl_code load_program(vrrl_input *input, vrrl_error *err)
{
    void *bytes;
    size_t size;
    if (input->spool < 0)
        return vrrl_program_load(input->path, &input->loaded, err);
    vrrl_code code = map_spool(input, &bytes, &size, err);
    if (code != VRRL_OK)
        return code;
    code = vrrl_program_parse(bytes, size, input->name, &input->loaded, err);
    munmap(bytes, size);
    return code;
}

void vrrl_input_set_machine(vrrl_input *input, const vrrl_machine_options *machine)
{
    input->machine = machine;
}

void vrrl_input_set_import(vrrl_input *input, const vrrl_import_options *options)
{
    input->import = options;
}

/* A tensor is read by its description; an archive of work queues needs none. */
static vrrl_code described_graph(const vrrl_input *input, vrrl_graph **graph, vrrl_error *err)
{
    if (input->import && input->import->rules)
        return error_set(err, VRRL_INVALID, "Fix: leave --rules out; change the description.",
                         "rules are for graphs without a description, %s has one", input->name);
    vrrl_code code = vrrl_graph_load_tensor(input->path, input->machine, graph, err);
    if (code != VRRL_OK)
        vrrl_input_name_error(input, err);
    return code;
}

static vrrl_code archive_graph(const vrrl_input *input, vrrl_graph **graph, vrrl_error *err)
{
    char *bytes = NULL;
    size_t size;
    struct stat status;
    bool whole = stat(input->path, &status) == 0; /* else a member of it is named */
    vrrl_code code =
        whole ? graph_read_file(input->path, "Fix: split the schedule.", &bytes, &size, err)
              : VRRL_OK;
    if (code != VRRL_OK)
        return code;
    if (whole && vrrl_graph_is_work_queues(bytes, size))
        code = vrrl_graph_parse_work_queues(bytes, size, input->name, input->import, graph, err);
    else
        code = error_set(err, VRRL_INVALID, "Fix: give --machine FILE.mkd.",
                         "%s is %s: what its instructions mean is not known", input->name,
                         vrrl_input_kind_name(input->kind));
    free(bytes);
    return code;
}

static vrrl_code read_graph(const vrrl_input *input, vrrl_graph **graph, vrrl_error *err)
{
    void *bytes;
    size_t size;
    if (is_tensor(input))
        return input->machine ? described_graph(input, graph, err)
                              : archive_graph(input, graph, err);
    if (input->spool < 0)
        return vrrl_graph_load_with(input->path, input->import, graph, err);
    vrrl_code code = map_spool(input, &bytes, &size, err);
    if (code != VRRL_OK)
        return code;
    code = vrrl_graph_parse_with(bytes, size, input->name, input->import, graph, err);
    munmap(bytes, size);
    return code;
}

vrrl_code vrrl_input_graph(const vrrl_input *input, vrrl_graph **graph, vrrl_error *err)
{
    vrrl_graph *read;
    vrrl_code code = read_graph(input, &read, err);
    if (code != VRRL_OK)
        return code;
    uint32_t steps = input->import ? input->import->first_step : 0;
    for (; code == VRRL_OK && steps > 0; steps--)
        code = vrrl_graph_next_step(read, err);
    if (code == VRRL_OK)
        *graph = read;
    else
        vrrl_graph_free(read);
    return code;
}

static vrrl_code load_graph(vrrl_input *input, const vrrl_lower_options *lower, vrrl_error *err)
{
    vrrl_graph *graph;
    vrrl_code code = vrrl_input_graph(input, &graph, err);
    if (code != VRRL_OK)
        return code;
    code = vrrl_graph_lint_create(graph, &input->lint, err);
    if (code == VRRL_OK)
        code = vrrl_graph_lower(graph, lower, &input->loaded, err);
    vrrl_graph_free(graph);
    return code;
}

vrrl_code vrrl_input_load(vrrl_input *input, const vrrl_input_options *options, vrrl_error *err)
{
    vrrl_input_options own;
    vrrl_code code = OPTIONS_READ(vrrl_input_options, &own, options, err);
    if (code == VRRL_OK)
        code = check_options(input, &own, err);
    if (code != VRRL_OK)
        return code;
    if (is_graph(input))
        return load_graph(input, own.lower, err);
    if (input->kind == VRRL_INPUT_PROGRAM || input->kind == VRRL_INPUT_TEXT)
        return load_program(input, err);
    if (input->kind == VRRL_INPUT_LOG)
        code = vrrl_bare_log_open(input->path, own.bare, &input->bare, err);
    else if (own.from_epoch)
        code = vrrl_recording_open_from(input->path, *own.from_epoch, &input->recording, err);
    else
        code = vrrl_recording_open(input->path, &input->recording, err);
    if (code != VRRL_OK)
        vrrl_input_name_error(input, err);
    else if (own.names) /* the program is this input's alone, until it is asked for */
        code = vrrl_names_apply((vrrl_program *)vrrl_input_program(input), own.names, err);
    return code;
}

const vrrl_program *vrrl_input_program(const vrrl_input *input)
{
    if (input->recording)
        return vrrl_recording_program(input->recording);
    return input->bare ? vrrl_bare_log_program(input->bare) : input->loaded;
}

const vrrl_recording *vrrl_input_recording(const vrrl_input *input)
{
    return input->recording;
}

const vrrl_bare_log *vrrl_input_bare_log(const vrrl_input *input)
{
    return input->bare;
}

const vrrl_graph_lint *vrrl_input_lint(const vrrl_input *input)
{
    return input->lint;
}
