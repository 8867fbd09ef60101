/* A manifest and, behind its first zero byte, symbols. A manifest that is read is written and read to
 * the same machine, regions and expectations. */
#include "input.h"

#include "recording/manifest.h"
#include "recording/recording.h"
#include "recording/symbols.h"

#include <sys/stat.h>

static void write_part(const char *folder, const char *name, const uint8_t *data, size_t size)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    CHECK(file && fwrite(data, 1, size, file) == size && fclose(file) == 0);
}

static void remove_part(const char *folder, const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    CHECK(unlink(path) == 0);
}

static void check_same(const vrrl_program *a, const vrrl_program *b)
{
    CHECK(memcmp(&a->geometry, &b->geometry, sizeof a->geometry) == 0);
    CHECK(memcmp(&a->model, &b->model, sizeof a->model) == 0);
    CHECK(a->region_count == b->region_count && a->expectation_count == b->expectation_count);
    CHECK(strcmp(vrrl_program_text(a, a->name), vrrl_program_text(b, b->name)) == 0);
    for (uint32_t i = 0; i < a->region_count; i++) {
        const vrrl_region *one = &a->regions[i], *other = &b->regions[i];
        CHECK(strcmp(vrrl_program_text(a, one->name), vrrl_program_text(b, other->name)) == 0);
        CHECK(one->first_word == other->first_word && one->words == other->words &&
              one->compare == other->compare && one->tolerance == other->tolerance);
    }
    for (uint32_t i = 0; i < a->expectation_count; i++) {
        const vrrl_expectation *one = &a->expectations[i], *other = &b->expectations[i];
        CHECK(one->epoch == other->epoch && one->word == other->word &&
              one->value_count == other->value_count);
        CHECK(memcmp(a->words + one->values, b->words + other->values, 4 * one->value_count) == 0);
    }
}

static void write_again(const char *folder, const struct manifest *manifest,
                        const vrrl_program *program)
{
    vrrl_program *same;
    struct manifest found;
    json_t *json = NULL;
    const char *version;
    vrrl_error err = {.code = VRRL_OK};
    CHECK(vrrl_program_create(&same, &err) == VRRL_OK);
    CHECK(manifest_write(folder, manifest, program, &err) == VRRL_OK);
    CHECK(manifest_read(folder, &found, same, &json, &version, &err) == VRRL_OK);
    CHECK(memcmp(found.id, manifest->id, sizeof found.id) == 0 &&
          found.finished == manifest->finished && found.seed == manifest->seed &&
          found.log_capacity == manifest->log_capacity);
    CHECK(!found.finished ||
          (found.records == manifest->records && found.epochs == manifest->epochs &&
           found.verdict == manifest->verdict));
    check_same(program, same);
    json_decref(json);
    vrrl_program_free(same);
}

static void read_symbols(const char *folder, vrrl_program *program)
{
    struct symbols symbols;
    vrrl_error err = {.code = VRRL_OK};
    vrrl_code code = symbols_read(folder, program, &symbols, &err);
    check_error(&err, code);
    for (uint32_t i = 0; i < program->symbol_count; i++) {
        const vrrl_symbol *symbol = &program->symbols[i];
        CHECK(symbol->words > 0 && symbol->segment_words <= symbol->words);
        CHECK(symbol->first_word < program->layout.total_words &&
              symbol->words <= program->layout.total_words - symbol->first_word);
    }
    for (uint32_t epoch = 0; epoch < 4; epoch++)
        for (uint32_t slot = 0; slot < 4; slot++)
            CHECK(symbols_label(&symbols, epoch, slot) != NULL);
    symbols_free(&symbols);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char folder[64];
    scratch_path(folder, "manifest");
    const uint8_t *end = memchr(data, 0, size);
    size_t length = end ? (size_t)(end - data) : size;
    size_t rest = end ? size - length - 1 : 0;
    CHECK(mkdir(folder, 0700) == 0);
    write_part(folder, RECORDING_MANIFEST, data, length);
    write_part(folder, RECORDING_SYMBOLS, rest ? end + 1 : data, rest);
    struct manifest manifest;
    vrrl_program *program;
    json_t *json = NULL;
    const char *version;
    vrrl_error err = {.code = VRRL_OK};
    CHECK(vrrl_program_create(&program, &err) == VRRL_OK);
    vrrl_code code = manifest_read(folder, &manifest, program, &json, &version, &err);
    check_error(&err, code);
    if (!code) {
        write_again(folder, &manifest, program);
        read_symbols(folder, program);
    }
    json_decref(json);
    vrrl_program_free(program);
    remove_part(folder, RECORDING_MANIFEST);
    remove_part(folder, RECORDING_SYMBOLS);
    CHECK(rmdir(folder) == 0);
    return 0;
}
