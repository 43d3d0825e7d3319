// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QSslSocket>
#include <QTimer>

#include <chrono>

namespace portlight {

// Sends bytes to a port of 127.0.0.1, over TLS when asked to (whoever answers is believed), and collects everything
// that comes back until the peer closes, until it has been silent for FetchSilence, or until there is too much. One
// thread, never blocks; one exchange a life.
class HttpFetch final : public QObject
{
    Q_OBJECT
public:
    static constexpr std::chrono::seconds FetchSilence{10};

    explicit HttpFetch(QObject *parent = nullptr);
    void start(quint16 port, const QByteArray &request);
    // `serverName` goes into the handshake (SNI); a port in it does not.
    void startTls(quint16 port, const QByteArray &request, const QByteArray &serverName);
    const QByteArray &bytes() const { return m_bytes; }

Q_SIGNALS:
    void finished();

private:
    void takeBytes();
    void end();

    QSslSocket m_socket;
    QTimer m_silence;
    QByteArray m_bytes;
    bool m_ended = false;
};

} // namespace portlight
