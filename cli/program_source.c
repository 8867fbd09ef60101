#include "program_source.h"

#include "answer.h"
#include "names_option.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What may be searched in and checked: epochs that had ended, and all that ran in them. */
static vrrl_code is_whole(const vrrl_input *input, vrrl_error *err)
{
    if (vrrl_input_recording(input))
        return vrrl_recording_is_whole(vrrl_input_recording(input), err);
    return vrrl_input_bare_log(input) ? vrrl_bare_log_is_whole(vrrl_input_bare_log(input), err)
                                      : VRRL_OK;
}

vrrl_code program_source_load(const struct program_input *from, vrrl_input *input,
                              struct program_source *source, vrrl_error *err)
{
    vrrl_assign_options assign = from->assign;
    vrrl_bare_options bare = from->bare;
    const vrrl_lower_options lower = {
        .size = sizeof lower, .assign = &assign, .steps = from->steps};
    const vrrl_input_options options = {
        .size = sizeof options, .lower = &lower, .bare = &bare, .names = names_given()};
    assign.size = sizeof assign;
    bare.size = sizeof bare;
    if (from->machine.options.description)
        vrrl_input_set_machine(input, &from->machine.options);
    if (from->machine.import.size)
        vrrl_input_set_import(input, &from->machine.import);
    vrrl_code code = vrrl_input_load(input, &options, err);
    if (code == VRRL_OK)
        code = is_whole(input, err);
    *source = (struct program_source){.input = input};
    if (code == VRRL_OK) {
        source->program = vrrl_input_program(input);
        source->lint = vrrl_input_lint(input);
    }
    return code;
}

vrrl_code program_source_open(const struct program_input *from, uint32_t takes,
                              struct program_source *source, vrrl_error *err)
{
    vrrl_input *input;
    *source = (struct program_source){.input = NULL};
    vrrl_code code =
        vrrl_input_open(from->path, program_input_takes(&from->machine, takes), &input, err);
    if (code == VRRL_OK)
        code = program_source_load(from, input, source, err);
    if (code != VRRL_OK)
        program_source_close(source);
    return code;
}

int program_source_fail(const char *command, const vrrl_error *err)
{
    return cli_fail_as(command, err, err->code == VRRL_UNSUPPORTED ? CLI_CANNOT : CLI_USAGE);
}

int program_source_fail_briefly(const char *command, const char *path, const vrrl_error *err)
{
    int exit_code = program_source_fail(command, err);
    if (!answer_is_json())
        printf("%s: %s\n", cli_printable(path),
               err->code == VRRL_UNSUPPORTED ? "NOT KNOWN" : "NOT READ");
    return exit_code;
}

void program_source_close(struct program_source *source)
{
    vrrl_input_close(source->input);
    *source = (struct program_source){.input = NULL};
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

static void put_machine(FILE *out, const vrrl_machine_options *machine)
{
    if (!machine->description)
        return;
    fputs(" --machine ", out);
    put_word(out, machine->description);
    for (uint32_t i = 0; i < machine->const_count; i++)
        fprintf(out, " --set %s=%lld", machine->consts[i].name,
                (long long)machine->consts[i].value);
    for (uint32_t i = 0; i < machine->table_count; i++) {
        fprintf(out, " --table %s=", machine->tables[i].name);
        put_word(out, machine->tables[i].path);
    }
}

static void put_path(FILE *out, const char *path)
{
    if (path[0] == '-' && path[1])
        fputs("./", out);
    put_word(out, path);
}

char *program_source_path(const char *path)
{
    char *word = NULL;
    size_t size;
    FILE *out = open_memstream(&word, &size);
    if (!out)
        return NULL;
    put_path(out, path);
    if (fclose(out) == 0)
        return word;
    free(word);
    return NULL;
}

char *program_source_words(const struct program_input *input)
{
    char *words = NULL;
    size_t size;
    FILE *out = open_memstream(&words, &size);
    if (!out)
        return NULL;
    put_path(out, input->path);
    put_machine(out, &input->machine.options);
    if (names_path()) {
        fputs(" --names ", out);
        put_word(out, names_path());
    }
    if (input->machine.import.rules) {
        fputs(" --rules ", out);
        put_word(out, input->machine.import.rules);
    }
    if (input->steps)
        fprintf(out, " --steps %u", input->steps);
    if (input->assign.assign) {
        fputs(" --assign ", out);
        put_word(out, input->assign.assign);
    }
    if (input->assign.resident)
        fprintf(out, " --resident %u", input->assign.resident);
    if (input->assign.pipelined)
        fprintf(out, " --pipelined %u", input->assign.pipelined);
    if (input->machine.import.first_step)
        fprintf(out, " --from-step %u", input->machine.import.first_step);
    if (fclose(out) == 0)
        return words;
    free(words);
    return NULL;
}
