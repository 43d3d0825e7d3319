// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

namespace portlight {

// What active checks say of a peer, from good to bad.
enum class PeerHealth : quint8 {
    Unchecked, // no check is configured: it gets requests
    Healthy,
    Checking, // `mandatory`: no request before its first check has passed
    Unhealthy,
};

} // namespace portlight
