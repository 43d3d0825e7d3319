// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/uri.h"

#include <QTest>

using namespace portlight;

// What nginx makes of a path before it looks for a location; the rows were compared with nginx's `return 200 $uri`.
class RequestUriTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void pathsAreNormalized_data()
    {
        QTest::addColumn<QByteArray>("written");
        QTest::addColumn<QByteArray>("meant");
        const auto row = [](const char *written, const char *meant) {
            QTest::newRow(written) << QByteArray(written) << QByteArray(meant);
        };
        row("/", "/");
        row("/a/b", "/a/b");
        row("/a.b/..c/.d", "/a.b/..c/.d");
        row("/a/./b", "/a/b");
        row("/./", "/");
        row("/a/.", "/a/");
        row("/a/../b", "/b");
        row("/a/b/..", "/a/");
        row("/a/b/../", "/a/");
        row("/a/b/../../c", "/c");
        row("/...", "/...");
        row("/a/.../b", "/a/.../b");
        row("//", "/");
        row("//a///b", "/a/b");
        row("/a//../b", "/b");
        row("/%61", "/a");
        row("/%2e", "/");
        row("/a/%2E%2e/b", "/b");
        row("/a%2fb", "/a/b");
        row("/a%2F%2e%2e%2Fb", "/b");
        row("/%20%25", "/ %");
        row("/%252e", "/%2e"); // decoded once
        row("/a%3Fb", "/a?b");
        row("/a%23b", "/a#b");
        row("/a#fragment", "/a");
        row("/%c3%A4", "/\xc3\xa4");
        row("/a+b", "/a+b");
    }
    void pathsAreNormalized()
    {
        QFETCH(QByteArray, written);
        QFETCH(QByteArray, meant);
        QByteArray out;
        const NormalizedPath result = normalizePath(written, true, out);
        QVERIFY(result.valid);
        QCOMPARE(out, meant);
        QCOMPARE(result.changed, written != meant);
        QCOMPARE(result.quoted, written.contains('%'));
    }

    void everyEscapeIsDecoded()
    {
        for (int value = 1; value < 256; ++value) {
            if (value == '/' || value == '.')
                continue; // they mean something where they stand
            QByteArray out;
            const QByteArray escape = '%' + QByteArray::number(value, 16).rightJustified(2, '0');
            QVERIFY(normalizePath("/x" + escape, true, out).valid);
            QCOMPARE(out, QByteArray("/x") + char(value));
            out.clear();
            QVERIFY(normalizePath("/x" + escape.toUpper(), true, out).valid);
            QCOMPARE(out, QByteArray("/x") + char(value));
        }
    }

    void slashesStayWithoutMergeSlashes_data()
    {
        QTest::addColumn<QByteArray>("written");
        QTest::addColumn<QByteArray>("meant");
        const auto row = [](const char *written, const char *meant) {
            QTest::newRow(written) << QByteArray(written) << QByteArray(meant);
        };
        row("//a///b", "//a///b");
        row("/a//b/", "/a//b/");
        row("/a%2f%2fb", "/a//b");
        row("/a//./b", "/a//b");
        row("/a//../b", "/a/b");
        row("//..", "/");
    }
    void slashesStayWithoutMergeSlashes()
    {
        QFETCH(QByteArray, written);
        QFETCH(QByteArray, meant);
        QByteArray out;
        QVERIFY(normalizePath(written, false, out).valid);
        QCOMPARE(out, meant);
    }

    void brokenPathsAreRefused_data()
    {
        QTest::addColumn<QByteArray>("written");
        for (const char *written : {"/..", "/../", "/a/../..", "/a/../../b", "/%2e%2e/", "/%2e.", "/.%2E/a", "/%",
                                    "/%1", "/%zz", "/%1g", "/%g1", "/a%00b", "/%00"})
            QTest::newRow(written) << QByteArray(written);
    }
    void brokenPathsAreRefused()
    {
        QFETCH(QByteArray, written);
        QByteArray out;
        QVERIFY(!normalizePath(written, true, out).valid);
        out.clear();
        QVERIFY(!normalizePath(written, false, out).valid);
    }

    void whatIsThereAlreadyIsLeftAlone()
    {
        QByteArray out = "before/";
        QVERIFY(normalizePath("/a/../b", true, out).valid);
        QCOMPARE(out, QByteArray("before//b"));
        QVERIFY(!normalizePath("/..", true, out).valid);
    }

    void changedUrisAreEscapedAgain()
    {
        QByteArray out;
        appendEscapedUri(out, "/a b%?#\x7f\xc3\xa4/~!$&'()*+,;=:@.-_");
        QCOMPARE(out, QByteArray("/a%20b%25%3F%23%7F%C3%A4/~!$&'()*+,;=:@.-_"));
    }
};

QTEST_GUILESS_MAIN(RequestUriTest)
#include "tst_requesturi.moc"
