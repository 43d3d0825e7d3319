// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/tree.h"

namespace portlight {

// One line of an overlay: what the configuration says, and what counts on this desk instead.
struct OverlayMapping {
    enum class Kind : quint8 {
        Listen,      // an address as written → an address here
        Certificate, // ssl_certificate as written → "plain" (no TLS here), "local" (of the local authority), or a
                     // certificate and its key
        Name,        // a server name → a further name of the same server
        Peer,        // "host:port" of a backend → "host:port", with "http://" in front when the scheme changes too
        Path,        // a path or the beginning of one → a path here
    };
    Kind kind = Kind::Listen;
    QByteArray from;
    QByteArray to;
    QByteArray key;    // of a certificate that is a file
    QByteArray reason; // a comment behind the line; may be empty
    TextPosition where;

    // Of a certificate: it is neither of the two words.
    bool isFile() const { return to != "plain" && to != "local"; }
    friend bool operator==(const OverlayMapping &, const OverlayMapping &) = default;
};

// "portlight_listen" and its like.
QByteArray overlayDirective(OverlayMapping::Kind kind);

// What differs on this desk: laid over a tree when it is compiled, left out of exports. A value.
struct Overlay {
    QString fileName; // relative paths in it start from its folder
    std::vector<OverlayMapping> mappings;

    bool isEmpty() const { return mappings.empty(); }
    const OverlayMapping *find(OverlayMapping::Kind kind, QByteArrayView from) const;
};

struct OverlayOutcome {
    Overlay overlay;
    Diagnostics diagnostics;

    bool ok() const { return !hasErrors(diagnostics); }
};

// Reads an overlay: nginx's notation, with the directives above and no blocks.
OverlayOutcome parseOverlay(QByteArrayView text, const QString &fileName);
// The same of a file; one that cannot be read is a diagnostic.
OverlayOutcome readOverlayFile(const QString &path);
// The text of an overlay, with a heading and a comment line before each kind, paths below its folder relative to it;
// parseOverlay reads it back.
QByteArray writeOverlay(const Overlay &overlay);

// What an overlay did to one directive.
struct OverlayEffect {
    OverlayMapping::Kind kind = OverlayMapping::Kind::Listen;
    TextPosition where; // of the directive, as written
    QString what;       // "it listens on 127.0.0.1:8080 here"
    bool adds = false;  // nothing that is written changes its meaning
};

// The tree as it counts on this desk. `expandedTree` has its includes in place; positions are kept, so that every later
// message names the line as written. A mapping that matches nothing is a warning. Pure.
ConfigTree applyOverlay(const ConfigTree &expandedTree, const Overlay &overlay, Diagnostics &diagnostics,
                        std::vector<OverlayEffect> *effects = nullptr);

// The longest path mapping that this path begins with, or null.
const OverlayMapping *overlayPathMapping(const Overlay &overlay, QByteArrayView path);
// Where that path leads here: through its mapping, or the path itself.
QByteArray overlaidPath(const Overlay &overlay, QByteArrayView path);

} // namespace portlight
