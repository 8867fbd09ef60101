/* A pack. Where its first byte is odd, digests and checksums are made to hold, so that what they hide is reached. What
 * is unpacked has the names of a recording's files alone, and packs to the same bytes; what is refused leaves
 * nothing. */
#include "folder_input.h"

#include "vrrl/run/pack.h"

#include <sys/stat.h>

static bool same_bytes(const char *path, const uint8_t *bytes, size_t size)
{
    FILE *file = fopen(path, "rb");
    CHECK(file);
    uint8_t *found = malloc(size + 1);
    CHECK(found);
    size_t got = fread(found, 1, size + 1, file);
    CHECK(fclose(file) == 0);
    bool same = got == size && memcmp(found, bytes, size) == 0;
    free(found);
    return same;
}

/* As vrrl writes them: the manifest, then the others in the order of their names. */
static bool is_in_order(const uint8_t *bytes, size_t size)
{
    size_t at = PACK_HEADER_BYTES, head = at, before = 0, begin, length;
    for (; next_packed(bytes, size, &at, &begin, &length); before = head, head = at)
        if (before > PACK_HEADER_BYTES &&
            memcmp(bytes + before, bytes + head, PACK_NAME_BYTES) >= 0)
            return false;
    return true;
}

/* A manifest whose paths are cut makes another pack, and one that is no JSON none. */
static void pack_again(const char *folder, const uint8_t *bytes, size_t size)
{
    char path[96];
    vrrl_pack_summary summary;
    vrrl_error err = {.code = VRRL_OK};
    snprintf(path, sizeof path, "%s.again", folder);
    vrrl_code code = vrrl_pack_recording(folder, path, &summary, &err);
    check_error(&err, code);
    if (code == VRRL_OK) {
        CHECK(summary.cut_paths > 0 || summary.bytes == size);
        CHECK(summary.cut_paths > 0 || !is_in_order(bytes, size) || same_bytes(path, bytes, size));
        CHECK(unlink(path) == 0);
    }
    CHECK(access(path, F_OK) != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char folder[64], partial[96];
    struct stat status;
    if (size == 0)
        return 0;
    uint8_t *bytes = malloc(size);
    CHECK(bytes);
    memcpy(bytes, data + 1, --size);
    if (data[0] & 1)
        seal_pack(bytes, size);
    struct input_file file = input_file(bytes, size);
    scratch_path(folder, "unpacked");
    snprintf(partial, sizeof partial, "%s.partial", folder);
    vrrl_pack_summary summary;
    vrrl_error err = {.code = VRRL_OK};
    vrrl_code code = vrrl_unpack_recording(file.path, folder, &summary, &err);
    check_error(&err, code);
    CHECK(lstat(partial, &status) != 0);
    CHECK((lstat(folder, &status) == 0) == (code == VRRL_OK));
    if (code == VRRL_OK) {
        CHECK(summary.bytes == size && summary.files == remove_files(folder, true));
        pack_again(folder, bytes, size);
        remove_files(folder, false);
        CHECK(rmdir(folder) == 0);
    }
    input_close(&file);
    free(bytes);
    return 0;
}
