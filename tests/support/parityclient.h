// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

struct sockaddr;

namespace portlight::testing {

// A client that sends bytes as they are and keeps what comes back, on one connection. Blocking; every wait
// ends after a time that only a fault reaches, and then says so in `timedOut`.
class ParityClient
{
public:
    // To a port of 127.0.0.1, or of ::1, or to a unix socket.
    explicit ParityClient(quint16 port, bool ipv6 = false);
    explicit ParityClient(const QByteArray &unixPath);
    ~ParityClient();
    Q_DISABLE_COPY_MOVE(ParityClient)

    void send(const QByteArray &bytes);
    void shutWrite();
    void close();
    // One response to `method`, with the interim ones in front of it; up to the close when that is its end, or when it
    // says that the server closes.
    QByteArray readResponse(const QByteArray &method);
    QByteArray readExactly(qsizetype count);
    QByteArray readToEnd();
    // Whether the server would answer another request. Ends the connection.
    bool isOpen();
    bool timedOut() const { return m_timedOut; }

private:
    void connectTo(const sockaddr *address, unsigned length);
    bool receive();
    QByteArray take(qsizetype count);

    int m_descriptor = -1;
    QByteArray m_input;
    bool m_ended = false;
    bool m_timedOut = false;
};

} // namespace portlight::testing
