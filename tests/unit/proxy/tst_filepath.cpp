// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/filepath.h"

#include <QTest>

using namespace portlight;

class FilePathTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void rootTakesTheWholeUri()
    {
        const MappedPath mapped = mapUriToPath({FileBase::Kind::Root, "/srv/www"}, "/a/b.html");
        QCOMPARE(mapped.path, "/srv/www/a/b.html");
        QCOMPARE(mapped.behindRoot(), "/a/b.html");
    }

    void emptyRootIsTheFileSystem()
    {
        QCOMPARE(mapUriToPath({FileBase::Kind::Root, ""}, "/etc/motd").path, "/etc/motd");
    }

    void aliasReplacesTheLocationsPrefix()
    {
        QCOMPARE(mapUriToPath({FileBase::Kind::Alias, "/srv/img/", 3}, "/i/a.png").path, "/srv/img/a.png");
        QCOMPARE(mapUriToPath({FileBase::Kind::Alias, "/srv/img", 2}, "/i/a.png").path, "/srv/img/a.png");
        QCOMPARE(mapUriToPath({FileBase::Kind::Alias, "/srv/one.txt", 4}, "/one").path, "/srv/one.txt");
    }

    void aliasOfARegexIsTheWholePath()
    {
        FileBase base{FileBase::Kind::RegexAlias, "/srv/img/a.png"};
        QCOMPARE(mapUriToPath(base, "/i/a.png").path, "/srv/img/a.png");
        base.addsUriToAlias = true;
        QCOMPARE(mapUriToPath(base, "/b").path, "/srv/img/a.png/b");
    }

    void pathsThatLeaveTheRootAreRecognized_data()
    {
        QTest::addColumn<QByteArray>("behind");
        QTest::addColumn<bool>("inside");
        QTest::newRow("file") << QByteArray("/a/b") << true;
        QTest::newRow("up and down") << QByteArray("/a/../b") << true;
        QTest::newRow("down to the root") << QByteArray("/a/..") << true;
        QTest::newRow("dots in names") << QByteArray("/..a/b../...") << true;
        QTest::newRow("slashes") << QByteArray("//a//b") << true;
        QTest::newRow("empty") << QByteArray("") << true;
        QTest::newRow("up") << QByteArray("/..") << false;
        QTest::newRow("up behind a dot") << QByteArray("/./../a") << false;
        QTest::newRow("up and back") << QByteArray("/../www/a") << false;
        QTest::newRow("slashes do not count") << QByteArray("//../a") << false;
        QTest::newRow("behind an alias") << QByteArray("../a") << false;
        QTest::newRow("NUL") << QByteArray("/a\0.html", 8) << false;
    }
    void pathsThatLeaveTheRootAreRecognized()
    {
        QFETCH(QByteArray, behind);
        QFETCH(bool, inside);
        QCOMPARE((MappedPath{"/srv/www" + behind, 8}).staysInside(), inside);
    }

    // "location /i { alias /srv/img/; }" and "/i../secret"
    void anAliasWithoutItsSlashDoesNotLeadOut()
    {
        QVERIFY(!mapUriToPath({FileBase::Kind::Alias, "/srv/img/", 2}, "/i../secret").staysInside());
    }

    void relativePathsLieBelowThePrefix()
    {
        QCOMPARE(fullPath("/etc/nginx/", "html"), "/etc/nginx/html");
        QCOMPARE(fullPath("/etc/nginx/", "/srv"), "/srv");
    }
};

QTEST_APPLESS_MAIN(FilePathTest)
#include "tst_filepath.moc"
