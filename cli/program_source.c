#include "program_source.h"

#include "base/error.h"
#include "base/json_text.h"
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static vrrl_code open_recording(const struct program_input *input, struct program_source *source,
                                vrrl_error *err)
{
    const vrrl_assign_options *assign = &input->lower.assign;
    if (input->lower.steps || assign->assign || assign->resident || assign->pipelined)
        return error_set(err, VRRL_INVALID, "Fix: leave them out; the recording has its program.",
                         "--steps, --assign, --resident and --pipelined are for task graphs, %s "
                         "is a recording",
                         input->path);
    vrrl_code code = vrrl_recording_open(input->path, &source->recording, err);
    if (code == VRRL_OK)
        code = vrrl_recording_has_epochs(source->recording, err);
    if (code == VRRL_OK)
        source->program = vrrl_recording_program(source->recording);
    else
        program_source_close(source);
    return code;
}

vrrl_code program_source_open(const struct program_input *input, struct program_source *source,
                              vrrl_error *err)
{
    struct stat status;
    *source = (struct program_source){0};
    if (stat(input->path, &status) == 0 && S_ISDIR(status.st_mode))
        return open_recording(input, source, err);
    vrrl_code code = program_input_load(input, &source->loaded, &source->lint, err);
    source->program = source->loaded;
    return code;
}

int program_source_fail(const char *command, bool json, const vrrl_error *err)
{
    int usage = cli_fail(command, err);
    if (err->code != VRRL_UNSUPPORTED)
        return usage;
    json_t *object = json_pack("{s:s, s:i, s:o}", "verdict", "not known", "exit", CLI_CANNOT,
                               "text", json_text(err->text));
    if (json && object && json_dumpf(object, stdout, JSON_COMPACT) == 0)
        putchar('\n');
    json_decref(object);
    return CLI_CANNOT;
}

void program_source_close(struct program_source *source)
{
    vrrl_program_free(source->loaded);
    vrrl_graph_lint_free(source->lint);
    if (source->recording)
        vrrl_recording_close(source->recording);
    *source = (struct program_source){0};
}

static bool is_plain(const char *word)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+=:,./@%";
    return *word && word[strspn(word, plain)] == '\0';
}

static void put_word(FILE *out, const char *word)
{
    if (is_plain(word)) {
        fputs(word, out);
        return;
    }
    putc('\'', out);
    for (; *word; word++) {
        if (*word == '\'')
            fputs("'\\''", out);
        else
            putc(*word, out);
    }
    putc('\'', out);
}

char *program_source_words(const struct program_input *input)
{
    const vrrl_lower_options *lower = &input->lower;
    char *words = NULL;
    size_t size;
    FILE *out = open_memstream(&words, &size);
    if (!out)
        return NULL;
    if (input->path[0] == '-')
        fputs("./", out);
    put_word(out, input->path);
    if (lower->steps)
        fprintf(out, " --steps %u", lower->steps);
    if (lower->assign.assign) {
        fputs(" --assign ", out);
        put_word(out, lower->assign.assign);
    }
    if (lower->assign.resident)
        fprintf(out, " --resident %u", lower->assign.resident);
    if (lower->assign.pipelined)
        fprintf(out, " --pipelined %u", lower->assign.pipelined);
    if (fclose(out) == 0)
        return words;
    free(words);
    return NULL;
}
