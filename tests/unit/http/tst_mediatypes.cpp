// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/mediatypes.h"

#include <QTest>

using namespace portlight;

class MediaTypesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void threeTypesAreBuiltIn()
    {
        const MediaTypes types = MediaTypes::builtIn();
        QCOMPARE(types.size(), 3);
        QCOMPARE(types.find("html"), "text/html");
        QCOMPARE(types.find("gif"), "image/gif");
        QCOMPARE(types.find("jpg"), "image/jpeg");
        QVERIFY(types.find("png").isNull());
    }

    void extensionsHaveNoCase()
    {
        MediaTypes types;
        QVERIFY(types.insert("JS", "text/javascript").isEmpty());
        QCOMPARE(types.find("js"), "text/javascript");
        QCOMPARE(types.find("Js"), "text/javascript");
    }

    void theLastTypeOfAnExtensionCounts()
    {
        MediaTypes types;
        types.insert("x", "a/b");
        QCOMPARE(types.insert("X", "c/d"), "a/b");
        QCOMPARE(types.find("x"), "c/d");
    }

    void extensionsAreBounded()
    {
        MediaTypes types;
        const QByteArray longest(MediaTypes::ExtensionBytesMax, 'x');
        types.insert(longest, "a/b");
        types.insert(longest + 'x', "c/d");
        QCOMPARE(types.find(longest), "a/b");
        QVERIFY(types.find(longest + 'x').isNull());
    }

    void extensionsOfUris_data()
    {
        QTest::addColumn<QByteArray>("uri");
        QTest::addColumn<QByteArray>("extension");
        const auto row = [](const char *uri, const char *extension) {
            QTest::newRow(uri) << QByteArray(uri) << QByteArray(extension);
        };
        row("/", "");
        row("/a", "");
        row("/a.html", "html");
        row("/a.tar.gz", "gz");
        row("/a.b/c", "");
        row("/.html", ""); // a hidden file has no extension
        row("/a/.html", "");
        row("/a/.x.html", "html");
        row("/a.", "");
        row("/a.html/", "");
        row("/a b.h t", "h t");
    }
    void extensionsOfUris()
    {
        QFETCH(QByteArray, uri);
        QFETCH(QByteArray, extension);
        QCOMPARE(uriExtension(uri), extension);
    }

    void unknownExtensionsGetTheFallback()
    {
        const MediaTypes types = MediaTypes::builtIn();
        QCOMPARE(types.forUri("/a.HTML", "text/plain"), "text/html");
        QCOMPARE(types.forUri("/a.xyz", "text/plain"), "text/plain");
        QCOMPARE(types.forUri("/a", "text/plain"), "text/plain");
        QVERIFY(types.forUri("/a", {}).isEmpty());
    }
};

QTEST_APPLESS_MAIN(MediaTypesTest)
#include "tst_mediatypes.moc"
