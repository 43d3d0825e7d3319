// SPDX-License-Identifier: GPL-3.0-or-later
// What tells one server's TLS from another's: towards clients that resume sessions, and from one configuration to the
// next.
#include "net/tlsservercontext.h"

#include "pki/certificatefindings.h"

#include <QCryptographicHash>

namespace portlight {

namespace {

// Parts with their sizes, so that no two lists of them are the same bytes.
class Digest
{
public:
    explicit Digest(QCryptographicHash::Algorithm algorithm)
        : m_hash(algorithm)
    {}
    Digest &operator<<(const QByteArray &part)
    {
        m_hash.addData(QByteArray::number(part.size()) + ':');
        m_hash.addData(part);
        return *this;
    }
    Digest &operator<<(qint64 number) { return *this << QByteArray::number(number); }
    QByteArray result() const { return m_hash.result(); }

private:
    QCryptographicHash m_hash;
};

template<auto Encode, typename T>
QByteArray encoded(T *handle)
{
    unsigned char *bytes = nullptr;
    const int size = handle ? Encode(handle, &bytes) : 0;
    const QByteArray copy(reinterpret_cast<const char *>(bytes), qMax(size, 0));
    if (bytes)
        OPENSSL_clear_free(bytes, size_t(qMax(size, 0)));
    return copy;
}

QByteArray sha1Of(X509 *certificate)
{
    return QCryptographicHash::hash(encoded<i2d_X509>(certificate), QCryptographicHash::Sha1);
}

void add(Digest &into, const TlsCertificate &certificate)
{
    into << encoded<i2d_X509>(certificate.leaf.get()) << encoded<i2d_PUBKEY>(certificate.key.get())
         << qint64(certificate.chain.size());
    for (const CertificateHandle &above : certificate.chain)
        into << encoded<i2d_X509>(above.get());
}

void add(Digest &into, const TlsVerification &verification)
{
    const STACK_OF(X509_OBJECT) *const objects = X509_STORE_get0_objects(verification.store.get());
    for (int i = 0; i < sk_X509_OBJECT_num(objects); ++i) {
        const X509_OBJECT *const object = sk_X509_OBJECT_value(objects, i);
        into << encoded<i2d_X509>(X509_OBJECT_get0_X509(object))
             << encoded<i2d_X509_CRL>(X509_OBJECT_get0_X509_CRL(object));
    }
    const STACK_OF(X509_NAME) *const names = verification.authorities.get();
    for (int i = 0; names && i < sk_X509_NAME_num(names); ++i)
        into << encoded<i2d_X509_NAME>(sk_X509_NAME_value(names, i));
}

void add(Digest &into, const TlsServerSettings &settings)
{
    into << settings.protocols << settings.ciphers << settings.preferServerCiphers << settings.curves
         << qint64(settings.sessionCache.kind) << settings.sessionCache.sessionsMax << settings.sessionTimeout.count()
         << settings.sessionTickets << qint64(settings.verifyClient) << settings.verifyDepth
         << settings.revocations.path.isEmpty() << settings.rejectHandshake << settings.bufferBytes;
    for (const TlsClientSettings::Command &command : settings.commands) {
        into << command.name << command.value;
        // It may name a file, whose content counts.
        const QByteArray path = command.value.startsWith('/') ? command.value : settings.prefix + command.value;
        if (const auto content = readTlsSource(path))
            into << *content;
    }
    into << settings.prefix << (settings.varying ? settings.varying->text : QByteArray());
}

} // namespace

// ngx_ssl_session_id_context: a session fits servers of the same certificates that ask for those of the same clients.
QByteArray TlsServerContext::sessionContext() const
{
    QCryptographicHash hash(QCryptographicHash::Sha1);
    hash.addData(QByteArrayView("HTTP"));
    for (const TlsCertificate *certificate : certificates())
        hash.addData(sha1Of(certificate->leaf.get()));
    if (m_settings.varying)
        hash.addData(m_settings.varying->text);
    const STACK_OF(X509_NAME) *const names = m_verification.authorities.get();
    for (int i = 0; names && i < sk_X509_NAME_num(names); ++i) {
        const QByteArray name = encoded<i2d_X509_NAME>(sk_X509_NAME_value(names, i));
        hash.addData(QCryptographicHash::hash(name, QCryptographicHash::Sha1));
    }
    return hash.result();
}

QByteArray TlsServerContext::digest() const
{
    Digest all(QCryptographicHash::Sha256);
    add(all, m_settings);
    for (const TlsCertificate *certificate : certificates())
        add(all, *certificate);
    add(all, m_verification);
    all << encoded<i2d_KeyParams>(m_dhParameters.get()) << qint64(m_ticketKeys.size());
    for (const TlsTicketKey &key : m_ticketKeys)
        all << key.name << key.cipherKey << key.macKey;
    return all.result();
}

} // namespace portlight
