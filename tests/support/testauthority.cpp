// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/testauthority.h"

#include "pki/opensslhandles.h"

#include <openssl/pem.h>

#include <QFile>
#include <QProcess>

using namespace Qt::StringLiterals;

namespace portlight::testing {

namespace {

void openssl(const QList<QByteArray> &arguments)
{
    QProcess program;
    program.setProcessChannelMode(QProcess::MergedChannels);
    QStringList words;
    for (const QByteArray &argument : arguments)
        words.append(QString::fromUtf8(argument));
    program.start(u"openssl"_s, words);
    if (!program.waitForFinished(30'000) || program.exitCode() != 0)
        qFatal("openssl %s: %s", qPrintable(words.join(u' ')), program.readAll().constData());
}

void writeFile(const QByteArray &path, const QByteArray &content)
{
    QFile file(QString::fromUtf8(path));
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
        qFatal("cannot write %s", path.constData());
}

QByteArray fileContent(const QByteArray &path)
{
    QFile file(QString::fromUtf8(path));
    if (!file.open(QIODevice::ReadOnly))
        qFatal("cannot read %s", path.constData());
    return file.readAll();
}

QList<QByteArray> request(const CertificateFiles &files, const QByteArray &name, const QByteArray &kind = "ec")
{
    QList<QByteArray> words{"req",  "-x509",           "-newkey", kind, "-nodes", "-keyout",    files.key,
                            "-out", files.certificate, "-days",   "30", "-subj",  "/CN=" + name};
    if (kind == "ec")
        words << "-pkeyopt"
              << "ec_paramgen_curve:prime256v1";
    return words;
}

QList<QByteArray> asLeaf(const QByteArray &altNames)
{
    return {"-addext", "basicConstraints=critical,CA:FALSE", "-addext", "subjectAltName=" + altNames};
}

CertificateHandle readCertificate(const QByteArray &path)
{
    const BioHandle file(BIO_new_file(path.constData(), "r"));
    return CertificateHandle(PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr));
}

void signAnew(const CertificateFiles &files, const QByteArray &signingKey, long begin, long end)
{
    const CertificateHandle certificate = readCertificate(files.certificate);
    const BioHandle keyFile(BIO_new_file(signingKey.constData(), "r"));
    const KeyHandle key(PEM_read_bio_PrivateKey(keyFile.get(), nullptr, nullptr, nullptr));
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), begin);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), end);
    const BioHandle out(BIO_new_file(files.certificate.constData(), "w"));
    // Ed25519 takes no digest.
    const EVP_MD *const digest = EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_ED25519 ? nullptr : EVP_sha256();
    if (X509_sign(certificate.get(), key.get(), digest) == 0 || PEM_write_bio_X509(out.get(), certificate.get()) != 1)
        qFatal("cannot sign %s", files.certificate.constData());
}

// Half a day more than whole days: the days that remain do not change while a test runs.
void makeValid(const CertificateFiles &files, const QByteArray &signingKey)
{
    constexpr long Hour = 3600;
    signAnew(files, signingKey, -Hour, (30 * 24 + 12) * Hour);
}

} // namespace

TestAuthority::TestAuthority(const QByteArray &folder, const QByteArray &name)
    : m_folder(folder)
    , m_name(name)
    , m_own{inFolder(name + ".pem"), inFolder(name + ".key")}
{
    openssl(request(m_own, name)); // an authority by OpenSSL's default settings
    writeSettings();
}

CertificateFiles TestAuthority::issue(const QByteArray &name, const QByteArray &altNames)
{
    const CertificateFiles files{inFolder(m_name + '-' + name + ".pem"), inFolder(m_name + '-' + name + ".key")};
    openssl(request(files, name) << "-CA" << m_own.certificate << "-CAkey" << m_own.key
                                 << asLeaf(altNames.isEmpty() ? "DNS:" + name : altNames));
    makeValid(files, m_own.key);
    return files;
}

CertificateFiles TestAuthority::issueWithKey(const QByteArray &name, const QByteArray &kind)
{
    const QByteArray base = inFolder(m_name + '-' + name + '-' + kind);
    const CertificateFiles files{base + ".pem", base + ".key"};
    openssl(request(files, name, kind) << "-CA" << m_own.certificate << "-CAkey" << m_own.key << asLeaf("DNS:" + name));
    makeValid(files, m_own.key);
    return files;
}

void TestAuthority::setValidity(const CertificateFiles &files, long begin, long end)
{
    signAnew(files, m_own.key, begin, end);
}

TestAuthority TestAuthority::below(const QByteArray &name)
{
    TestAuthority lower;
    lower.m_folder = m_folder;
    lower.m_name = name;
    lower.m_own = {inFolder(name + ".pem"), inFolder(name + ".key")};
    openssl(request(lower.m_own, name) << "-CA" << m_own.certificate << "-CAkey" << m_own.key);
    makeValid(lower.m_own, m_own.key);
    lower.writeSettings();
    return lower;
}

// `openssl ca` keeps a list of what it revoked.
void TestAuthority::writeSettings()
{
    writeFile(inFolder(m_name + ".index"), {});
    writeFile(inFolder(m_name + ".cnf"), "[ca]\ndefault_ca = own\n[own]\ndatabase = " + inFolder(m_name + ".index")
                                             + "\ndefault_md = sha256\ndefault_crl_days = 30\nunique_subject = no\n");
}

void TestAuthority::revoke(const CertificateFiles &files)
{
    openssl({"ca", "-config", inFolder(m_name + ".cnf"), "-keyfile", m_own.key, "-cert", m_own.certificate, "-revoke",
             files.certificate});
}

QByteArray TestAuthority::revocations()
{
    const QByteArray path = inFolder(m_name + ".crl");
    openssl({"ca", "-config", inFolder(m_name + ".cnf"), "-keyfile", m_own.key, "-cert", m_own.certificate, "-gencrl",
             "-out", path});
    return path;
}

CertificateFiles TestAuthority::selfSigned(const QByteArray &folder, const QByteArray &name)
{
    const CertificateFiles files{folder + '/' + name + ".pem", folder + '/' + name + ".key"};
    openssl(request(files, name) << "-addext"
                                 << "subjectAltName=DNS:" + name);
    makeValid(files, files.key);
    return files;
}

QByteArray TestAuthority::encryptKey(const CertificateFiles &files, const QByteArray &password)
{
    const QByteArray path = files.key + ".encrypted";
    openssl({"pkey", "-in", files.key, "-out", path, "-aes256", "-passout", "pass:" + password});
    return path;
}

QByteArray joinFiles(const QByteArray &first, const QByteArray &second, const QByteArray &path)
{
    writeFile(path, fileContent(first) + fileContent(second));
    return path;
}

} // namespace portlight::testing
