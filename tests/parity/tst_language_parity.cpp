// SPDX-License-Identifier: GPL-3.0-or-later
// What `nginx -t` says of a configuration and what we say of it must be the same words. The cases are lines of
// tests/parity/language/*.txt; 10-structure.txt tells their notation.
#include "config/checkedconfig.h"
#include "config/parser.h"
#include "proxy/compile.h"
#include "support/languagefiles.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace portlight;
using namespace portlight::testing;
using namespace Qt::StringLiterals;

namespace {

constexpr NginxVersion Reference{1, 22, 1};
constexpr qsizetype CasesMin = 900;

struct LanguageCase {
    char place = 0;
    QByteArray statement;
    QByteArray difference; // why the two differ; empty: they must not
};

QList<LanguageCase> readCases(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        qFatal("cannot read %s", qPrintable(path));
    QList<LanguageCase> cases;
    QByteArray difference;
    for (QByteArray line : file.readAll().split('\n')) {
        if (line.startsWith("= "))
            difference = line.sliced(2);
        else if (line.size() > 2 && line[0] != '#' && line[1] == ' ')
            cases.append({line[0], line.sliced(2), std::exchange(difference, {})});
        else if (!line.isEmpty() && line[0] != '#')
            qFatal("%s: \"%s\" is no case", qPrintable(path), line.constData());
    }
    return cases;
}

// Blocks around a statement, a line each so that positions stay apart.
QByteArray wrapped(const QByteArray &head, const QByteArray &inside)
{
    return head + " {\n" + inside + "\n}\n";
}

QByteArray inHttp(const LanguageCase &one, const QByteArray &inside)
{
    QByteArray text = one.statement.contains("access_log") ? ""_ba : "access_log off;\n"_ba;
    for (const char *kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
        const QByteArray name = kind + "_temp_path"_ba;
        if (!one.statement.contains(name))
            text += name + " @dir@/temp;\n";
    }
    return "events { }\n" + wrapped("http", text + inside);
}

QByteArray inServer(const LanguageCase &one, const QByteArray &inside)
{
    return inHttp(one, wrapped("server", "listen 127.0.0.1:20000;\n" + inside));
}

QByteArray configOf(const LanguageCase &one)
{
    const QByteArray &said = one.statement;
    switch (one.place) {
    case 'm': return said + '\n' + (said.startsWith("events") ? ""_ba : "events { }\n"_ba);
    case 'e': return wrapped("events", said);
    case 'h': return inHttp(one, said);
    case 's': return inServer(one, said);
    case 'l': return inServer(one, wrapped("location /", said));
    case 'u':
        return inHttp(one, wrapped("upstream up", said.contains("server") ? said : "server 127.0.0.1:1;\n" + said));
    case 'i': return inServer(one, wrapped("if ($host)", said));
    case 'j': return inServer(one, wrapped("location /", wrapped("if ($host)", said)));
    case 'x': return inServer(one, wrapped("location /", wrapped("limit_except GET", said)));
    default: qFatal("unknown place %c", one.place);
    }
}

QByteArray fullText(const LanguageCase &one)
{
    QByteArray main;
    const bool mainLevel = one.place == 'm';
    for (const char *directive : {"pid", "error_log"}) {
        if (!mainLevel || !one.statement.contains(directive))
            main += QByteArray(directive) + " @dir@/" + directive + ";\n";
    }
    return main + configOf(one);
}

// Errors and warnings, in nginx's words: nginx ends at its first error, and says some things for each family.
struct Verdict {
    QByteArrayList errors;
    QByteArrayList warnings;

    bool agreesWith(const Verdict &other) const
    {
        return errors == other.errors && (!errors.isEmpty() || warnings == other.warnings);
    }
    QByteArray toText() const
    {
        QByteArray text;
        for (const QByteArray &error : errors)
            text += "\n  error: " + error;
        for (const QByteArray &warning : warnings)
            text += "\n  warning: " + warning;
        return text.isEmpty() ? "\n  nothing"_ba : text;
    }
};

QByteArray shortened(const QString &message, const QString &folder, const QString &pki)
{
    return message.toUtf8().replace(folder.toUtf8(), "@dir@").replace(pki.toUtf8(), "@pki@");
}

QString findNginx()
{
    const QString found = QStandardPaths::findExecutable(u"nginx"_s);
    return found.isEmpty() ? QStandardPaths::findExecutable(u"nginx"_s, {u"/usr/sbin"_s, u"/usr/local/sbin"_s}) : found;
}

Verdict askNginx(const QString &program, const QString &folder, const QString &pki, const QString &file)
{
    QProcess nginx;
    nginx.setProcessChannelMode(QProcess::MergedChannels);
    nginx.start(program, {u"-t"_s, u"-p"_s, folder, u"-c"_s, file, u"-e"_s, u"stderr"_s});
    if (!nginx.waitForFinished(30'000))
        qFatal("nginx -t does not come to an end");
    static const QRegularExpression finding(
        u"^(?:nginx: |\\d{4}/\\d\\d/\\d\\d \\S+ )\\[(emerg|alert|crit|warn)\\] (?:\\d+#\\d+: )?(.*?)(?: in \\S+:\\d+)?$"_s,
        QRegularExpression::MultilineOption);
    Verdict verdict;
    auto found = finding.globalMatch(QString::fromUtf8(nginx.readAll()));
    while (found.hasNext()) {
        const QRegularExpressionMatch match = found.next();
        QByteArrayList &list = match.captured(1) == u"warn"_s ? verdict.warnings : verdict.errors;
        const QByteArray words = shortened(match.captured(2), folder, pki);
        if (list.isEmpty() || list.last() != words)
            list.append(words);
    }
    if (nginx.exitCode() == 0)
        verdict.errors.clear(); // an address that is in use is none
    return verdict;
}

// What nginx has no words for.
bool isOurs(const Diagnostic &finding)
{
    return finding.code == ErrorCode::NotSupportedYet
           || (finding.severity != Severity::Error
               && (finding.code == ErrorCode::InvalidCertificate || finding.code == ErrorCode::CertificateExpired));
}

Verdict askOurs(const QByteArray &text, const QString &folder, const QString &pki, const QString &file)
{
    const ParseOutcome parsed = parseConfig(text, file);
    // nginx ends at the first error; we go on, and may only stumble over it again.
    Diagnostics findings = problemsOfBrokenText(parsed, {.version = Reference}).first(parsed.ok() ? 0 : 1);
    if (parsed.ok()) {
        const CheckedConfig checked = checkConfig(parsed.tree, {.version = Reference});
        findings += checked.diagnostics;
        if (checked.ok())
            findings += compileConfig(checked.tree, {Reference, folder}).diagnostics;
    }
    Verdict verdict;
    for (const Diagnostic &finding : findings) {
        if (isOurs(finding))
            continue;
        QByteArrayList &list = finding.severity == Severity::Error ? verdict.errors : verdict.warnings;
        const QByteArray words = shortened(finding.message, folder, pki);
        if (!list.contains(words))
            list.append(words);
    }
    return verdict;
}

} // namespace

class TestLanguageParity : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_nginx = findNginx();
        QVERIFY2(!m_nginx.isEmpty(), "nginx is not installed");
        makeLanguageFiles(m_pki.path().toUtf8());
    }

    void saysWhatNginxSays_data()
    {
        QTest::addColumn<QString>("place");
        QTest::addColumn<QByteArray>("statement");
        QTest::addColumn<QByteArray>("difference");
        const QDir folder(QStringLiteral(PORTLIGHT_SOURCE_DIR "/tests/parity/language"));
        qsizetype count = 0;
        for (const QString &name : folder.entryList({u"*.txt"_s}, QDir::Files, QDir::Name)) {
            for (const LanguageCase &one : readCases(folder.filePath(name))) {
                const QByteArray row = name.left(2).toLatin1() + ' ' + one.place + ' ' + one.statement;
                QTest::newRow(row.constData()) << QString(QLatin1Char(one.place)) << one.statement << one.difference;
                ++count;
            }
        }
        QVERIFY2(count >= CasesMin, QByteArray::number(count).constData());
    }

    void saysWhatNginxSays()
    {
        QFETCH(QString, place);
        QFETCH(QByteArray, statement);
        QFETCH(QByteArray, difference);
        QTemporaryDir directory;
        const QString folder = directory.path();
        QByteArray text = fullText({place.front().toLatin1(), statement, difference});
        text.replace("@dir@", folder.toUtf8()).replace("@pki@", m_pki.path().toUtf8());
        QFile file(directory.filePath(u"nginx.conf"_s));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(text) == text.size());
        file.close();
        const Verdict nginx = askNginx(m_nginx, folder, m_pki.path(), file.fileName());
        const Verdict ours = askOurs(text, folder, m_pki.path(), file.fileName());
        const QByteArray both = "\nnginx says" + nginx.toText() + "\nwe say" + ours.toText();
        if (difference.isEmpty())
            QVERIFY2(nginx.agreesWith(ours), both.constData());
        else
            QVERIFY2(!nginx.agreesWith(ours), ("the difference is none any more: " + difference + both).constData());
    }

private:
    QString m_nginx;
    QTemporaryDir m_pki;
};

QTEST_GUILESS_MAIN(TestLanguageParity)
#include "tst_language_parity.moc"
