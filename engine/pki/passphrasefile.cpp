// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/passphrasefile.h"

#include <QFile>
#include <QFileInfo>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

constexpr QFile::Permissions Strangers = QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther;

Error notReadable(const QString &path, const QString &reason, const QString &hint = {})
{
    return {ErrorCode::FileNotReadable, u"\"%1\" cannot be used: %2"_s.arg(path, reason), {path, 0, 0}, hint};
}

} // namespace

QString passphraseFilePath(const QString &folder)
{
    return folder + u"/passphrase"_s;
}

Result<QByteArray> readPassphraseFile(const QString &path)
{
    QFile file(path);
    if (!file.exists())
        return Error{ErrorCode::FileNotFound, u"\"%1\" is not there"_s.arg(path), {path, 0, 0}, {}};
    if (!file.open(QIODevice::ReadOnly))
        return notReadable(path, file.errorString());
    // Somebody may have read it already, as with a key of ssh.
    if (QFileInfo(path).isFile() && (file.permissions() & Strangers))
        return notReadable(path, u"others can read or change it"_s, u"chmod 600 %1"_s.arg(path));
    return readPassphrase(file, path);
}

Result<QByteArray> readPassphrase(QIODevice &device, const QString &path)
{
    QByteArray text = device.read(PassphraseFileBytesMax + 1);
    if (text.size() > PassphraseFileBytesMax)
        return notReadable(path, u"it is longer than %1 bytes"_s.arg(PassphraseFileBytesMax));
    const qsizetype end = text.indexOf('\n');
    text.truncate(end < 0 ? text.size() : end);
    if (text.endsWith('\r'))
        text.chop(1);
    if (text.isEmpty())
        return notReadable(path, u"its first line is empty"_s, u"put the passphrase there"_s);
    return text;
}

Result<void> writePassphraseFile(const QString &path, const QByteArray &passphrase)
{
    QFile file(path);
    const QByteArray text = passphrase + '\n';
    const bool opened = file.open(QIODevice::WriteOnly | QIODevice::NewOnly, QFile::ReadOwner | QFile::WriteOwner);
    if (opened && file.write(text) == text.size() && file.flush())
        return {};
    const QString reason = file.errorString();
    if (opened)
        file.remove();
    return Error{ErrorCode::FileNotWritable, u"\"%1\" cannot be written: %2"_s.arg(path, reason), {path, 0, 0}, {}};
}

} // namespace portlight
