#include "option_list.h"

#include "cli.h"
#include "findings.h"
#include "run_options.h"
#include "search_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Options whose argument does not list its values. */
static const struct {
    const char *option;
    const char *(*value_at)(uint32_t index);
    const char *between; /* "," where several can be given */
} sets[] = {
    {"backend", backend_at, "|"},
    {"fail-on", findings_word_at, ","},
    {"model", model_at, ","},
    {"strategy", strategy_at, "|"},
};

/* "text|csv": words, and nothing that stands for another one. */
static bool lists_values(const char *argument)
{
    return argument && strspn(argument, "abcdefghijklmnopqrstuvwxyz|-") == strlen(argument);
}

/* On the heap; NULL where the values are not known. */
static char *values_of(const struct argp_option *option)
{
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++)
        if (strcmp(sets[i].option, option->name) == 0)
            return cli_names(sets[i].value_at, sets[i].between, sets[i].between);
    return lists_values(option->arg) ? strdup(option->arg) : NULL;
}

static void print_option(const struct argp *argp, const struct argp_option *option)
{
    char *values = values_of(option), key[3] = {'-', (char)option->key, '\0'};
    char *help = argp->help_filter ? argp->help_filter(option->key, option->doc, NULL) : NULL;
    bool has_key = option->key > ' ' && option->key <= '~';
    const char *text = help ? help : option->doc;
    printf("%s\t--%s\t%s\t%s\t%s\n", has_key ? key : "-", option->name,
           option->arg ? option->arg : "-", values ? values : "-", text[0] ? text : "-");
    if (help != option->doc)
        free(help);
    free(values);
}

/* What has no text is not offered: former names, and what is for tests. */
static void print_all(const struct argp *argp)
{
    for (const struct argp_option *o = argp->options; o && (o->name || o->key || o->doc); o++)
        if (o->name && o->doc)
            print_option(argp, o);
    for (const struct argp_child *c = argp->children; c && c->argp; c++)
        print_all(c->argp);
}

void option_list_print(const struct argp *argp)
{
    /* argp's own */
    static const struct argp_option own[] = {{"help", '?', NULL, 0, "Give this help list", 0},
                                             {"usage", 1, NULL, 0, "Give a short usage message", 0},
                                             {0}};
    static const struct argp help = {.options = own};
    print_all(argp);
    print_all(&help);
}
