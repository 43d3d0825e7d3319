// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDir>
#include <QFileInfo>
#include <QLocalSocket>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>

using namespace Qt::StringLiterals;

// The real program, in a folder of its own, without a display.
class TestSingleInstance : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;

    void prepare(QProcess &process, const QStringList &arguments)
    {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(u"XDG_RUNTIME_DIR"_s, m_folder.filePath(u"run"_s));
        environment.insert(u"XDG_CONFIG_HOME"_s, m_folder.filePath(u"config"_s));
        environment.insert(u"QT_QPA_PLATFORM"_s, u"offscreen"_s);
        process.setProcessEnvironment(environment);
        process.setProgram(QString::fromLocal8Bit(PORTLIGHT_BINARY_DIR) + u"/portlight"_s);
        process.setArguments(arguments);
    }
    int run(const QStringList &arguments, QByteArray *output = nullptr)
    {
        QProcess process;
        prepare(process, arguments);
        process.start();
        if (!process.waitForFinished(10'000) || process.exitStatus() != QProcess::NormalExit)
            return -1;
        if (output)
            *output = process.readAllStandardOutput() + process.readAllStandardError();
        return process.exitCode();
    }
    bool answers() const
    {
        QLocalSocket probe;
        probe.connectToServer(socketPath());
        return probe.waitForConnected(100);
    }
    QString socketPath() const { return m_folder.filePath(u"run/portlight/window.sock"_s); }

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(QDir().mkpath(m_folder.filePath(u"run"_s)));
        QVERIFY(
            QFile::setPermissions(m_folder.filePath(u"run"_s), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
    }

    void helpAndVersionAreSaid()
    {
        QByteArray output;
        QCOMPARE(run({u"--version"_s}, &output), 0);
        QCOMPARE(output.trimmed(), QByteArray("portlight " PORTLIGHT_VERSION));
        QCOMPARE(run({u"--help"_s}, &output), 0);
        QVERIFY(output.contains("--config") && output.contains("--page"));
        QCOMPARE(run({u"--page"_s, u"nonsense"_s}, &output), 2);
        QVERIFY(output.contains("nonsense"));
    }

    void aSecondStartRaisesTheFirstAndEnds()
    {
        QProcess first;
        prepare(first, {u"--page"_s, u"traffic"_s});
        first.start();
        QVERIFY(first.waitForStarted());
        QTRY_VERIFY_WITH_TIMEOUT(QFileInfo::exists(socketPath()), 10'000);
        QCOMPARE(run({u"--page"_s, u"status"_s}), 0);
        QCOMPARE(first.state(), QProcess::Running);
        const QFile::Permissions others = QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther;
        QVERIFY(!(QFile::permissions(socketPath()) & others));

        // One that says too much without a line's end is cut off; the next start still finds the first.
        QLocalSocket noisy;
        noisy.connectToServer(socketPath());
        QVERIFY(noisy.waitForConnected());
        noisy.write(QByteArray(100'000, 'x'));
        QTRY_COMPARE_WITH_TIMEOUT(noisy.state(), QLocalSocket::UnconnectedState, 10'000);
        QCOMPARE(run({}), 0);
        QCOMPARE(first.state(), QProcess::Running);

        // A first one that was killed leaves a socket behind: it is in nobody's way.
        first.kill();
        QVERIFY(first.waitForFinished());
        QVERIFY(QFileInfo::exists(socketPath()));
        QProcess next;
        prepare(next, {});
        next.start();
        QTRY_VERIFY_WITH_TIMEOUT(answers(), 10'000);
        QCOMPARE(next.state(), QProcess::Running);
        next.kill();
        QVERIFY(next.waitForFinished());
    }
};

QTEST_GUILESS_MAIN(TestSingleInstance)
#include "tst_singleinstance.moc"
