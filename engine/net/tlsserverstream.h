// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/sharedservercontext.h"
#include "net/tlsstream.h"

namespace portlight {

// TLS towards a client by QSslSocket. Engine thread; owned by one connection.
class TlsServerStream final : public TlsStream
{
public:
    // Takes over a connected descriptor, of which nothing has been read. The outcome comes after this call, never
    // within.
    TlsServerStream(EngineLoop &loop, int descriptor, std::shared_ptr<SharedServerContext> context,
                    TlsHandshakeObserver *observer);

private:
    void handshakeFailing() override;

    std::shared_ptr<SharedServerContext> m_context; // outlives the connection
};

// A stream that shakes hands as a server: by OpenSSL itself where there is epoll, else by QSslSocket.
std::unique_ptr<Stream> makeTlsServerStream(EngineLoop &loop, int descriptor,
                                            std::shared_ptr<SharedServerContext> context,
                                            TlsHandshakeObserver *observer);

} // namespace portlight
