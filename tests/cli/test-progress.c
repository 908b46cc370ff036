/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Signals while a plan is carried out. The plan is one of this file: it stands in for the library,
 * and each step tells what the test wants.
 */
#include "progress.h"
#include <signal.h>
#include <string.h>
#include <unistd.h>

static const HdPlanStep steps[] = {
    {"unbind", "pci_0000_01_00_0", "unbind the device", "bind it"},
    {"attach-live", NULL, "give it to the VM", "take it back"},
};

/* What the plan does in its first step. */
static int signal_in_step;
static gboolean must_fail;
static unsigned n_done;

unsigned
hd_plan_get_n_steps(const HdPlan *plan)
{
    return G_N_ELEMENTS(steps);
}

const HdPlanStep *
hd_plan_get_step(const HdPlan *plan, unsigned index)
{
    return &steps[index];
}

gboolean
hd_plan_run(HdPlan *plan, HdPlanProgressFunc progress, gpointer user_data, GError **error)
{
    progress(plan, 0, HD_PLAN_STEP_STARTED, NULL, user_data);
    if (signal_in_step != 0) {
        kill(getpid(), signal_in_step);
        kill(getpid(), signal_in_step);
        g_usleep(G_USEC_PER_SEC / 2);
        progress(plan, 0, HD_PLAN_STEP_WAITING, "for the guest", user_data);
    }
    progress(plan, 0, HD_PLAN_STEP_DONE, NULL, user_data);
    n_done++;
    progress(plan, 1, HD_PLAN_STEP_STARTED, NULL, user_data);
    if (must_fail) {
        progress(plan, 1, HD_PLAN_STEP_FAILED, "no\033room", user_data);
        progress(plan, 0, HD_PLAN_STEP_UNDONE, NULL, user_data);
        g_set_error_literal(error, g_quark_from_static_string("test"), 0, "no room");
        return FALSE;
    }
    progress(plan, 1, HD_PLAN_STEP_DONE, NULL, user_data);
    n_done++;
    return TRUE;
}

/* The part that runs in the test's child: hold, plan, carry out. */
static void
run_as_child(gboolean is_quiet)
{
    g_autoptr(GError) error = NULL;
    gboolean is_done;

    is_done = cli_progress_run(NULL, is_quiet, &error);
    _exit(is_done && n_done == G_N_ELEMENTS(steps) ? 0 : 1);
}

static void
test_lines(void)
{
    if (g_test_subprocess())
        run_as_child(FALSE);
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("[1/2] unbind the device: done\n"
                              "[2/2] give it to the VM: done\n");
}

static void
test_quiet(void)
{
    if (g_test_subprocess())
        run_as_child(TRUE);
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("");
}

static void
test_failure(void)
{
    if (g_test_subprocess()) {
        must_fail = TRUE;
        run_as_child(FALSE);
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_failed();
    g_test_trap_assert_stderr("[1/2] unbind the device: done\n"
                              "[2/2] give it to the VM: failed (no\\x1broom)\n"
                              "[1/2] unbind the device: undone\n");
}

/* The plan ends although the signal came twice, and it is said once. */
static void
test_signal(gconstpointer data)
{
    if (g_test_subprocess()) {
        signal_in_step = GPOINTER_TO_INT(data);
        run_as_child(FALSE);
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("hostdev: interrupted, but the plan is carried out or undone to its "
                              "end\n"
                              "[1/2] unbind the device: done\n"
                              "[2/2] give it to the VM: done\n");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/progress/lines", test_lines);
    g_test_add_func("/progress/quiet", test_quiet);
    g_test_add_func("/progress/failure", test_failure);
    g_test_add_data_func("/progress/sigint", GINT_TO_POINTER(SIGINT), test_signal);
    g_test_add_data_func("/progress/sigterm", GINT_TO_POINTER(SIGTERM), test_signal);
    g_test_add_data_func("/progress/sighup", GINT_TO_POINTER(SIGHUP), test_signal);
    g_test_add_data_func("/progress/sigquit", GINT_TO_POINTER(SIGQUIT), test_signal);
    return g_test_run();
}
