/* Runs a fuzz target on files, and on all files of folders: the corpus as a regression test, with
 * any compiler. libFuzzer has a main of its own. */
#include "input.h"

#include <dirent.h>
#include <sys/stat.h>

static unsigned inputs;

static int run_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct stat status;
    if (!file || fstat(fileno(file), &status) != 0) {
        perror(path);
        return 1;
    }
    /* Exactly as large as the input, so that a sanitizer sees a read past its end. */
    size_t size = (size_t)status.st_size;
    uint8_t *data = malloc(size ? size : 1);
    CHECK(data && fread(data, 1, size, file) == size);
    fclose(file);
    fprintf(stderr, "%s\n", path);
    LLVMFuzzerTestOneInput(data, size);
    inputs++;
    free(data);
    return 0;
}

static int run_folder(const char *path, DIR *folder)
{
    int failed = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        char name[4096];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        failed |= run_file(name);
    }
    return failed;
}

int main(int argc, char **argv)
{
    int failed = 0;
    for (int i = 1; i < argc; i++) {
        DIR *folder = opendir(argv[i]);
        failed |= folder ? run_folder(argv[i], folder) : run_file(argv[i]);
        if (folder)
            closedir(folder);
    }
    printf("%u inputs\n", inputs);
    return failed || inputs == 0;
}
