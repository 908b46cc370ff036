# SPDX-License-Identifier: LGPL-2.1-or-later
"""Synthetic hosts: a sysfs tree, a udev database and a bit of /proc, made from a seed."""
