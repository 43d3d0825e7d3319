// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "pki/truststores.h"
#include "support/testauthority.h"

#include <QTemporaryDir>

// Compares the state that a report gives; what it says otherwise is in the failure.
#define COMPARE_STATE(report, expected) QVERIFY2((report).state == (expected), qPrintable((report).detail))

namespace portlight::testing {

// A scratch home, a scratch system, and a root with an intermediate and a server's certificate below it: what tests of
// trust stores work on. Whatever cannot be made ends the test.
class TrustLab
{
public:
    TrustLab();

    // A path in the scratch folder.
    QString path(const QString &below) const { return m_folder.filePath(below); }
    QString makeFolder(const QString &below) const;
    QString writeFile(const QString &below, const QByteArray &content) const;
    // An executable shell script in the folder "tools".
    void writeTool(const QString &name, const QByteArray &script) const;
    // "home", "system", and the machine's programs.
    TrustPlaces places() const;
    // As above, but no program other than those in "tools".
    TrustPlaces placesWithOwnTools() const;

    const TrustedRoot &root() const { return m_root; }
    // Another root, which signed nothing of the other's.
    TrustedRoot otherRoot();
    // For demo.localhost, with its chain.
    CertificateFiles server() const { return m_server; }

private:
    QTemporaryDir m_folder;
    TestAuthority m_authority;
    CertificateFiles m_server;
    TrustedRoot m_root;
};

QByteArray readFile(const QString &path);
TrustedRoot trustedRoot(const QString &certificate, const QString &name, const QByteArray &leafPem);
// The store of that id among those found; ends the test when there is none.
std::unique_ptr<TrustStore> storeWithId(const TrustPlaces &places, const QString &id);

} // namespace portlight::testing
