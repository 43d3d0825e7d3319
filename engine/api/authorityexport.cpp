// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/authorityexport.h"

#include <QFileInfo>
#include <QSaveFile>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

enum class Readers : quint8 { Everybody, Owner };

Result<void> writeFile(const QString &path, const QByteArray &content, Readers readers)
{
    QSaveFile file(path);
    // What is there already lends its permissions to what replaces it: a key's are set before a byte of it is written.
    const bool written = file.open(QIODevice::WriteOnly)
                         && (readers == Readers::Everybody || file.setPermissions(QFile::ReadOwner | QFile::WriteOwner))
                         && file.write(content) == content.size() && file.flush();
    if (written && file.commit())
        return {};
    const QString reason = file.errorString();
    file.cancelWriting();
    return Error{ErrorCode::FileNotWritable,
                 u"\"%1\" cannot be written: %2"_s.arg(path, reason),
                 {path, 0, 0},
                 u"its folder must be writable for you, and there must be room"_s};
}

Result<void> checkPassword(const QByteArray &password)
{
    if (!password.isEmpty())
        return {};
    return Error{ErrorCode::InvalidValue, u"a PKCS#12 file needs a password"_s, {}, u"whoever imports it types it"_s};
}

QString keyPathBeside(const QString &file)
{
    const QFileInfo info(file);
    const QString suffix = info.suffix().isEmpty() ? QString() : u'.' + info.suffix();
    return info.path() + u'/' + info.completeBaseName() + u"-key"_s + suffix;
}

Result<QStringList> writeOne(const QString &path, const Result<QByteArray> &content, Readers readers)
{
    if (!content)
        return content.error();
    if (const Result<void> written = writeFile(path, *content, readers); !written)
        return written.error();
    return QStringList{path};
}

} // namespace

Result<QStringList> exportRootTo(const QString &file, const AuthorityFacts &facts, const LocalAuthority *authority,
                                 CertificateFormat format, const QByteArray &password)
{
    if (format != CertificateFormat::Pkcs12)
        return writeOne(file, facts.rootPem, Readers::Everybody);
    if (const Result<void> usable = checkPassword(password); !usable)
        return usable.error();
    if (!authority)
        return Error{ErrorCode::AuthorityLocked, u"the local authority is locked"_s, {}, u"unlock it first"_s};
    return writeOne(file, authority->rootPkcs12(password), Readers::Everybody);
}

Result<QStringList> exportLeafTo(const QString &file, const LeafFacts &leaf, const LocalAuthority &authority,
                                 CertificateFormat format, const QByteArray &password)
{
    if (format == CertificateFormat::Pkcs12) {
        if (const Result<void> usable = checkPassword(password); !usable)
            return usable.error();
        return writeOne(file, authority.leafPkcs12(leaf, password), Readers::Owner);
    }
    const Result<QByteArray> chain = authority.leafPem(leaf);
    const Result<QByteArray> key = authority.leafKeyPem(leaf);
    if (!chain || !key)
        return chain ? key.error() : chain.error();
    if (format == CertificateFormat::Pem)
        return writeOne(file, *chain + *key, Readers::Owner);
    const QString keyFile = keyPathBeside(file);
    if (const Result<void> written = writeFile(keyFile, *key, Readers::Owner); !written)
        return written.error();
    if (const Result<void> written = writeFile(file, *chain, Readers::Everybody); !written)
        return written.error();
    return QStringList{file, keyFile};
}

} // namespace portlight
