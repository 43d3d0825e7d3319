// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/directivetable.h"
#include "export/nginxexporter.h"

#include <QObject>
#include <QProcess>
#include <QTemporaryDir>

namespace portlight {

struct NginxVerdict {
    bool taken = false;
    NginxVersion version;
    QString complaint; // nginx's words, or why it could not be asked
    QString aside;     // taken, but this machine would not run it as it is: a port, a log
};

// Has the real nginx read an export (`nginx -t`). Certificates that are not on this machine are stood in for by one
// that lives as long as the check. Lives on the thread that made it, never blocks it. One check a life.
//
// MakingCertificate ─→ AskingVersion ─→ Testing ─→ (finished)
class NginxCheck final : public QObject
{
    Q_OBJECT
public:
    explicit NginxCheck(QObject *parent = nullptr);
    ~NginxCheck() override;
    void start(const QList<ExportedFile> &files);

Q_SIGNALS:
    void finished(const portlight::NginxVerdict &verdict); // once

private:
    enum class Step : quint8 { MakingCertificate, AskingVersion, Testing, Done };
    void next();
    void takeEnd(int exitCode);
    bool writeFiles();
    void finish(const NginxVerdict &verdict);
    void giveUp(const QString &complaint);

    QList<ExportedFile> m_files;
    QTemporaryDir m_folder;
    QProcess m_process;
    NginxVersion m_version;
    Step m_step = Step::MakingCertificate;
};

} // namespace portlight

Q_DECLARE_METATYPE(portlight::NginxVerdict)
