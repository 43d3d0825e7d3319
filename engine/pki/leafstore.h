// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "pki/authorityfacts.h"
#include "pki/opensslhandles.h"

namespace portlight {

// The certificates that an authority issued: two files for each set of names, "shop.test-3f2a91c0d4e5f607.crt" with the
// leaf and its chain and ".key" with the sealed key. Writing wants the authority's lock.
class LeafStore
{
public:
    static constexpr qsizetype LeavesMax = 1000;

    explicit LeafStore(QString folder)
        : m_folder(std::move(folder))
    {}

    struct Leaf {
        CertificateHandle certificate;
        QByteArray content; // of the certificate file, to tell a change by
        LeafFacts facts;
    };
    // Names are canonical. Errors: FileNotFound; InvalidCertificate, it is broken or of other names.
    Result<Leaf> read(const QByteArrayList &names) const;
    // Sealed.
    Result<QByteArray> readKey(const QByteArrayList &names) const;
    // Error: FileNotWritable, also when there are too many.
    Result<void> write(const QByteArrayList &names, const QByteArray &chainPem, const QByteArray &sealedKey,
                       const QDateTime &now) const;
    // All that can be read, sorted by their files' names.
    QList<LeafFacts> all() const;

private:
    QString pathOf(const QByteArrayList &names, const QString &ending) const;
    Result<Leaf> readFile(const QString &path) const;
    Result<void> makeRoom(const QDateTime &now) const;

    QString m_folder;
};

} // namespace portlight
