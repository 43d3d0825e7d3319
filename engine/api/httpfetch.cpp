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
    connect(&m_socket, &QTcpSocket::readyRead, this, &HttpFetch::takeBytes);
    connect(&m_socket, &QTcpSocket::disconnected, this, &HttpFetch::end);
    connect(&m_socket, &QTcpSocket::errorOccurred, this, &HttpFetch::end);
}

void HttpFetch::start(quint16 port, const QByteArray &request)
{
    m_silence.start();
    m_socket.connectToHost(QHostAddress::LocalHost, port);
    m_socket.write(request);
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
