// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/controlreports.h"
#include "commands/commandline.h"
#include "commands/readconfig.h"
#include "export/nginxexporter.h"

#include <QDir>
#include <QSaveFile>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

Result<void> writeFiles(const QList<ExportedFile> &files, const QString &folder)
{
    if (!QDir().mkpath(folder))
        return Error{ErrorCode::FileNotWritable, u"cannot make the folder %1"_s.arg(folder)};
    for (const ExportedFile &file : files) {
        const QString path = QDir(folder).filePath(file.name);
        QSaveFile target(path);
        if (!target.open(QIODevice::WriteOnly) || target.write(file.text) != file.text.size() || !target.commit())
            return Error{ErrorCode::FileNotWritable, u"cannot write %1: %2"_s.arg(path, target.errorString())};
        printError(u"portlightctl: wrote %1\n"_s.arg(path));
    }
    return {};
}

QJsonObject exportReport(const ExportResult &result)
{
    QJsonArray files;
    for (const ExportedFile &file : result.files)
        files.append(QJsonObject{{u"name"_s, file.name}, {u"text"_s, QString::fromUtf8(file.text)}});
    return {{u"ok"_s, true}, {u"files"_s, files}, {u"losses"_s, diagnosticsReport(result.losses)}};
}

} // namespace

int runExport(const QStringList &arguments)
{
    CommandLine line(
        u"export"_s,
        u"Writes a configuration so that another server runs it, to standard output or into a folder. What "
        u"the other server cannot say is listed on standard error."_s);
    line.addOperand(u"file"_s, u"The configuration; your own portlight.conf when not given."_s, u"[FILE]"_s);
    line.addOption(u"to"_s, u"The server: nginx."_s, u"server"_s);
    line.addOption(u"output"_s, u"The folder to write to, made when it is not there."_s, u"folder"_s);
    line.addJsonOption();
    line.addVersionOption();
    if (const auto over = line.parse(arguments, 0, 1))
        return *over;
    if (line.value(u"to"_s) != u"nginx"_s) {
        printError(u"portlightctl export: say which server with --to nginx\n"_s);
        return ExitUsage;
    }

    const ReadConfig config = readConfig(line.configPath(), {.version = line.nginxVersion()});
    if (!config.ok()) {
        for (const Diagnostic &diagnostic : config.diagnostics)
            printError(diagnostic.toString() + u'\n');
        return ExitFailed;
    }
    const ExportResult result = exportNginx(config.tree, {.version = line.nginxVersion()});
    for (const Diagnostic &loss : result.losses)
        printError(loss.toString() + u'\n');
    if (line.isSet(u"output"_s)) {
        if (const auto written = writeFiles(result.files, line.value(u"output"_s)); !written) {
            printFailure(written.error());
            return ExitFailed;
        }
    }
    if (line.isSet(u"json"_s)) {
        printJson(exportReport(result));
    } else if (!line.isSet(u"output"_s)) {
        for (const ExportedFile &file : result.files)
            print(file.text);
    }
    return ExitOk;
}

} // namespace portlight
