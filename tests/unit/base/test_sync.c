/* Names that are given without taking them from others, folders that are made durable, signals in
 * between; and a recording on a file system whose renames replace. */
#include "recording_test.h"

#include "base/sync.h"

#include <errno.h>
#include <fcntl.h>

/* errno of the next calls, or 0; interruptions come before that. */
static struct {
    int rename, link, sync, open_folder;
    uint32_t interruptions, interrupted;
} fail;

static int sync_fails(void)
{
    if (fail.interrupted < fail.interruptions) {
        fail.interrupted++;
        errno = EINTR;
        return -1;
    }
    fail.interrupted = 0;
    errno = fail.sync;
    return fail.sync ? -1 : 0;
}

int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
    return sync_fails() ? -1 : __real_fsync(fd);
}

int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);
int __wrap_fdatasync(int fd)
{
    return sync_fails() ? -1 : __real_fdatasync(fd);
}

int __real_renameat2(int a, const char *from, int b, const char *to, unsigned flags);
int __wrap_renameat2(int a, const char *from, int b, const char *to, unsigned flags);
int __wrap_renameat2(int a, const char *from, int b, const char *to, unsigned flags)
{
    errno = fail.rename;
    return fail.rename ? -1 : __real_renameat2(a, from, b, to, flags);
}

int __real_link(const char *from, const char *to);
int __wrap_link(const char *from, const char *to);
int __wrap_link(const char *from, const char *to)
{
    errno = fail.link;
    return fail.link ? -1 : __real_link(from, to);
}

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, mode_t mode);
int __wrap_open(const char *path, int flags, mode_t mode)
{
    bool now = fail.open_folder && flags & O_DIRECTORY;
    errno = fail.open_folder;
    return now ? -1 : __real_open(path, flags, mode);
}

static int setup(void **state)
{
    memset(&fail, 0, sizeof fail);
    return make_folder(state);
}

static bool is_there(const char *name)
{
    struct stat status;
    return lstat(in_folder(name), &status) == 0;
}

static void make_file(const char *name, const char *text)
{
    write_file(in_folder(name), text, strlen(text));
}

static void assert_text(const char *name, const char *text)
{
    size_t size;
    char *found = (char *)read_file(in_folder(name), &size);
    assert_string_equal(found, text);
    free(found);
}

static int rename_in_folder(const char *from, const char *to)
{
    return rename_new(in_folder(from), in_folder(to));
}

/* With the rename that spares what is there, and without it. */
static const int renames[] = {0, EINVAL, ENOSYS};

static void a_file_takes_no_other_files_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        fail.rename = renames[i];
        make_file("new", "new");
        make_file("old", "old");
        assert_int_equal(rename_in_folder("new", "old"), -1);
        assert_int_equal(errno, EEXIST);
        assert_text("old", "old");
        assert_text("new", "new");
        assert_int_equal(unlink(in_folder("old")), 0);
        assert_int_equal(rename_in_folder("new", "old"), 0);
        assert_text("old", "new");
        assert_false(is_there("new"));
    }
    fail.link = EPERM;
    make_file("new", "new");
    assert_int_equal(rename_in_folder("new", "other"), -1);
    assert_int_equal(errno, EPERM);
    fail.rename = EROFS;
    assert_int_equal(rename_in_folder("new", "other"), -1);
    assert_int_equal(errno, EROFS);
    assert_text("new", "new");
    assert_false(is_there("other"));
}

static void a_folder_takes_no_name_of_what_has_content(void **state)
{
    (void)state;
    assert_int_equal(mkdir(in_folder("old"), 0777), 0);
    make_file("old/file", "old");
    make_file("file", "file");
    for (size_t i = 0; i < 3; i++) {
        fail.rename = renames[i];
        assert_int_equal(mkdir(in_folder("new"), 0777), 0);
        make_file("new/file", "new");
        assert_int_equal(rename_in_folder("new", "old"), -1);
        assert_true(errno == EEXIST || errno == ENOTEMPTY);
        assert_int_equal(rename_in_folder("new", "file"), -1);
        assert_true(errno == EEXIST || errno == ENOTDIR);
        assert_text("old/file", "old");
        assert_text("file", "file");
        assert_int_equal(rename_in_folder("new", "free"), 0);
        assert_text("free/file", "new");
        assert_int_equal(unlink(in_folder("free/file")), 0);
        assert_int_equal(rmdir(in_folder("free")), 0);
    }
}

static void signals_do_not_end_a_sync(void **state)
{
    (void)state;
    vrrl_error err = no_error();
    fail.interruptions = 3;
    int fd = open(in_folder("file"), O_RDWR | O_CREAT, 0600);
    assert_true(fd >= 0);
    assert_int_equal(sync_file(fd), 0);
    assert_int_equal(sync_data(fd), 0);
    assert_int_equal(sync_name(in_folder("file"), &err), VRRL_OK);
    fail.sync = EIO;
    assert_int_equal(sync_file(fd), -1);
    assert_int_equal(errno, EIO);
    assert_int_equal(sync_data(fd), -1);
    assert_int_equal(errno, EIO);
    assert_error(&err, sync_name(in_folder("file"), &err), VRRL_IO);
    assert_int_equal(err.sys_errno, EIO);
    close(fd);
}

/* What cannot be synced is passed over; what could be and was not is an error. */
static void folders_that_cannot_be_synced(void **state)
{
    (void)state;
    vrrl_error err = no_error();
    fail.sync = EINVAL;
    assert_int_equal(sync_folder(test_folder, &err), VRRL_OK);
    fail.sync = 0;
    fail.open_folder = EACCES;
    assert_int_equal(sync_folder(test_folder, &err), VRRL_OK);
    fail.open_folder = EMFILE;
    assert_error(&err, sync_folder(test_folder, &err), VRRL_IO);
    fail.open_folder = 0;
    assert_error(&err, sync_name(in_folder("none/file"), &err), VRRL_IO);
    assert_int_equal(chdir(test_folder), 0);
    assert_int_equal(sync_name("file", &err), VRRL_OK); /* the folder that we are in */
    assert_int_equal(chdir("/"), 0);
}

static const char program_text[] = "word x\nepoch\nATOMIC_ADD 1, x\nend\n";

static void recordings_get_their_names_everywhere(void **state)
{
    (void)state;
    fail.interruptions = 2;
    for (size_t i = 0; i < 3; i++) {
        char name[16];
        snprintf(name, sizeof name, "run%d", (int)i);
        fail.rename = renames[i];
        record_text(program_text, name, "reference");
        vrrl_recording *recording = open_recorded(name);
        assert_true(vrrl_recording_info_of(recording)->finished);
        vrrl_recording_close(recording);
    }
    assert_false(is_there("run2.partial"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_takes_no_other_files_name, setup, remove_folder),
        cmocka_unit_test_setup_teardown(a_folder_takes_no_name_of_what_has_content, setup,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(signals_do_not_end_a_sync, setup, remove_folder),
        cmocka_unit_test_setup_teardown(folders_that_cannot_be_synced, setup, remove_folder),
        cmocka_unit_test_setup_teardown(recordings_get_their_names_everywhere, setup,
                                        remove_folder),
    };
    return cmocka_run_group_tests_name("sync", tests, NULL, NULL);
}
