// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QList>

#include <functional>
#include <utility>

namespace portlight::testing {

// One HTTP/1 message as it was read off the wire.
struct RawMessage {
    QByteArray startLine;
    QByteArray head; // start line included, ends with the empty line
    QByteArray body; // chunks unwrapped
    QByteArray trailers;
    bool complete = false; // by its length or its last chunk; or by the peer's close where nothing else frames it

    int status() const { return startLine.mid(9, 3).toInt(); }
    QByteArray field(QByteArrayView name) const; // the first one's value; null when there is none
    int count(QByteArrayView name) const;
};

// One end of a TCP or unix connection in a test's hands: bytes in, bytes out, and every way to end it. Each call waits
// until what it names has happened and gives up only after a time that passes when something hangs. The other end runs
// on a thread of its own. Used by one thread.
class RawPeer
{
public:
    explicit RawPeer(int descriptor = -1);
    ~RawPeer() { close(); }
    RawPeer(RawPeer &&other) noexcept;
    RawPeer &operator=(RawPeer &&other) noexcept;

    bool isOpen() const { return m_descriptor >= 0; }
    int descriptor() const { return m_descriptor; }

    // False when the other end has gone, or takes nothing any more.
    bool send(QByteArrayView bytes);
    // Sends until the kernel takes no more; returns how much that was, at most `bytesMax`.
    qint64 sendUntilFull(QByteArrayView block, qint64 bytesMax);

    // All that was received and not taken yet.
    const QByteArray &received() const { return m_received; }
    QByteArray take() { return std::exchange(m_received, {}); }
    bool readUntil(QByteArrayView part);
    bool readBytes(qsizetype count); // until that many were received
    // Until the other end has shut its side; false when it reset the connection, or stays.
    bool readUntilEnd();
    // Until the connection has ended in whatever way.
    bool readUntilClosed();
    // The same without reading: until both directions are shut, or it broke.
    bool waitForHangup() const { return waitFor(0); }
    bool wasReset() const { return m_reset; }
    bool hasEnded() const { return m_ended; }
    // Reads what is there, and drops it, until `done` or the end; for bodies that should not be kept.
    bool drain(const std::function<bool(QByteArrayView)> &sink);
    // One whole message; `hasBody` false: the answer to HEAD. Interim responses are messages too.
    RawMessage readMessage(bool hasBody = true);

    void shutdownWrite();
    void close();
    void reset(); // RST
    void setReceiveBuffer(int bytes);

private:
    bool waitFor(short events) const;
    bool readSome();
    bool readUntilHolds(const std::function<bool()> &condition);
    bool readChunks(RawMessage &message);

    int m_descriptor = -1;
    QByteArray m_received;
    bool m_ended = false;
    bool m_reset = false;
};

// A client: a peer that connects.
class RawClient : public RawPeer
{
public:
    // `receiveBufferBytes`: 0 leaves it to the kernel.
    explicit RawClient(quint16 port, const QByteArray &host = "127.0.0.1", int receiveBufferBytes = 0);
    static RawPeer overUnixSocket(const QByteArray &path);
    // Sends that request and reads its response.
    RawMessage ask(QByteArrayView request, bool hasBody = true);
};

// "GET /x HTTP/1.1", a Host, those field lines, an empty line.
QByteArray request(const QByteArray &line, const QByteArray &fieldLines = {}, const QByteArray &body = {});

} // namespace portlight::testing
