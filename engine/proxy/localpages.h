// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "proxy/failure.h"
#include "proxy/proxycontext.h"

namespace portlight {

// The body of a page that explains itself, for clients on this machine and domains of ours.
struct LocalPage {
    QByteArrayView contentType;
    QByteArray body;
};

// What the page has to say.
struct LocalPageContent {
    int status = 404;
    QString title; // "Nothing answers for shop.localhost"
    QString cause; // "nothing listens on 127.0.0.1:3000 (connection refused)"
    QString advice;
    QList<std::pair<QString, QString>> facts; // "Address tried", "127.0.0.1:3000"
    QStringList domains;                      // those that exist, for an unknown one
    QStringList domainAddresses;              // their URLs, same order
};

// As HTML, JSON or text, whichever the Accept field prefers (RFC 9110 §12.5.1); text when it names none.
LocalPage renderLocalPage(const LocalPageContent &content, QByteArrayView accept);

// ngx_http_stub_status_module's text.
QByteArray stubStatusText(const ProxyCounters &counters);

} // namespace portlight
