// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/stream.h"
#include "net/tlsfailure.h"
#include "pki/opensslhandles.h"

#include <QAbstractSocket>

class QSslSocket;

namespace portlight {

// Is told how the handshake ended, once. Either call may destroy the stream.
class TlsHandshakeObserver
{
public:
    virtual ~TlsHandshakeObserver() = default;
    virtual void tlsEstablished() = 0;
    virtual void tlsFailed(const TlsFailure &failure) = 0;
};

// TLS by QSslSocket over a connected socket; what it speaks as is the derived classes' matter. The socket's signals
// only take notes: observers are called at the end of the turn, so that they may destroy the stream. Engine thread;
// owned by one connection.
//
// Handshaking ─→ Established ─→ (ended: what came before may still be read)
//      └─→ Failed
class TlsStream : public Stream
{
public:
    static constexpr qint64 ReadBytesMax = 64 * 1024; // decrypted and encrypted bytes each that wait for their reader
    static constexpr qint64 PendingBytesHigh = 64 * 1024; // encrypted ones that the kernel has not taken: write() waits

    ~TlsStream() override;

    IoResult read(char *buffer, size_t size) override;
    IoResult write(const iovec *parts, int count) override;
    void readAgainLater() override;
    void shutdownWrite() override;
    void setResetOnClose() override;
    void setNoDelay() override;
    bool isStale() override;
    bool hasHungUp() const override { return m_ended; }
    bool mayHaveUnread() const override { return m_readable; }
    size_t pendingBytes() const override;
    bool awaitSent() override;
    int descriptor() const override { return m_descriptor; }
    QByteArray problem() const override { return m_problem; }
    const TlsConnection *tlsConnection() const override { return m_connection; }

protected:
    TlsStream(EngineLoop &loop, TlsHandshakeObserver *observer);
    // The socket takes the descriptor over, or closes it: then the handshake has failed and false comes back.
    bool attach(int descriptor);
    QSslSocket &socket() { return *m_socket; }
    SSL *connection() const { return m_connection; }
    void begun(SSL *connection);
    // The handshake is through; a derived class may refuse its outcome by failHandshake().
    virtual void judge() {}
    // What has ended a connection that QSslSocket says was closed: an errno, 0 when the peer closed it.
    virtual int endingError() const { return 0; }
    // The handshake has failed; the connection is still there.
    virtual void handshakeFailing() {}
    void failHandshake(TlsFailure failure);
    void failOwnSettings(const Error &error);

private:
    enum class State : quint8 { Handshaking, Established, Failed };

    void connectSignals();
    void socketFailed(QAbstractSocket::SocketError error);
    void noteHandshakeError(QAbstractSocket::SocketError error);
    void bytesLeft();
    void tellWhatCame();
    bool tellHandshake();
    bool tellWritable();
    void readingResumed() override;

    TlsHandshakeObserver *m_handshakeObserver;
    std::unique_ptr<QSslSocket> m_socket;
    SSL *m_connection = nullptr; // the socket's; null when it has disconnected
    int m_descriptor = -1;       // the socket's; -1 when it has disconnected
    DeferredCall m_call;
    std::unique_ptr<TlsFailure> m_failure; // of the handshake, to be told
    QByteArray m_problem;                  // "SSL_read() failed (SSL: …)"
    int m_error = 0;                       // errno of the end; 0: the peer closed
    State m_state = State::Handshaking;
    bool m_encrypted = false; // the handshake is through, and not told yet
    bool m_ended = false;
    bool m_disconnected = false;
    bool m_readable = false;
    bool m_writable = false;
    bool m_writeBlocked = false;
    bool m_awaitsSent = false;
    bool m_resetOnClose = false;
    bool *m_destroyed = nullptr; // set by the destructor while an observer is called
};

} // namespace portlight
