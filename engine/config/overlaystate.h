// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/overlay.h"
#include "config/values.h"

#include <QHash>
#include <QSet>

// What the parts of laying an overlay over a tree share; only the overlay*.cpp files include this.
namespace portlight::overlaying {

// What is known of the whole tree before it is changed, and what was found. Lives for one applyOverlay().
struct State {
    const Overlay &overlay;
    std::vector<OverlayEffect> *effects;
    QSet<const OverlayMapping *> used;

    std::vector<QByteArray> plainAddresses; // keys of listens that lose their TLS here
    QSet<QByteArray> groups;                // names of upstream blocks, lower case
    QHash<quint16, quint16> httpPorts;      // of a URL as written → here; when a listen mapping moved it
    QHash<quint16, quint16> httpsPorts;     // the same of those that still have TLS here
    QHash<quint16, quint16> plainPorts;     // the same of those that have lost it

    void note(OverlayMapping::Kind kind, const TextPosition &where, const QString &what, bool adds = false);
    bool isPlain(const QByteArray &address) const;
};

QString text(QByteArrayView bytes);
// Gives argument `index` another value at its old place.
void setArgument(ConfigNode &node, size_t index, const QByteArray &value);
std::vector<QByteArray> wordsOf(const ConfigNode &node);
// What tells the addresses of a listen from those of another, however they are written.
QByteArray listenKey(const std::vector<QByteArray> &words);
QByteArray peerKey(const PeerAddress &peer);

// The listens, certificates and names of one server.
void overlayServer(State &state, ConfigNode &server, const ConfigNode &http);
// Whether the server's certificate, its own or the one of http, is to be served without TLS.
bool isPlainServer(State &state, const ConfigNode &server, const ConfigNode &http);
// The file directives of TLS at a level whose certificate is not used here.
void dropTls(State &state, ConfigNode &level);
// Backends, paths and redirects: everything that can stand at any depth.
void overlayTargets(State &state, std::vector<ConfigNode> &nodes);

} // namespace portlight::overlaying
