// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "support/testauthority.h"

#include <QProcess>

namespace portlight::testing {

// A page over TLS, served by Node in a process of its own: browsers open several connections at once. On a free port of
// 127.0.0.1, for as long as the object lives; what cannot be started ends the test.
class TlsPage
{
public:
    static constexpr const char *Text = "a page over TLS";

    explicit TlsPage(const CertificateFiles &files);
    ~TlsPage();
    Q_DISABLE_COPY_MOVE(TlsPage)

    // "https://demo.localhost:34567/"
    QString url() const;

private:
    QProcess m_server;
    int m_port = 0;
};

} // namespace portlight::testing
