// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/tlsserverstream.h"

#include "net/tlsdescriptorstream.h"

#include <QSslSocket>

#include <sys/socket.h>

#include <array>

namespace portlight {

TlsServerStream::TlsServerStream(EngineLoop &loop, int descriptor, std::shared_ptr<SharedServerContext> context,
                                 TlsHandshakeObserver *observer)
    : TlsStream(loop, observer)
    , m_context(std::move(context))
{
    if (!attach(descriptor))
        return;
    const Result<SSL *> started = m_context->startServer(socket());
    if (started)
        begun(*started);
    else
        failOwnSettings(started.error());
}

// OpenSSL has written its alert, and Qt would close without sending it.
void TlsServerStream::handshakeFailing()
{
    std::array<char, 256> alert;
    const int size = BIO_read(SSL_get_wbio(connection()), alert.data(), int(alert.size()));
    if (size > 0 && descriptor() >= 0)
        static_cast<void>(send(descriptor(), alert.data(), size_t(size), MSG_NOSIGNAL));
}

std::unique_ptr<Stream> makeTlsServerStream(EngineLoop &loop, int descriptor,
                                            std::shared_ptr<SharedServerContext> context,
                                            TlsHandshakeObserver *observer)
{
    if (loop.hasEpoll())
        return std::make_unique<TlsDescriptorStream>(loop, descriptor, std::move(context), observer);
    return std::make_unique<TlsServerStream>(loop, descriptor, std::move(context), observer);
}

} // namespace portlight
