// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/sharedservercontext.h"
#include "net/tlsstream.h"

#include <array>

namespace portlight {

// TLS towards a client by OpenSSL over the descriptor itself, where descriptors are watched by epoll: a QSslSocket
// costs 0.15 ms for each connection, half of a resumed handshake. Engine thread; owned by one connection.
//
// Handshaking ─→ Established
//      └─→ Failed
class TlsDescriptorStream final : public Stream, private IoHandler
{
public:
    static constexpr size_t RecordBytes = 16 * 1024; // what one SSL_write() is given at most

    // Takes over a connected descriptor, of which nothing has been read. The outcome comes after this call, never
    // within.
    TlsDescriptorStream(EngineLoop &loop, int descriptor, std::shared_ptr<SharedServerContext> context,
                        TlsHandshakeObserver *observer);
    ~TlsDescriptorStream() override;

    IoResult read(char *buffer, size_t size) override;
    IoResult write(const iovec *parts, int count) override;
    void readAgainLater() override;
    void shutdownWrite() override;
    void setResetOnClose() override { m_resetOnClose = true; }
    void setNoDelay() override;
    bool isStale() override { return m_hangup || m_ended || mayHaveUnread(); }
    bool hasHungUp() const override { return m_hangup; }
    bool mayHaveUnread() const override;
    size_t pendingBytes() const override { return size_t(m_unsent.size()); }
    bool awaitSent() override;
    int descriptor() const override { return m_descriptor; }
    QByteArray problem() const override { return m_problem; }
    const TlsConnection *tlsConnection() const override { return m_connection.get(); }

private:
    enum class State : quint8 { Handshaking, Established, Failed };
    using Connection = std::unique_ptr<SSL, OpenSslDelete<SSL_free>>;
    using Chunk = std::array<char, RecordBytes>;

    void ioReady(IoReadiness readiness) override;
    void readingResumed() override;
    void shakeHands();
    bool tellHandshake();
    void failHandshake(int error);
    bool tellWritable();
    IoResult readEnd(int result);
    bool sendUnsent();
    bool writeChunk(QByteArrayView chunk);
    void closeWrite();

    int m_descriptor;
    std::shared_ptr<SharedServerContext> m_context; // outlives the connection
    TlsHandshakeObserver *m_handshakeObserver;
    Connection m_connection;
    std::unique_ptr<IoWatch> m_watch;
    DeferredCall m_call;                   // the first look, and an end that was found behind bytes
    std::unique_ptr<TlsFailure> m_failure; // to be told
    QByteArray m_unsent;                   // what OpenSSL wants to be given again
    QByteArray m_problem;
    int m_error = 0; // errno of a connection that broke
    State m_state = State::Handshaking;
    bool m_readable = true;
    bool m_hangup = false;
    bool m_ended = false; // nothing will be read any more
    bool m_writeBlocked = false;
    bool m_awaitsSent = false;
    bool m_writeShut = false;
    bool m_resetOnClose = false;
    bool *m_destroyed = nullptr; // set by the destructor while an observer is called
};

} // namespace portlight
