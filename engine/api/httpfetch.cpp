// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/httpfetch.h"

#include "api/verifyresponse.h"

#include <QHostAddress>
#include <QNetworkProxy>

namespace portlight {

HttpFetch::HttpFetch(QObject *parent)
    : QObject(parent)
{
    m_socket.setProxy(QNetworkProxy::NoProxy);
    m_silence.setSingleShot(true);
    m_silence.setInterval(FetchSilence);
    connect(&m_silence, &QTimer::timeout, this, &HttpFetch::end);
    connect(&m_socket, &QIODevice::readyRead, this, &HttpFetch::takeBytes);
    connect(&m_socket, &QAbstractSocket::disconnected, this, &HttpFetch::end);
    connect(&m_socket, &QAbstractSocket::errorOccurred, this, &HttpFetch::end);
}

void HttpFetch::start(quint16 port, const QByteArray &request)
{
    m_silence.start();
    m_socket.connectToHost(QHostAddress::LocalHost, port);
    m_socket.write(request);
}

void HttpFetch::startTls(quint16 port, const QByteArray &request, const QByteArray &serverName)
{
    m_silence.start();
    m_socket.setPeerVerifyMode(QSslSocket::VerifyNone);
    connect(&m_socket, &QSslSocket::encrypted, this, [this, request] { m_socket.write(request); });
    const QString name = QString::fromUtf8(serverName).section(u':', 0, 0);
    m_socket.connectToHostEncrypted(QHostAddress(QHostAddress::LocalHost).toString(), port, name);
}

void HttpFetch::takeBytes()
{
    m_bytes += m_socket.readAll();
    m_silence.start();
    if (m_bytes.size() > VerifyResponseBytesMax)
        end();
}

void HttpFetch::end()
{
    if (std::exchange(m_ended, true))
        return;
    m_bytes += m_socket.readAll();
    m_silence.stop();
    m_socket.abort();
    Q_EMIT finished();
}

} // namespace portlight
