// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/tablerow.h"

// The core and event modules of nginx.

namespace portlight::directivetable {

namespace {

constexpr VersionedDefault versions_accept_mutex[] = {{{0, 0, 0}, "on"}, {{1, 11, 3}, "off"}};

// One row a directive.
// clang-format off
constexpr DirectiveSpec Rows[] = {
    {"accept_mutex", E, 1, 1, Flag, None, Accepted, versions_accept_mutex, "how the event loop waits is chosen here",
     false},
    {"accept_mutex_delay", E, 1, 1, Duration, None, Accepted, only<"500ms">, "how the event loop waits is chosen here",
     false},
    {"acceptex_read", E, 1, 1, Flag, None, Accepted, {}, "how the event loop waits is chosen here", false},
    {"daemon", M, 1, 1, Flag, None, Accepted, only<"on">,
     "process management of a server: serve has options of its own for it", false},
    {"debug_connection", E, 1, 1, Text, None, Accepted, {}, "how the event loop waits is chosen here", true},
    {"debug_points", M, 1, 1, Enumeration, None, Accepted, {},
     "process management of a server: serve has options of its own for it", false, "stop abort"},
    {"devpoll_changes", E, 1, 1, Number, None, Accepted, {}, "how the event loop waits is chosen here", false},
    {"devpoll_events", E, 1, 1, Number, None, Accepted, {}, "how the event loop waits is chosen here", false},
    {"env", M, 1, 1, Text, None, Accepted, {}, "process management of a server: serve has options of its own for it",
     true},
    {"epoll_events", E, 1, 1, Number, None, Accepted, {}, "how the event loop waits is chosen here", false},
    {"eventport_events", E, 1, 1, Number, None, Accepted, {}, "how the event loop waits is chosen here", false},
    {"events", M, 0, 0, Block, None, Accepted, {}, "how the event loop waits is chosen here", false},
    {"google_perftools_profiles", M, 1, 1, Text, None, NotYet, {}, "the profiler is not part of it", false},
    {"http", M, 0, 0, Block, None, Runs, {}, "", false},
    {"include", Anywhere, 1, 1, Text, None, Runs, {}, "", true},
    {"iocp_threads", E, 1, 1, Number, None, Accepted, {}, "how the event loop waits is chosen here", false},
    {"kqueue_changes", E, 1, 1, Number, None, Accepted, {}, "how the event loop waits is chosen here", false},
    {"kqueue_events", E, 1, 1, Number, None, Accepted, {}, "how the event loop waits is chosen here", false},
    {"load_module", M, 1, 1, Text, None, NotYet, {}, "modules of nginx cannot be loaded", true},
    {"lock_file", M, 1, 1, Text, None, Accepted, only<"logs/nginx.lock">, "how the event loop waits is chosen here",
     false},
    {"mail", M, 0, 0, Block, None, NotYet, {}, "mail is not proxied", false},
    {"master_process", M, 1, 1, Flag, None, Accepted, only<"on">,
     "the number and care of processes is a matter of the server; one engine thread runs here", false},
    {"multi_accept", E, 1, 1, Flag, None, Accepted, only<"off">, "how the event loop waits is chosen here", false},
    {"pcre_jit", M, 1, 1, Flag, None, Accepted, only<"off">, "speeds up regular expressions only", false},
    {"pid", M, 1, 1, Text, None, Accepted, only<"logs/nginx.pid">,
     "process management of a server: serve has options of its own for it", false},
    {"post_acceptex", E, 1, 1, Number, None, Accepted, {}, "how the event loop waits is chosen here", false},
    {"quic_bpf", M, 1, 1, Flag, None, NotYet, only<"off">, "HTTP/3 is not run yet", false},
    {"ssl_engine", M, 1, 1, Text, None, NotYet, {}, "OpenSSL's engines are not loaded", false},
    {"ssl_object_cache_inheritable", M, 1, 1, Flag, None, Accepted, {}, "a reload reads every file again", false},
    {"stream", M, 0, 0, Block, None, NotYet, {}, "TCP and UDP streams are not proxied yet", false},
    {"thread_pool", M, 2, 3, Text, None, Accepted, only<"default threads=32 max_queue=65536">,
     "names threads for file access, which is not needed here", true},
    {"timer_resolution", M, 1, 1, Duration, None, Accepted, {}, "how the event loop waits is chosen here", false},
    {"use", E, 1, 1, Text, None, Accepted, {}, "how the event loop waits is chosen here", false},
    {"user", M, 1, 2, Text, None, Accepted, only<"nobody nobody">,
     "process management of a server: serve has options of its own for it", false},
    {"worker_aio_requests", E, 1, 1, Number, None, Accepted, only<"32">, "how the event loop waits is chosen here",
     false},
    {"worker_connections", E, 1, 1, Text, None, Accepted, only<"512">, "how the event loop waits is chosen here",
     false},
    {"worker_cpu_affinity", M, 1, -1, Text, None, Accepted, {},
     "the number and care of processes is a matter of the server; one engine thread runs here", false},
    {"worker_priority", M, 1, 1, Text, None, Accepted, only<"0">,
     "the number and care of processes is a matter of the server; one engine thread runs here", false},
    {"worker_processes", M, 1, 1, Text, None, Accepted, only<"1">,
     "the number and care of processes is a matter of the server; one engine thread runs here", false},
    {"worker_rlimit_core", M, 1, 1, Size, None, Accepted, {},
     "the number and care of processes is a matter of the server; one engine thread runs here", false},
    {"worker_rlimit_nofile", M, 1, 1, Number, None, Accepted, {},
     "the number and care of processes is a matter of the server; one engine thread runs here", false},
    {"worker_shutdown_timeout", M, 1, 1, Duration, None, Runs, {}, "", false},
    {"working_directory", M, 1, 1, Text, None, Accepted, {},
     "process management of a server: serve has options of its own for it", false},
};
// clang-format on

} // namespace

std::span<const DirectiveSpec> coreRows()
{
    return Rows;
}

} // namespace portlight::directivetable
