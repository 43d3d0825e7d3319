// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "capture/har.h"
#include "config/tree.h"
#include "config/values.h"

#include <QHash>
#include <QSet>

namespace portlight {

inline constexpr qsizetype VerifyListensMax = 200;     // addresses of one configuration
inline constexpr qsizetype VerifyRequestsMax = 10'000; // of one run

// One request that both servers get.
struct VerifyRequest {
    QByteArray address; // the listen it goes to, as written: "0.0.0.0:80"
    QByteArray method = "GET";
    QByteArray host; // of the Host field, with a port where it has one
    QByteArray target = "/";
    std::vector<std::pair<QByteArray, QByteArray>> fields;
    QByteArray body;

    // "GET shop.example.com/path"
    QString toString() const;
    // What is sent: one request that ends the connection.
    QByteArray toBytes() const;
    friend bool operator==(const VerifyRequest &, const VerifyRequest &) = default;
};

// A configuration made ready to be run beside another server: the same but for what would get in each other's way.
struct VerifySetup {
    ConfigTree tree;
    QList<QByteArray> addresses;   // every address that is listened on, as written; "0.0.0.0:80"
    QSet<QByteArray> tlsAddresses; // those of them that speak TLS
    QStringList notes;             // what was changed and may matter
};

// `tree` is exported nginx configuration: process settings and logs are taken out; paths that count from the
// configuration's own folder become absolute. Listeners with TLS keep it, with one certificate for all that stands in
// http, for the files of the configuration are elsewhere: what else it says of TLS is taken out. Error: too many
// addresses, no http block.
Result<VerifySetup> prepareVerification(const ConfigTree &tree, const QString &configFolder);

// The tree with each address at its port of 127.0.0.1.
ConfigTree withPorts(const VerifySetup &setup, const QHash<QByteArray, quint16> &ports);
// Puts the one certificate into http.
void addCertificate(ConfigTree &tree, const QByteArray &certificate, const QByteArray &key);

// One request for each name and location of each server, one for a name and one for a path that nobody has.
std::vector<VerifyRequest> defaultRequests(const VerifySetup &setup);
// "GET /path", "POST http://shop.example.com/path"; without a URL the first server is asked.
Result<VerifyRequest> parseVerifyRequest(const QString &text, const VerifySetup &setup);
VerifyRequest requestFromHar(const HarRequest &recorded, const VerifySetup &setup);

} // namespace portlight
