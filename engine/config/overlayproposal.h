// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/overlay.h"
#include "config/values.h"

#include <functional>

namespace portlight {

// What a proposal has to know of this machine. Functions, so that tests can answer for it.
struct DeskFacts {
    std::function<bool(quint16)> isPortFree;                 // on both loopback addresses
    std::function<bool(const PeerAddress &)> doesPeerAnswer; // its name is known and something accepts
    std::function<bool(const QByteArray &)> exists;          // a file or folder
    std::function<bool(const QByteArray &)> isWritable;      // a folder
    QByteArray prefix;                                       // absolute: where relative paths start
    bool hasAuthority = false;                               // a local one, which can issue certificates
};

// An overlay with which that tree runs on this desk: listens on free loopback ports, certificates of the local
// authority or no TLS where the files are not here, production names under .localhost, local targets for backends that
// do not answer, paths that are there. Every line says why.
Overlay proposeOverlay(const ConfigTree &expandedTree, const DeskFacts &facts, const QString &fileName);

// The local name for a production one: "shop.example.com" → "shop.localhost"; empty when it is local already or a
// pattern that cannot be translated. `taken` says which are in use.
QByteArray localNameFor(const QByteArray &name, const std::function<bool(const QByteArray &)> &taken);

} // namespace portlight
