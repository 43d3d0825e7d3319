// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/languagefiles.h"

#include "support/testauthority.h"

#include <QFile>
#include <QProcess>

using namespace Qt::StringLiterals;

namespace portlight::testing {

namespace {

QByteArray contentOf(const QByteArray &path)
{
    QFile file(QString::fromUtf8(path));
    if (!file.open(QIODevice::ReadOnly))
        qFatal("cannot read %s", path.constData());
    return file.readAll();
}

void write(const QByteArray &path, const QByteArray &content)
{
    QFile file(QString::fromUtf8(path));
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
        qFatal("cannot write %s", path.constData());
}

void copy(const CertificateFiles &files, const QByteArray &base)
{
    write(base + ".pem", contentOf(files.certificate));
    write(base + ".key", contentOf(files.key));
}

// A group that needs no search.
void makeParameters(const QByteArray &path)
{
    QProcess program;
    program.start(u"openssl"_s, {u"genpkey"_s, u"-genparam"_s, u"-algorithm"_s, u"DH"_s, u"-pkeyopt"_s,
                                 u"group:ffdhe2048"_s, u"-out"_s, QString::fromUtf8(path)});
    if (!program.waitForFinished(30'000) || program.exitCode() != 0)
        qFatal("openssl makes no parameters: %s", program.readAllStandardError().constData());
}

} // namespace

void makeLanguageFiles(const QByteArray &folder)
{
    TestAuthority authority(folder);
    const CertificateFiles ec = authority.issueWithKey("a.test", "ec");
    copy(ec, folder + "/ec");
    copy(authority.issueWithKey("a.test", "rsa"), folder + "/rsa");
    copy(authority.issueWithKey("a.test", "ed25519"), folder + "/ed25519");
    copy(authority.issueWithKey("b.test", "ec"), folder + "/other");
    write(folder + "/crl.pem", contentOf(authority.revocations()));
    write(folder + "/encrypted.key", contentOf(TestAuthority::encryptKey(ec, "secret")));
    write(folder + "/passwords", "first\nsecret\n");
    write(folder + "/wrong", "first\nsecond\n");
    write(folder + "/garbage.pem", QByteArray(1000, '\x8f'));
    write(folder + "/cut.pem", contentOf(ec.certificate).chopped(100));
    for (const int size : {48, 49, 80})
        write(folder + "/tickets" + QByteArray::number(size), QByteArray(size, 't'));
    makeParameters(folder + "/dh.pem");
}

} // namespace portlight::testing
