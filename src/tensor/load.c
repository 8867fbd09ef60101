/* A tensor and a description, by path or in memory, as a task graph. */
#include "vrrl/run/tensor.h"

#include "base/error.h"
#include "base/options.h"
#include "program_file/mk_file.h"
#include "tensor/mkd_build.h"
#include "tensor/mkd_parse.h"

#include <stdlib.h>

static vrrl_code lower(const char *name, const struct tensor *tensor,
                       const struct mkd_machine *machine, vrrl_graph **graph, vrrl_error *err)
{
    struct mkd_expansion expansion;
    vrrl_code code = mkd_expand(machine, tensor, name, &expansion, err);
    if (code == VRRL_OK)
        code = mkd_build(&expansion, name, graph, err);
    mkd_expansion_free(&expansion);
    return code;
}

/* A tensor by its path, or where that is NULL by its view. */
static vrrl_code load(const char *path, const vrrl_tensor_view *view,
                      const vrrl_machine_options *options, vrrl_graph **graph, vrrl_error *err)
{
    vrrl_machine_options own;
    struct mkd_machine *machine;
    struct tensor tensor;
    char *text = NULL;
    size_t size;
    vrrl_code code = OPTIONS_READ(vrrl_machine_options, &own, options, err);
    if (code == VRRL_OK && !own.description)
        code = error_set(err, VRRL_INVALID, "Fix: set options.description to a path.",
                         "a tensor without a description of the machine");
    if (code == VRRL_OK)
        code = mk_read_file(own.description, &text, &size, err);
    if (code == VRRL_OK)
        code = mkd_parse(own.description, text, size, &own, &machine, err);
    if (code == VRRL_OK) {
        code = path ? tensor_load(path, &tensor, err) : tensor_of_view(view, &tensor, err);
        if (code == VRRL_OK) {
            code = lower(path ? path : view->name, &tensor, machine, graph, err);
            tensor_free(&tensor);
        }
        mkd_free(machine);
    }
    free(text);
    return code;
}

vrrl_code vrrl_graph_load_tensor(const char *path, const vrrl_machine_options *options,
                                 vrrl_graph **graph, vrrl_error *err)
{
    return load(path, NULL, options, graph, err);
}

vrrl_code vrrl_graph_of_tensor(const vrrl_tensor_view *tensor, const vrrl_machine_options *options,
                               vrrl_graph **graph, vrrl_error *err)
{
    return load(NULL, tensor, options, graph, err);
}

vrrl_code vrrl_graph_parse_tensor(const void *bytes, size_t size, const char *name,
                                  const char *description, size_t description_size,
                                  const char *description_name, const vrrl_machine_options *options,
                                  vrrl_graph **graph, vrrl_error *err)
{
    vrrl_machine_options own;
    struct mkd_machine *machine;
    struct tensor tensor;
    vrrl_code code = OPTIONS_READ(vrrl_machine_options, &own, options, err);
    if (code == VRRL_OK)
        code = mkd_parse(description_name, description, description_size, &own, &machine, err);
    if (code != VRRL_OK)
        return code;
    code = tensor_parse(name, bytes, size, "", &tensor, err);
    if (code == VRRL_OK) {
        code = lower(name, &tensor, machine, graph, err);
        tensor_free(&tensor);
    }
    mkd_free(machine);
    return code;
}
