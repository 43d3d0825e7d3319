// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "config/tree.h"

#include <QStringList>

#include <optional>

namespace portlight {

// A domain as the Domains page and `portlightctl list` show it: a view of one server block of the tree.
struct DomainView {
    int index = -1; // of the server block among all of http's
    QStringList names;
    QString target;  // "http://127.0.0.1:3000", "return 301 …", "" when it is nothing simple
    QString display; // the target as people read it: "127.0.0.1:3000"
    QStringList listens;
    QString url; // to open in a browser: "http://shop.localhost:8080"
    bool enabled = true;
    bool ours = false; // carries portlight_domain: the preset applies, every field can be edited
    int locationCount = 0;
    TextPosition position;

    QString name() const { return names.isEmpty() ? QString() : names.first(); }
    friend bool operator==(const DomainView &, const DomainView &) = default;
};

// What a person asked for in one line.
struct DomainDraft {
    QString name;   // "shop.localhost"
    QString target; // "http://127.0.0.1:3000"
    quint16 listenPort = 8080;
    std::optional<bool> webSockets = std::nullopt; // nothing: as the preset has it, or as it is written

    QString url() const; // "http://shop.localhost:8080"
    friend bool operator==(const DomainDraft &, const DomainDraft &) = default;
};

inline constexpr quint16 DefaultListenPort = 8080;

// "shop 3000", "shop.localhost 127.0.0.1:3000", "shop http://localhost:3000/app", "shop unix:/run/x.sock", "3000 shop".
// A bare name gets ".localhost", a bare port 127.0.0.1. The error says what is missing or wrong, for people.
Result<DomainDraft> parseDomainLine(const QString &line, quint16 listenPort = DefaultListenPort);

QList<DomainView> listDomains(const ConfigTree &tree);

// Adds a server block with the preset of our own domains written out, and what it needs around it (http block, map).
// Errors: AlreadyExists (names the position of the other), InvalidName, InvalidTarget.
Result<int> addDomain(ConfigTree &tree, const DomainDraft &draft);
// Changes name, target or port of a domain, or whether WebSockets pass it; everything else in its block stays as
// written.
Result<void> updateDomain(ConfigTree &tree, int index, const DomainDraft &draft);

// What removeDomain took out, for undo.
struct RemovedDomain {
    ConfigNode server;
    std::optional<ConfigNode> upstream; // of the preset, when no one else used it
    int serverPlace = 0;                // among http's children, comments included
    int upstreamPlace = 0;
};
// Removes a domain, and the upstream block that only it used.
Result<RemovedDomain> removeDomain(ConfigTree &tree, int index);
// Puts it back where it stood, or at the end when the tree became shorter meanwhile. Error: AlreadyExists.
Result<int> restoreDomain(ConfigTree &tree, RemovedDomain removed);
// Writes or removes "portlight_enabled off;".
Result<void> setDomainEnabled(ConfigTree &tree, int index, bool enabled);
// The index of the domain of that name ("shop" finds "shop.localhost" too), or NotFound with the names that exist.
Result<int> findDomain(const ConfigTree &tree, const QString &name);
// The draft that would give this domain, for editing. NotFound when it is nothing simple.
Result<DomainDraft> draftOfDomain(const ConfigTree &tree, int index);
// The text of a new portlight.conf with no domain.
ConfigTree emptyConfig(const QString &fileName);

} // namespace portlight
