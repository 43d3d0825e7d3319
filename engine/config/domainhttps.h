// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/domains.h"

namespace portlight {

// HTTPS of one server block, whoever wrote it. `http` is the block around it, which it inherits from.

// It listens with TLS.
bool hasHttps(const ConfigNode &server);
// The port of its first listener with TLS.
std::optional<quint16> tlsPortOf(const ConfigNode &server);
// Its certificate comes from the local authority.
bool usesLocalCertificate(const ConfigNode &http, const ConfigNode &server);
// Somebody switched HTTPS off by hand: "portlight_local_certificate off;" stands there, and no default switches it on.
bool declinesHttps(const ConfigNode &http, const ConfigNode &server);
DomainTls tlsOf(const ConfigNode &http, const ConfigNode &server);

// Switches HTTPS of server `place` among http's children on, with that port and those settings, or off. Only what
// differs is written; everything else stays as it is. Off leaves the mark that declinesHttps() reads, and the ssl_
// directives, for the day when it is switched on again; what makes sense with HTTPS alone, redirect and HSTS, goes.
// Errors: InvalidValue, ConflictingListen (the port is used without TLS, and by whom).
Result<void> setHttps(ConfigNode &http, int place, bool on, quint16 port, const DomainTls &tls);

// What follows a move of its TLS listeners to another port: the redirect to them, when it is written as we write it;
// others lead to where their writer wanted.
void moveRedirect(ConfigNode &server, quint16 oldPort, quint16 newPort);
// Takes the redirect from plain HTTP out.
void removeRedirect(ConfigNode &server);

// The port of the existing domains of ours that have HTTPS, else DefaultTlsPort.
quint16 customaryTlsPort(const ConfigTree &tree);

// Whether domains can have HTTPS without a port being chosen for each. Error ConflictingListen: that port is used
// without TLS, and by whom.
Result<void> checkCustomaryTlsPort(const ConfigTree &tree);

// Gives every domain of ours HTTPS with a certificate of the local authority, except those that have it, that
// declined it, or that have a name outside `suffixes` (empty: any will do). The names of those that were changed.
QStringList addHttpsToOwnDomains(ConfigTree &tree, const QStringList &suffixes = {});

} // namespace portlight
