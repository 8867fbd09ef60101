#include "ask/topic.h"

#include "base/error.h"
#include "base/options.h"
#include "vrrl/run/program_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static vrrl_code begin(const char *name, const vrrl_topic_options *options, vrrl_topic **topic,
                       vrrl_error *err)
{
    vrrl_topic *s = calloc(1, sizeof *s);
    *topic = NULL;
    if (!s)
        return error_no_memory(err, sizeof *s);
    vrrl_code code = OPTIONS_READ(vrrl_topic_options, &s->options, options, err);
    if (code == VRRL_OK && s->options.machine && s->options.assign)
        code =
            error_set(err, VRRL_INVALID, "Fix: leave them out; `roles` and `in flight` say it.",
                      "an assignment of queues is for task graphs; those of %s are its own", name);
    if (code == VRRL_OK) {
        s->name = strdup(name);
        s->command = strdup(s->options.command ? s->options.command : name);
        if (!s->name || !s->command)
            code = error_no_memory(err, strlen(name));
    }
    if (code != VRRL_OK) {
        vrrl_topic_free(s);
        return code;
    }
    *topic = s;
    return VRRL_OK;
}

/* What was begun is handed out, or goes. */
static vrrl_code end(vrrl_code code, vrrl_topic *s, vrrl_topic **topic)
{
    if (code == VRRL_OK)
        *topic = s;
    else
        vrrl_topic_free(s);
    return code;
}

void vrrl_topic_free(vrrl_topic *topic)
{
    if (!topic)
        return;
    vrrl_graph_lint_free(topic->lint);
    vrrl_program_free(topic->program);
    vrrl_graph_free(topic->graph);
    vrrl_input_close(topic->input);
    free(topic->text);
    free(topic->name);
    free(topic->command);
    free(topic);
}

/* ---- Opening --------------------------------------------------------------------------------- */

/* A task graph is read here, and lowered when it is asked for; all else is loaded. */
static vrrl_code load(vrrl_topic *s, vrrl_error *err)
{
    const vrrl_input_options how = {
        .size = sizeof how, .bare = s->options.bare, .names = s->options.names};
    if (s->options.machine)
        vrrl_input_set_machine(s->input, s->options.machine);
    if (s->options.import)
        vrrl_input_set_import(s->input, s->options.import);
    if ((VRRL_INPUTS_GRAPH | VRRL_INPUTS_TENSOR) >> vrrl_input_kind_of(s->input) & 1)
        return vrrl_input_graph(s->input, &s->graph, err);
    return vrrl_input_load(s->input, &how, err);
}

/* Which kinds of input the options are for. */
static uint32_t takes(const vrrl_topic_options *options)
{
    if (options->machine)
        return VRRL_INPUTS_TENSOR;
    return options->names ? VRRL_INPUTS_LOG : VRRL_INPUTS_PROGRAM;
}

vrrl_code vrrl_topic_open(const char *path, const vrrl_topic_options *options, vrrl_topic **topic,
                          vrrl_error *err)
{
    vrrl_topic *s;
    *topic = NULL;
    vrrl_code code = begin(path, options, &s, err);
    if (code != VRRL_OK)
        return code;
    code = vrrl_input_open(path, takes(&s->options), &s->input, err);
    if (code == VRRL_OK)
        code = load(s, err);
    return end(code, s, topic);
}

vrrl_code vrrl_topic_of_tensor(const vrrl_tensor_view *tensor, const vrrl_topic_options *options,
                               vrrl_topic **topic, vrrl_error *err)
{
    vrrl_topic *s;
    *topic = NULL;
    vrrl_code code = begin(tensor->name, options, &s, err);
    if (code == VRRL_OK)
        code = end(vrrl_graph_of_tensor(tensor, s->options.machine, &s->graph, err), s, topic);
    return code;
}

vrrl_code vrrl_topic_of_bytes(const void *bytes, size_t size, const char *name,
                              const vrrl_topic_options *options, vrrl_topic **topic,
                              vrrl_error *err)
{
    vrrl_topic *s;
    *topic = NULL;
    vrrl_code code = begin(name, options, &s, err);
    if (code != VRRL_OK)
        return code;
    if (vrrl_graph_looks_like(bytes, size))
        code = vrrl_graph_parse(bytes, size, name, &s->graph, err);
    else
        code = vrrl_program_parse(bytes, size, name, &s->program, err);
    return end(code, s, topic);
}

vrrl_code vrrl_topic_of_graph(vrrl_graph *graph, const vrrl_topic_options *options,
                              vrrl_topic **topic, vrrl_error *err)
{
    vrrl_code code = begin(vrrl_graph_text_at(graph, graph->name), options, topic, err);
    if (code == VRRL_OK)
        (*topic)->graph = graph;
    return code;
}

/* ---- What it is ------------------------------------------------------------------------------ */

const vrrl_recording *topic_recording(const vrrl_topic *topic)
{
    return topic->input ? vrrl_input_recording(topic->input) : NULL;
}

const vrrl_bare_log *topic_bare_log(const vrrl_topic *topic)
{
    return topic->input ? vrrl_input_bare_log(topic->input) : NULL;
}

static vrrl_code lower(vrrl_topic *s, vrrl_error *err)
{
    const vrrl_lower_options how = {
        .size = sizeof how, .assign = s->options.assign, .steps = s->options.steps};
    vrrl_code code = s->lint ? VRRL_OK : vrrl_graph_lint_create(s->graph, &s->lint, err);
    return code == VRRL_OK ? vrrl_graph_lower(s->graph, &how, &s->program, err) : code;
}

vrrl_code vrrl_topic_program(vrrl_topic *topic, const vrrl_program **program, vrrl_error *err)
{
    const vrrl_recording *recording = topic_recording(topic);
    const vrrl_bare_log *log = topic_bare_log(topic);
    vrrl_code code = VRRL_OK;
    *program = NULL;
    if (recording)
        code = vrrl_recording_is_whole(recording, err);
    else if (log)
        code = vrrl_bare_log_is_whole(log, err);
    else if (topic->graph && !topic->program)
        code = lower(topic, err);
    if (code == VRRL_OK)
        *program = topic->program ? topic->program : vrrl_input_program(topic->input);
    return code;
}

vrrl_code vrrl_topic_text(vrrl_topic *topic, const char **text, vrrl_error *err)
{
    const vrrl_program *program;
    size_t size;
    vrrl_code code = vrrl_topic_program(topic, &program, err);
    if (code == VRRL_OK && !topic->text) {
        FILE *out = open_memstream(&topic->text, &size);
        code = out ? vrrl_program_write(program, out, err) : error_no_memory(err, 0);
        if (out && fclose(out) != 0 && code == VRRL_OK)
            code = error_no_memory(err, 0);
        if (code != VRRL_OK) {
            free(topic->text);
            topic->text = NULL;
        }
    }
    *text = code == VRRL_OK ? topic->text : NULL;
    return code;
}
