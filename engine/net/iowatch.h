// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

#include <memory>

namespace portlight {

// Readiness of a descriptor, as edges: set when the kernel reports it, cleared by whoever meets EAGAIN.
struct IoReadiness {
    bool readable = false;
    bool writable = false;
    bool hangup = false; // the peer shut its write side, or the socket failed: a read will tell
};

// Receives readiness on the engine thread. It may destroy its own watch, or any other, while it runs.
class IoHandler
{
public:
    virtual ~IoHandler() = default;
    virtual void ioReady(IoReadiness readiness) = 0;
};

// One descriptor's registration with the event loop. Engine thread; owned by the stream or listener that owns the
// descriptor, and destroyed before the descriptor is closed.
//
// Edge-triggered: after construction, each new readiness is reported once. A handler reads or writes until EAGAIN (or a
// short count with no hangup), or calls rearm() to be called again in the next turn.
class IoWatch
{
public:
    virtual ~IoWatch() = default;
    // Reports the given readiness again in the next turn of the loop, without asking the kernel: for a handler that
    // stopped early (a full buffer, a fairness limit) and now wants to go on.
    virtual void rearm(IoReadiness readiness) = 0;
    // To be told when EAGAIN was met, or a count that stands for it: where edges are emulated (NotifierIoSource) the
    // next one is looked for from then on. Nothing with epoll.
    virtual void drained(IoReadiness readiness) { Q_UNUSED(readiness); }
};

// Where watches come from: the epoll dispatcher, or QSocketNotifier where there is no epoll.
class IoSource
{
public:
    virtual ~IoSource() = default;
    // Null with errno set when the kernel refuses (a regular file: EPERM, no memory: ENOMEM).
    virtual std::unique_ptr<IoWatch> watch(int descriptor, IoHandler *handler) = 0;
};

} // namespace portlight
