// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/nginxprogram.h"

#include <QStandardPaths>
#include <QTcpServer>

#include <memory>
#include <vector>

using namespace Qt::StringLiterals;

namespace portlight {

QString nginxProgram()
{
    const QString found = QStandardPaths::findExecutable(u"nginx"_s);
    return found.isEmpty() ? QStandardPaths::findExecutable(
               u"nginx"_s, {u"/usr/sbin"_s, u"/usr/local/sbin"_s, u"/opt/homebrew/bin"_s})
                           : found;
}

Error nginxIsMissing()
{
    return {ErrorCode::NotFound,
            u"nginx is not installed"_s,
            {},
            u"sudo apt install nginx brings it; it need not be enabled"_s};
}

NginxVersion nginxVersionFrom(QByteArrayView printed)
{
    const QByteArray text = printed.toByteArray();
    const qsizetype slash = text.indexOf("nginx/");
    return NginxVersion::fromString(slash < 0 ? QByteArray() : text.mid(slash + 6).simplified().split(' ').first());
}

QList<quint16> freeLoopbackPorts(qsizetype count)
{
    // All are held until all are known, so that none comes twice.
    std::vector<std::unique_ptr<QTcpServer>> held;
    QList<quint16> ports;
    for (qsizetype i = 0; i < count; ++i) {
        held.push_back(std::make_unique<QTcpServer>());
        held.back()->listen(QHostAddress::LocalHost);
        ports += held.back()->serverPort();
    }
    return ports;
}

} // namespace portlight
