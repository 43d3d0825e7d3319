// SPDX-License-Identifier: GPL-3.0-or-later
// The program with the window, as its process is seen from outside.
#include "component/ctlprogram.h"

#include <QSettings>

#include <csignal>

using namespace portlight::test;
using namespace Qt::StringLiterals;

class WindowProgramTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aSignalEndsItAsQuitDoes_data()
    {
        QTest::addColumn<int>("number");
        QTest::newRow("SIGTERM") << SIGTERM;
        QTest::newRow("SIGINT") << SIGINT;
        QTest::newRow("SIGHUP") << SIGHUP;
    }

    void aSignalEndsItAsQuitDoes()
    {
        QFETCH(int, number);
        CtlProgram ctl; // for its home, and to ask
        QProcessEnvironment environment = ctl.environment();
        environment.insert(u"QT_QPA_PLATFORM"_s, u"offscreen"_s);
        QProcess window;
        window.setProcessEnvironment(environment);
        window.start(QStringLiteral(PORTLIGHT_BINARY_DIR "/portlight"), {u"--page"_s, u"status"_s});
        QVERIFY2(window.waitForStarted(), qPrintable(window.errorString()));
        QVERIFY(QTest::qWaitFor([&] { return ctl.run({u"status"_s}).exitCode == 0; }, 30'000));

        CtlProgram::signal(window, number);
        const CtlProgram::Outcome outcome = CtlProgram::wait(window);
        QCOMPARE(outcome.exitCode, 0);
        QVERIFY(ctl.run({u"status"_s}).exitCode != 0);
        const QSettings settings(ctl.path(u"config/portlight/window.ini"_s), QSettings::IniFormat);
        QVERIFY(settings.contains(u"geometry"_s));
        QCOMPARE(settings.value(u"page"_s).toString(), u"status"_s);
    }
};

QTEST_GUILESS_MAIN(WindowProgramTest)
#include "tst_windowprogram.moc"
