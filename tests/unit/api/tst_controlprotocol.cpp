// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/controlprotocol.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>
#include <unistd.h>

using namespace portlight;
using namespace Qt::StringLiterals;

class ControlProtocolTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void linesAreCutAndRead()
    {
        ControlLineReader reader(100);
        reader.feed("{\"command\":\"list\"}\n{\"comm");
        auto first = reader.next();
        QVERIFY(first.has_value());
        QCOMPARE(first->value().value(u"command"_s).toString(), u"list"_s);
        QVERIFY(!reader.next().has_value());
        reader.feed("and\":\"status\"}\n");
        auto second = reader.next();
        QVERIFY(second.has_value());
        QCOMPARE(second->value().value(u"command"_s).toString(), u"status"_s);
        QVERIFY(!reader.next().has_value());
    }

    void linesFedByteByByteAreTheSame()
    {
        ControlLineReader reader(100);
        int objects = 0;
        for (const char byte : "{\"a\":1}\n{\"a\":2}\n"_ba) {
            reader.feed(QByteArrayView(&byte, 1));
            while (const auto object = reader.next()) {
                QVERIFY(object->ok());
                QCOMPARE(object->value().value(u"a"_s).toInt(), ++objects);
            }
        }
        QCOMPARE(objects, 2);
    }

    void aLineMayBeAsLongAsAllowedAndNoLonger()
    {
        const QByteArray line = R"({"a":1})";
        ControlLineReader exact(line.size());
        exact.feed(line + '\n');
        QVERIFY(exact.next()->ok());

        ControlLineReader shorter(line.size() - 1);
        shorter.feed(line + '\n');
        QCOMPARE(shorter.next()->error().code, ErrorCode::ProtocolError);

        ControlLineReader endless(10);
        endless.feed(QByteArray(10, ' '));
        QVERIFY(!endless.next().has_value());
        endless.feed(" ");
        QCOMPARE(endless.next()->error().code, ErrorCode::ProtocolError);
    }

    void whatIsNoObjectIsRefused()
    {
        for (const QByteArray &line : {"\n"_ba, "[]\n"_ba, "garbage\n"_ba, "{\"a\":\n"_ba}) {
            ControlLineReader reader(100);
            reader.feed(line);
            QCOMPARE(reader.next()->error().code, ErrorCode::ProtocolError);
        }
    }

    void anErrorCrossesWhole()
    {
        const Error error{ErrorCode::AlreadyExists, u"shop.localhost exists"_s, {u"a.conf"_s, 3, 5}, u"remove it"_s};
        const auto back = errorOfAnswer(controlAnswer(error));
        QVERIFY(back.has_value());
        QCOMPARE(back->code, error.code);
        QCOMPARE(back->toString(), error.toString());
        QVERIFY(!errorOfAnswer({{u"ok"_s, true}}).has_value());
    }

    void theSocketIsInTheRuntimeFolder()
    {
        qputenv("XDG_RUNTIME_DIR", "/run/user/7");
        QCOMPARE(controlSocketPath(), u"/run/user/7/portlight/control.sock"_s);
        const QString fallback = u"/tmp/portlight-%1/control.sock"_s.arg(::getuid());
        qputenv("XDG_RUNTIME_DIR", "relative");
        QCOMPARE(controlSocketPath(), fallback);
        qunsetenv("XDG_RUNTIME_DIR");
        QCOMPARE(controlSocketPath(), fallback);
    }

    void theFolderIsMadeForItsOwnerAlone()
    {
        QTemporaryDir folder;
        const QString path = folder.filePath(u"portlight/control.sock"_s);
        QCOMPARE(checkControlFolder(path).error().code, ErrorCode::FileNotFound);
        QVERIFY(prepareControlFolder(path).ok());
        struct stat info {
        };
        QCOMPARE(::stat(QFile::encodeName(folder.filePath(u"portlight"_s)).constData(), &info), 0);
        QCOMPARE(int(info.st_mode & 0777), 0700);
        QVERIFY(prepareControlFolder(path).ok());
    }

    void aFolderThatOthersCanEnterIsRefused()
    {
        QTemporaryDir folder;
        const QString path = folder.filePath(u"portlight/control.sock"_s);
        QVERIFY(prepareControlFolder(path).ok());
        for (const mode_t mode : {0750, 0705, 0770}) {
            ::chmod(QFile::encodeName(folder.filePath(u"portlight"_s)).constData(), mode);
            QCOMPARE(prepareControlFolder(path).error().code, ErrorCode::PermissionDenied);
        }
    }

    void aLinkToAFolderIsRefused()
    {
        QTemporaryDir folder;
        QVERIFY(QFile::link(folder.path(), folder.filePath(u"portlight"_s)));
        QCOMPARE(prepareControlFolder(folder.filePath(u"portlight/control.sock"_s)).error().code,
                 ErrorCode::PermissionDenied);
    }
};

QTEST_GUILESS_MAIN(ControlProtocolTest)
#include "tst_controlprotocol.moc"
