/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Numbers of processes in files, and what runs behind them.
 */
#include "host/process.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/parse.h"

/* Kernel, include/linux/threads.h, PID_MAX_LIMIT. */
#define PID_LIMIT 4194304

/* Kernel, include/linux/sched.h, TASK_COMM_LEN; and more than any number of a process. */
#define LINE_SIZE 32

/* The first line; FALSE when it does not fit. */
static gboolean
read_line(int fd, char line[LINE_SIZE])
{
    gssize length = pread(fd, line, LINE_SIZE - 1, 0);

    if (length <= 0)
        return FALSE;
    line[length] = '\0';
    char *end = strchr(line, '\n');
    if (end == NULL)
        return length < LINE_SIZE - 1;
    *end = '\0';
    return TRUE;
}

guint32
hd_process_read_pid(int fd)
{
    char line[LINE_SIZE];
    guint64 pid = 0;

    if (!read_line(fd, line) || !hd_parse_uint(line, 10, PID_LIMIT, &pid))
        return 0;
    return (guint32) pid;
}

char *
hd_process_dup_name(guint32 pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%u/comm", pid);
    hd_autofd fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    char line[LINE_SIZE];

    if (fd < 0 || !read_line(fd, line))
        return NULL;
    return g_utf8_make_valid(line, -1);
}
