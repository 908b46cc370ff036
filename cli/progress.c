/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Progress lines and held signals.
 */
#include "progress.h"

#include "output.h"
#include "text.h"
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define WATCH_PAUSE_NS 100000000L

static const int held_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

/* What the callback of the plan needs. */
typedef struct {
    gboolean is_quiet;
    gboolean is_terminal;
    gboolean is_line_open; /* a line without its end stands on the terminal */
} Progress;

static sigset_t
get_held_set(void)
{
    sigset_t set;

    sigemptyset(&set);
    for (unsigned i = 0; i < G_N_ELEMENTS(held_signals); i++)
        sigaddset(&set, held_signals[i]);
    return set;
}

static void
hold_signals(void)
{
    sigset_t set = get_held_set();

    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

/* Answers signals until told to stop. */
static gpointer
watch_signals(gpointer data)
{
    const gint *must_stop = data;
    sigset_t set = get_held_set();
    struct timespec pause = {.tv_nsec = WATCH_PAUSE_NS};
    gboolean is_answered = FALSE;

    while (!g_atomic_int_get(must_stop)) {
        if (sigtimedwait(&set, NULL, &pause) > 0 && !is_answered) {
            is_answered = TRUE;
            cli_output_complain("interrupted, but the plan is carried out or undone to its end");
        }
    }
    return NULL;
}

static const char *const progress_words[] = {
    [HD_PLAN_STEP_STARTED] = "...",
    [HD_PLAN_STEP_DONE] = "done",
    [HD_PLAN_STEP_FAILED] = "failed",
    [HD_PLAN_STEP_UNDONE] = "undone",
    [HD_PLAN_STEP_UNDO_FAILED] = "could not be undone",
};

/* The line of a step: on a terminal one line that changes, elsewhere one line when it has ended. */
static void
print_line(Progress *self, const char *line, gboolean is_end)
{
    g_autofree char *safe = cli_text_escape(line);
    g_autofree char *text = NULL;

    if (!self->is_terminal && !is_end)
        return;
    /* A line that wraps could not be written over. */
    if (!is_end) {
        char *cut = cli_text_cut(safe, cli_output_find_width(STDERR_FILENO) - 1, "...");

        g_free(safe);
        safe = cut;
    }
    text = g_strdup_printf("%s%s%s", self->is_line_open ? "\r\033[K" : "", safe,
                           is_end ? "\n" : "");
    self->is_line_open = !is_end;
    (void) cli_output_write(STDERR_FILENO, text, strlen(text));
}

/* The end of a long line is cut on a terminal, so what is waited for stands before the step. */
static char *
format_line(const HdPlan *plan, unsigned index, HdPlanProgress progress, const char *detail)
{
    const char *text = hd_plan_get_step(plan, index)->text;
    g_autofree char *number = g_strdup_printf("[%u/%u]", index + 1, hd_plan_get_n_steps(plan));

    if (progress == HD_PLAN_STEP_WAITING)
        return g_strdup_printf("%s waiting %s: %s", number, detail != NULL ? detail : "", text);
    if (detail != NULL)
        return g_strdup_printf("%s %s: %s (%s)", number, text, progress_words[progress], detail);
    return g_strdup_printf("%s %s: %s", number, text, progress_words[progress]);
}

static void
on_progress(const HdPlan *plan,
            unsigned index,
            HdPlanProgress progress,
            const char *detail,
            gpointer user_data)
{
    Progress *self = user_data;
    gboolean is_end = progress != HD_PLAN_STEP_STARTED && progress != HD_PLAN_STEP_WAITING;
    g_autofree char *line = NULL;

    if (self->is_quiet)
        return;
    line = format_line(plan, index, progress, detail);
    print_line(self, line, is_end);
}

gboolean
cli_progress_run(HdPlan *plan, gboolean is_quiet, GError **error)
{
    Progress self = {.is_quiet = is_quiet, .is_terminal = isatty(STDERR_FILENO)};
    gint must_stop = FALSE;
    GThread *watcher;
    gboolean is_done;

    hold_signals();
    watcher = g_thread_new("signals", watch_signals, &must_stop);
    is_done = hd_plan_run(plan, on_progress, &self, error);
    g_atomic_int_set(&must_stop, TRUE);
    g_thread_join(watcher);
    if (self.is_line_open)
        print_line(&self, "", TRUE);
    return is_done;
}
