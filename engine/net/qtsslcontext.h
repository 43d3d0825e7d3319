// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "pki/opensslhandles.h"

#include <memory>

class QSslContext;
class QSslSocket;

namespace portlight {

// QSslSocket tells nobody its SSL_CTX and its SSL; here they are found. One SSL_CTX for many sockets needs a private
// header of Qt, so it is done only while the Qt that runs is the one compiled against. Engine thread.
bool canShareSslContexts();
std::shared_ptr<QSslContext> sslContextOf(QSslSocket &socket);
void useSslContext(QSslSocket &socket, const std::shared_ptr<QSslContext> &context);

// Hangs on an SSL from its birth to its end.
class SslAttachment
{
public:
    virtual ~SslAttachment() = default;
    static SslAttachment *of(const SSL *connection); // null: none
};

// OpenSSL calls back for every SSL that is made: while this lives, the first one made on this thread is told, and gets
// the attachment.
class SslBirth
{
public:
    explicit SslBirth(std::unique_ptr<SslAttachment> attachment = nullptr);
    ~SslBirth();
    SslBirth(const SslBirth &) = delete;
    SslBirth &operator=(const SslBirth &) = delete;
    SSL *connection() const { return m_connection; } // null: none was made yet

private:
    static SslBirth *&current();
    static int index();
    static void made(void *parent, void *, CRYPTO_EX_DATA *data, int index, long, void *);
    static void freed(void *, void *attachment, CRYPTO_EX_DATA *, int, long, void *);
    friend class SslAttachment;

    std::unique_ptr<SslAttachment> m_attachment;
    SSL *m_connection = nullptr;
};

} // namespace portlight
