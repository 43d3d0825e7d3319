// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/nginxcheck.h"

#include "api/nginxprogram.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>
#include <QStandardPaths>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

const QRegularExpression &certificatePattern()
{
    static const QRegularExpression pattern(u"\\bssl_certificate [^;{}]*;"_s);
    return pattern;
}

const QRegularExpression &keyPattern()
{
    static const QRegularExpression pattern(u"\\bssl_certificate_key [^;{}]*;"_s);
    return pattern;
}

// The first complaint of what `nginx -t` printed, without its own prefix and our folder.
QString firstComplaint(const QString &said, const QString &folder)
{
    for (const QString &line : said.split(u'\n', Qt::SkipEmptyParts)) {
        const qsizetype level = line.indexOf(u"[emerg] "_s);
        static const QRegularExpression process(u"^[0-9]+#[0-9]+: "_s);
        if (level >= 0)
            return line.mid(level + 8).remove(process).remove(folder + u'/');
    }
    return {};
}

} // namespace

NginxCheck::NginxCheck(QObject *parent)
    : QObject(parent)
{
    qRegisterMetaType<NginxVerdict>();
    m_process.setProcessChannelMode(QProcess::MergedChannels);
    connect(&m_process, &QProcess::finished, this, &NginxCheck::takeEnd);
    connect(&m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            giveUp(u"%1 does not start: %2"_s.arg(m_process.program(), m_process.errorString()));
    });
}

NginxCheck::~NginxCheck()
{
    m_step = Step::Done;
    if (m_process.state() == QProcess::NotRunning)
        return;
    m_process.kill();
    m_process.waitForFinished();
}

void NginxCheck::start(const QList<ExportedFile> &files)
{
    m_files = files;
    if (nginxProgram().isEmpty())
        return giveUp(u"%1; %2"_s.arg(nginxIsMissing().message, nginxIsMissing().hint));
    const bool tls = std::any_of(files.begin(), files.end(),
                                 [](const ExportedFile &file) { return file.text.contains("ssl_certificate "); });
    m_step = tls ? Step::MakingCertificate : Step::AskingVersion;
    next();
}

void NginxCheck::next()
{
    const QString certificate = m_folder.filePath(u"check.crt"_s);
    switch (m_step) {
    case Step::MakingCertificate:
        m_process.start(u"openssl"_s,
                        {u"req"_s, u"-x509"_s, u"-newkey"_s, u"ec"_s, u"-pkeyopt"_s, u"ec_paramgen_curve:P-256"_s,
                         u"-nodes"_s, u"-days"_s, u"1"_s, u"-subj"_s, u"/CN=check"_s, u"-out"_s, certificate,
                         u"-keyout"_s, m_folder.filePath(u"check.key"_s)});
        return;
    case Step::AskingVersion: m_process.start(nginxProgram(), {u"-v"_s}); return;
    case Step::Testing:
        if (!writeFiles())
            return giveUp(u"the files for nginx cannot be written to %1"_s.arg(m_folder.path()));
        m_process.start(nginxProgram(), {u"-t"_s, u"-p"_s, m_folder.path(), u"-c"_s, m_folder.filePath(u"nginx.conf"_s),
                                         u"-e"_s, u"stderr"_s});
        return;
    case Step::Done: return;
    }
}

bool NginxCheck::writeFiles()
{
    const QString certificate = u"ssl_certificate %1;"_s.arg(m_folder.filePath(u"check.crt"_s));
    const QString key = u"ssl_certificate_key %1;"_s.arg(m_folder.filePath(u"check.key"_s));
    QDir(m_folder.path()).mkdir(u"logs"_s);
    for (const ExportedFile &exported : std::as_const(m_files)) {
        QString text = QString::fromUtf8(exported.text);
        text.replace(certificatePattern(), certificate).replace(keyPattern(), key);
        const QByteArray bytes = text.toUtf8();
        const QString path = m_folder.filePath(exported.name);
        QDir().mkpath(QFileInfo(path).path());
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
            return false;
    }
    return m_folder.isValid();
}

void NginxCheck::takeEnd(int exitCode)
{
    const QString said = QString::fromUtf8(m_process.readAll());
    switch (m_step) {
    case Step::MakingCertificate:
        if (exitCode != 0)
            return giveUp(u"openssl makes no certificate to check with: %1"_s.arg(said.section(u'\n', 0, 0)));
        m_step = Step::AskingVersion;
        return next();
    case Step::AskingVersion:
        m_version = nginxVersionFrom(said.toUtf8());
        m_step = Step::Testing;
        return next();
    case Step::Testing: {
        // Whatever is said behind this is about the machine: ports, logs and users of another one.
        const bool taken = exitCode == 0 || said.contains(u"syntax is ok"_s);
        const QString complaint = firstComplaint(said, m_folder.path());
        return finish({taken, m_version, taken ? QString() : complaint, taken ? complaint : QString()});
    }
    case Step::Done: return;
    }
}

void NginxCheck::giveUp(const QString &complaint)
{
    finish({false, m_version, complaint, {}});
}

void NginxCheck::finish(const NginxVerdict &verdict)
{
    if (std::exchange(m_step, Step::Done) == Step::Done)
        return;
    QMetaObject::invokeMethod(
        this, [this, verdict] { Q_EMIT finished(verdict); }, Qt::QueuedConnection);
}

} // namespace portlight
