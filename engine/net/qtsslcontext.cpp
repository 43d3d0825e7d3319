// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/qtsslcontext.h"

#include <QSslConfiguration>
#include <QSslSocket>
// The only private header of Qt that is used anywhere; it needs the keyword that we do without.
#define emit Q_EMIT
#include <QtNetwork/private/qsslsocket_p.h>
#undef emit

#include <cstring>

namespace portlight {

bool canShareSslContexts()
{
    return std::strcmp(qVersion(), QT_VERSION_STR) == 0;
}

std::shared_ptr<QSslContext> sslContextOf(QSslSocket &socket)
{
    return QSslSocketPrivate::sslContext(&socket);
}

void useSslContext(QSslSocket &socket, const std::shared_ptr<QSslContext> &context)
{
    QSslSocketPrivate::checkSettingSslContext(&socket, context);
}

SslAttachment *SslAttachment::of(const SSL *connection)
{
    return static_cast<SslAttachment *>(SSL_get_ex_data(connection, SslBirth::index()));
}

SslBirth::SslBirth(std::unique_ptr<SslAttachment> attachment)
    : m_attachment(std::move(attachment))
{
    index();
    current() = this;
}

SslBirth::~SslBirth()
{
    current() = nullptr;
}

SslBirth *&SslBirth::current()
{
    thread_local SslBirth *birth = nullptr; // OpenSSL's callback carries no context of a call
    return birth;
}

// Qt reserves one index and uses the two behind it as well: ours keeps its distance.
int SslBirth::index()
{
    static const int index = [] {
        SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
        SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
        return SSL_get_ex_new_index(0, nullptr, made, nullptr, freed);
    }();
    return index;
}

void SslBirth::made(void *parent, void *, CRYPTO_EX_DATA *data, int index, long, void *)
{
    SslBirth *const birth = current();
    if (!birth || birth->m_connection)
        return;
    birth->m_connection = static_cast<SSL *>(parent);
    CRYPTO_set_ex_data(data, index, birth->m_attachment.release());
}

void SslBirth::freed(void *, void *attachment, CRYPTO_EX_DATA *, int, long, void *)
{
    delete static_cast<SslAttachment *>(attachment);
}

} // namespace portlight
