// SPDX-License-Identifier: GPL-3.0-or-later
// Configurations as how-to texts show them, in our own words (tests/golden/guides): each passes check, and the real
// nginx accepts what is exported of it.
#include "ctlprogram.h"

#include <QRegularExpression>
#include <QStandardPaths>

using namespace portlight::test;
using namespace Qt::StringLiterals;

class CtlGuidesTest : public QObject
{
    Q_OBJECT

private:
    static QDir guides() { return QDir(QStringLiteral(PORTLIGHT_SOURCE_DIR "/tests/golden/guides")); }

    static QByteArray guide(const CtlProgram &ctl, const QString &name)
    {
        QByteArray text = CtlProgram::read(guides().filePath(name));
        return text.replace("@dir@", ctl.path(u"."_s).toUtf8());
    }

    // The ports of a server and its certificates become those of the test.
    static QByteArray onThisDesk(const CtlProgram &ctl, const QByteArray &exported)
    {
        QString text = QString::fromUtf8(exported);
        text.replace(QRegularExpression(u"(listen\\s+(?:\\S+:)?)80\\b"_s), u"\\120080"_s);
        text.replace(QRegularExpression(u"(listen\\s+(?:\\S+:)?)443\\b"_s), u"\\120443"_s);
        text.replace(QRegularExpression(u"(ssl_certificate\\s+)\\S+;"_s), u"\\1"_s + ctl.path(u"cert.pem"_s) + u';');
        text.replace(QRegularExpression(u"(ssl_certificate_key\\s+)\\S+;"_s), u"\\1"_s + ctl.path(u"key.pem"_s) + u';');
        text.prepend(u"pid %1; error_log stderr;\n"_s.arg(ctl.path(u"nginx.pid"_s)));
        const QString http =
            u"http {\n    access_log off; client_body_temp_path %1; proxy_temp_path %1; "
            u"fastcgi_temp_path %1; uwsgi_temp_path %1; scgi_temp_path %1;\n"_s.arg(ctl.path(u"temp"_s));
        return text.replace(QRegularExpression(u"^http \\{\\n"_s, QRegularExpression::MultilineOption), http).toUtf8();
    }

    static CtlProgram::Outcome run(const QString &program, const QStringList &arguments)
    {
        QProcess process;
        const QString path = QStandardPaths::findExecutable(program);
        process.start(path.isEmpty() ? u"/usr/sbin/"_s + program : path, arguments);
        return CtlProgram::wait(process);
    }

    // Every first match of that expression, each once.
    static QStringList matchesIn(const QByteArray &text, const QString &expression)
    {
        QStringList found;
        auto matches = QRegularExpression(expression).globalMatch(QString::fromUtf8(text));
        while (matches.hasNext())
            found += matches.next().captured(1);
        found.removeDuplicates();
        return found;
    }

    // A certificate for the names of the guide, and an overlay with which it takes the place of those on its server.
    static CtlProgram::Outcome makeCertificate(const CtlProgram &ctl, const QByteArray &guide)
    {
        QStringList names{u"DNS:example.org"_s};
        for (const QString &list : matchesIn(guide, u"server_name\\s+([^;]+);"_s)) {
            for (const QString &name : list.split(u' ', Qt::SkipEmptyParts)) {
                if (name.contains(u'.') && !name.startsWith(u'~'))
                    names += u"DNS:"_s + name;
            }
        }
        QByteArray overlay;
        for (const QString &file : matchesIn(guide, u"\\bssl_certificate\\s+(\\S+);"_s))
            overlay += "portlight_certificate " + file.toUtf8() + " cert.pem key.pem;\n";
        ctl.write(u"local.conf"_s, overlay);
        return run(u"openssl"_s, {u"req"_s, u"-x509"_s, u"-newkey"_s, u"ec"_s, u"-pkeyopt"_s,
                                  u"ec_paramgen_curve:prime256v1"_s, u"-nodes"_s, u"-subj"_s, u"/CN=example.org"_s,
                                  u"-addext"_s, u"subjectAltName="_s + names.join(u','), u"-keyout"_s,
                                  ctl.path(u"key.pem"_s), u"-out"_s, ctl.path(u"cert.pem"_s)});
    }

private Q_SLOTS:
    void everyGuidePassesCheckAndExports_data()
    {
        QTest::addColumn<QString>("name");
        const QStringList names = guides().entryList({u"[0-9]*.conf"_s}, QDir::Files, QDir::Name);
        QVERIFY(names.size() >= 15);
        for (const QString &name : names)
            QTest::newRow(qPrintable(name)) << name;
    }
    void everyGuidePassesCheckAndExports()
    {
        QFETCH(QString, name);
        CtlProgram ctl;
        ctl.write(name, guide(ctl, name));
        const CtlProgram::Outcome made = makeCertificate(ctl, guide(ctl, name));
        QVERIFY2(made.exitCode == 0, made.err.constData());
        const auto checked = ctl.run({u"check"_s, u"--fragment"_s, u"--overlay"_s, u"local.conf"_s, name});
        QVERIFY2(checked.exitCode == 0, (checked.out + checked.err).constData());
        // Nothing without an explanation: what is said is what was added, and what waits for its capability, by name.
        for (const QByteArray &line : checked.out.trimmed().split('\n')) {
            const bool explained =
                line.isEmpty() || line.contains(": note: the fragment was completed with ")
                || (line.contains(": warning: \"") && line.contains("is known to nginx but not run yet: "));
            QVERIFY2(explained, line.constData());
        }

        const auto exported =
            ctl.run({u"export"_s, u"--to"_s, u"nginx"_s, u"--nginx-version"_s, u"1.22.1"_s, u"--fragment"_s, name});
        QVERIFY2(exported.exitCode == 0, exported.err.constData());
        const QString file = ctl.write(u"exported.conf"_s, onThisDesk(ctl, exported.out));
        const auto verdict = run(u"nginx"_s, {u"-t"_s, u"-p"_s, ctl.path(u"."_s), u"-c"_s, file, u"-e"_s, u"stderr"_s});
        QVERIFY2(verdict.exitCode == 0, (verdict.err + "\n" + CtlProgram::read(file)).constData());
    }

    void withoutTheOptionAFragmentIsRefusedWithAHint()
    {
        CtlProgram ctl;
        ctl.write(u"a.conf"_s, guide(ctl, u"06-static-files.conf"_s));
        const auto outcome = ctl.run({u"check"_s, u"a.conf"_s});
        QCOMPARE(outcome.exitCode, 1);
        QVERIFY2(outcome.out.contains("error: \"location\" directive is not allowed here"), outcome.out.constData());
        QVERIFY(outcome.out.contains("--fragment"));
    }

    void aCacheZoneUnderAWrongNameSaysWhatToWrite()
    {
        CtlProgram ctl;
        ctl.write(u"a.conf"_s, guide(ctl, u"refused-zone.conf"_s));
        const auto outcome = ctl.run({u"check"_s, u"--fragment"_s, u"a.conf"_s});
        QCOMPARE(outcome.exitCode, 1);
        QVERIFY2(outcome.out.contains("error: invalid parameter \"zone=pages:8m\"; the zone of a cache is written "
                                      "keys_zone=pages:8m"),
                 outcome.out.constData());
    }

    void aFragmentIsImported()
    {
        CtlProgram ctl;
        ctl.write(u"a.conf"_s, guide(ctl, u"01-one-backend.conf"_s));
        const auto outcome = ctl.run({u"import"_s, u"--fragment"_s, u"a.conf"_s, u"-o"_s, u"out/portlight.conf"_s});
        QVERIFY2(outcome.exitCode == 0, (outcome.out + outcome.err).constData());
        const QByteArray copy = CtlProgram::read(ctl.path(u"out/portlight.conf"_s));
        QVERIFY2(copy.contains("http {") && copy.contains("upstream notes {"), copy.constData());
    }
};

QTEST_GUILESS_MAIN(CtlGuidesTest)
#include "tst_ctlguides.moc"
