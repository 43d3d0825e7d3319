// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/enginefixture.h"
#include "support/secureclient.h"
#include "support/testauthority.h"

#include <QDir>
#include <QFile>
#include <QTest>

#include <cstdio>
#include <optional>
#include <unistd.h>

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

namespace {

QByteArray contentOf(const QByteArray &path)
{
    QFile file(QString::fromUtf8(path));
    if (!file.open(QIODevice::ReadOnly))
        qFatal("cannot read %s", path.constData());
    return file.readAll();
}

// In place: the file stays the same one.
void overwrite(const QByteArray &path, const QByteArray &content)
{
    QFile file(QString::fromUtf8(path));
    if (!file.open(QIODevice::WriteOnly | QIODevice::Truncate) || file.write(content) != content.size())
        qFatal("cannot write %s", path.constData());
}

void moveOver(const QByteArray &path, const QByteArray &content)
{
    overwrite(path + ".new", content);
    if (std::rename((path + ".new").constData(), path.constData()) != 0)
        qFatal("cannot move to %s", path.constData());
}

void pointTo(const QByteArray &link, const QByteArray &target)
{
    const QByteArray fresh = link + ".new";
    if (::symlink(target.constData(), fresh.constData()) != 0 || std::rename(fresh.constData(), link.constData()) != 0)
        qFatal("cannot link %s", link.constData());
}

} // namespace

// Certificates that are renewed while the proxy runs.
class TestTlsFileChanges : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder.emplace();
        m_authority.emplace(folder());
        m_first = m_authority->issue("first");
        m_second = m_authority->issue("second");
        QVERIFY(QDir(m_folder->path()).mkpath(u"live"_s));
        overwrite(path("live/a.pem"), contentOf(m_first.certificate));
        overwrite(path("live/a.key"), contentOf(m_first.key));
        m_outcomes.clear();
        m_engine.emplace();
        connect(&m_engine->engine(), &ProxyEngine::configApplied, this,
                [this](const ApplyOutcome &outcome) { m_outcomes.append(outcome); });
    }

    void cleanup() { m_engine.reset(); }

    void filesThatAreWrittenAnewAreServed()
    {
        start();
        overwrite(path("live/a.pem"), contentOf(m_second.certificate));
        overwrite(path("live/a.key"), contentOf(m_second.key));
        QVERIFY(waitUntil([this] { return subject() == "/CN=second"; }));
    }

    void filesThatAreMovedOverAreServed()
    {
        start();
        moveOver(path("live/a.key"), contentOf(m_second.key));
        moveOver(path("live/a.pem"), contentOf(m_second.certificate));
        QVERIFY(waitUntil([this] { return subject() == "/CN=second"; }));
        moveOver(path("live/a.key"), contentOf(m_first.key));
        moveOver(path("live/a.pem"), contentOf(m_first.certificate));
        QVERIFY(waitUntil([this] { return subject() == "/CN=first"; }));
    }

    void linksThatPointElsewhereAreFollowed()
    {
        for (const char *version : {"1", "2"}) {
            const CertificateFiles &files = *version == '1' ? m_first : m_second;
            QVERIFY(QDir(m_folder->path()).mkpath(u"archive"_s));
            overwrite(path("archive/a" + QByteArray(version) + ".pem"), contentOf(files.certificate));
            overwrite(path("archive/a" + QByteArray(version) + ".key"), contentOf(files.key));
        }
        pointTo(path("live/a.pem"), "../archive/a1.pem");
        pointTo(path("live/a.key"), "../archive/a1.key");
        start();
        pointTo(path("live/a.pem"), "../archive/a2.pem");
        pointTo(path("live/a.key"), "../archive/a2.key");
        QVERIFY(waitUntil([this] { return subject() == "/CN=second"; }));
    }

    // As mounted secrets are replaced: one link to a folder, for all files at once.
    void aLinkOnTheWayIsFollowed()
    {
        for (const char *version : {"1", "2"}) {
            const CertificateFiles &files = *version == '1' ? m_first : m_second;
            QVERIFY(QDir(m_folder->path()).mkpath(u"live/"_s + QLatin1String(version)));
            overwrite(path("live/" + QByteArray(version) + "/a.pem"), contentOf(files.certificate));
            overwrite(path("live/" + QByteArray(version) + "/a.key"), contentOf(files.key));
        }
        pointTo(path("live/data"), "1");
        QVERIFY(QFile::remove(QString::fromUtf8(path("live/a.pem"))));
        QVERIFY(QFile::remove(QString::fromUtf8(path("live/a.key"))));
        pointTo(path("live/a.pem"), "data/a.pem");
        pointTo(path("live/a.key"), "data/a.key");
        start();
        pointTo(path("live/data"), "2");
        QVERIFY(waitUntil([this] { return subject() == "/CN=second"; }));
    }

    void whatDoesNotFitIsToldAndTriedAgain_data()
    {
        QTest::addColumn<QByteArray>("certificate");
        QTest::addColumn<QByteArray>("words");
        QTest::newRow("the other's") << QByteArray("other") << QByteArray("key values mismatch");
        QTest::newRow("garbage") << QByteArray("garbage") << QByteArray("PEM_read_bio_X509_AUX() failed");
        QTest::newRow("empty") << QByteArray() << QByteArray("PEM_read_bio_X509_AUX() failed");
        QTest::newRow("gone") << QByteArray("gone") << QByteArray("BIO_new_file() failed");
    }

    void whatDoesNotFitIsToldAndTriedAgain()
    {
        QFETCH(QByteArray, certificate);
        QFETCH(QByteArray, words);
        start();
        SecureClient kept(m_engine->port());
        QVERIFY(kept.handshake());
        QCOMPARE(kept.ask(request("GET /")).body, "fine");
        if (certificate == "gone")
            QVERIFY(QFile::remove(QString::fromUtf8(path("live/a.pem"))));
        else
            overwrite(path("live/a.pem"), certificate == "other" ? contentOf(m_second.certificate) : certificate);
        QVERIFY(waitUntil([this] { return !m_outcomes.isEmpty(); }));
        const ApplyOutcome outcome = m_outcomes.takeFirst();
        QVERIFY(outcome.byFiles && !outcome.applied);
        QVERIFY(!hasErrors(outcome.diagnostics));
        const QString said = outcome.diagnostics.front().message;
        QVERIFY2(said.startsWith(u"certificates that have changed cannot be used, those before go on: "_s),
                 qPrintable(said));
        QVERIFY2(said.contains(QString::fromUtf8(words)), qPrintable(said));
        QVERIFY2(said.contains(QString::fromUtf8(path("live/a."))), qPrintable(said));
        QCOMPARE(subject(), "/CN=first");
        overwrite(path("live/a.pem"), contentOf(m_second.certificate));
        overwrite(path("live/a.key"), contentOf(m_second.key));
        QVERIFY(waitUntil([this] { return subject() == "/CN=second"; }));
        QCOMPARE(kept.ask(request("GET /")).body, "fine"); // nothing was dropped
    }

    // What the configuration includes may have been edited: nobody asked for that.
    void theConfigurationStaysAsItWas()
    {
        overwrite(path("answer.conf"), "location / { return 200 fine; }");
        start("include " + path("answer.conf") + ";");
        overwrite(path("answer.conf"), "location / { return 200 other; }");
        moveOver(path("live/a.key"), contentOf(m_second.key));
        moveOver(path("live/a.pem"), contentOf(m_second.certificate));
        QVERIFY(waitUntil([this] { return subject() == "/CN=second"; }));
        SecureClient client(m_engine->port());
        QVERIFY(client.handshake());
        QCOMPARE(client.ask(request("GET /")).body, "fine");
    }

private:
    QByteArray folder() const { return m_folder->path().toUtf8(); }
    QByteArray path(const QByteArray &name) const { return folder() + '/' + name; }
    void start(const QByteArray &location = "location / { return 200 fine; }")
    {
        QVERIFY(m_engine
                    ->applyHttp("server { listen 127.0.0.1:@port@ ssl; ssl_certificate " + path("live/a.pem")
                                + "; ssl_certificate_key " + path("live/a.key") + "; " + location + " }")
                    .applied);
        m_outcomes.clear();
        QCOMPARE(subject(), "/CN=first");
    }
    QByteArray subject() const
    {
        SecureClient client(m_engine->port());
        return client.handshake() ? client.subject() : "none: " + client.alert();
    }

    std::optional<QTemporaryDir> m_folder;
    std::optional<TestAuthority> m_authority;
    CertificateFiles m_first;
    CertificateFiles m_second;
    std::optional<EngineFixture> m_engine;
    QList<ApplyOutcome> m_outcomes;
};

QTEST_GUILESS_MAIN(TestTlsFileChanges)
#include "tst_tls_filechanges.moc"
