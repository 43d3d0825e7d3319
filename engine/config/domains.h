// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "config/tree.h"

#include <QStringList>

#include <chrono>
#include <optional>

namespace portlight {

// A domain as the Domains page and `portlightctl list` show it: a view of one server block of the tree.
struct DomainView {
    int index = -1; // of the server block among all of http's
    QStringList names;
    QString target;  // "http://127.0.0.1:3000", "return 301 …", "" when it is nothing simple
    QString display; // the target as people read it: "127.0.0.1:3000"
    QStringList listens;
    QString url; // to open in a browser: "https://shop.localhost:8443" where it has HTTPS, else with http
    bool https = false;
    bool localCertificate = false; // of the local authority; with https
    bool redirects = false;        // HTTP leads to HTTPS
    bool hsts = false;             // browsers are told to remember HTTPS
    bool declinedHttps = false;    // switched off by hand, so that no default switches it on
    bool enabled = true;
    bool ours = false; // carries portlight_domain: the preset applies, every field can be edited
    int locationCount = 0;
    TextPosition position;

    QString name() const { return names.isEmpty() ? QString() : names.first(); }
    friend bool operator==(const DomainView &, const DomainView &) = default;
};

inline constexpr quint16 DefaultListenPort = 8080;
inline constexpr quint16 DefaultTlsPort = 8443;

enum class DomainCertificate : quint8 { Local, Files }; // of the local authority, or a person's own

// How a domain does HTTPS.
struct DomainTls {
    DomainCertificate certificate = DomainCertificate::Local;
    QString certificateFile; // of Files: paths as they are written
    QString keyFile;
    bool redirects = false;                                  // plain HTTP is answered by 308 and the address with https
    std::optional<std::chrono::seconds> hsts = std::nullopt; // max-age of Strict-Transport-Security; 0: forget it
    QString protocols;                                       // "TLSv1.2 TLSv1.3"; empty: nginx's default
    QString ciphers;                                         // OpenSSL's expression; empty: nginx's default
    friend bool operator==(const DomainTls &, const DomainTls &) = default;
};

// What a person asked for in one line, and in the editor.
struct DomainDraft {
    QString name;   // "shop.localhost"
    QString target; // "http://127.0.0.1:3000"
    quint16 listenPort = 8080;
    std::optional<bool> webSockets = std::nullopt; // nothing: as the preset has it, or as it is written
    // Nothing: none for a new domain, or as it is written. False for a new domain: it is not switched on by a default.
    std::optional<bool> https = std::nullopt;
    quint16 tlsPort = DefaultTlsPort;            // with https
    std::optional<DomainTls> tls = std::nullopt; // nothing: the local authority's certificate, or as it is written

    QString url() const; // "http://shop.localhost:8080", "https://shop.localhost:8443" with https
    friend bool operator==(const DomainDraft &, const DomainDraft &) = default;
};

// "shop 3000", "shop.localhost 127.0.0.1:3000", "shop http://localhost:3000/app", "shop unix:/run/x.sock", "3000 shop".
// A bare name gets ".localhost", a bare port 127.0.0.1. The error says what is missing or wrong, for people.
Result<DomainDraft> parseDomainLine(const QString &line, quint16 listenPort = DefaultListenPort);

QList<DomainView> listDomains(const ConfigTree &tree);

// Adds a server block with the preset of our own domains written out, and what it needs around it (http block, map).
// Errors: AlreadyExists (names the position of the other), InvalidName, InvalidTarget.
Result<int> addDomain(ConfigTree &tree, const DomainDraft &draft);
// Changes name, target or port of a domain, its HTTPS, or whether WebSockets pass it; everything else in its block
// stays as written.
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
