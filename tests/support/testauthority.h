// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QStringList>

namespace portlight::testing {

struct CertificateFiles {
    QByteArray certificate;
    QByteArray key;
};

// A certificate authority in a test's own folder, made by the `openssl` program. Whatever fails ends the test.
class TestAuthority
{
public:
    // Files begin with `name`; the folder must exist.
    explicit TestAuthority(const QByteArray &folder, const QByteArray &name = "ca");

    QByteArray certificate() const { return m_own.certificate; }
    // For a server or a client of that common name; `altNames` as subjectAltName has them: "DNS:a,IP:127.0.0.1".
    CertificateFiles issue(const QByteArray &name, const QByteArray &altNames = {});
    // With a key of another kind: "ec", "rsa" or "ed25519".
    CertificateFiles issueWithKey(const QByteArray &name, const QByteArray &kind);
    // The same certificate, signed anew, that begins and ends so many seconds from now.
    void setValidity(const CertificateFiles &files, long begin, long end);
    // An authority below this one; what it issues needs its certificate in the chain.
    TestAuthority below(const QByteArray &name);
    void revoke(const CertificateFiles &files);
    // A file with the list of what was revoked.
    QByteArray revocations();
    // Not signed by anybody.
    static CertificateFiles selfSigned(const QByteArray &folder, const QByteArray &name);
    // Writes the key anew, encrypted.
    static QByteArray encryptKey(const CertificateFiles &files, const QByteArray &password);

private:
    TestAuthority() = default;
    QByteArray inFolder(const QByteArray &file) const { return m_folder + '/' + file; }
    void writeSettings();

    QByteArray m_folder;
    QByteArray m_name;
    CertificateFiles m_own;
};

// One file behind the other, into a third.
QByteArray joinFiles(const QByteArray &first, const QByteArray &second, const QByteArray &path);

} // namespace portlight::testing
