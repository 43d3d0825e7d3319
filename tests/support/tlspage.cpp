// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/tlspage.h"

using namespace Qt::StringLiterals;

namespace portlight::testing {

TlsPage::TlsPage(const CertificateFiles &files)
{
    const QString program = u"const fs = require('fs');\n"
                            "const [, certificate, key, text] = process.argv;\n"
                            "const server = require('https').createServer(\n"
                            "    { cert: fs.readFileSync(certificate), key: fs.readFileSync(key) },\n"
                            "    (request, response) => {\n"
                            "        response.setHeader('Content-Type', 'text/html');\n"
                            "        response.end(`<p>${text}</p>`);\n"
                            "    });\n"
                            "server.listen(0, '127.0.0.1', () => console.log(server.address().port));\n"_s;
    m_server.start(u"node"_s, {u"-e"_s, program, QString::fromUtf8(files.certificate), QString::fromUtf8(files.key),
                               QString::fromLatin1(Text)});
    while (!m_server.canReadLine() && m_server.waitForReadyRead()) {}
    m_port = m_server.readLine().trimmed().toInt();
    if (m_port == 0)
        qFatal("the page over TLS is not served: %s", m_server.readAllStandardError().constData());
}

TlsPage::~TlsPage()
{
    m_server.kill();
    m_server.waitForFinished();
}

QString TlsPage::url() const
{
    return u"https://demo.localhost:%1/"_s.arg(m_port);
}

} // namespace portlight::testing
