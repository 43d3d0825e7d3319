// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/controlreports.h"
#include "commands/commandline.h"
#include "commands/readconfig.h"
#include "export/handoverpage.h"

#include <QDir>
#include <QFileInfo>
#include <QSaveFile>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

Result<void> writeFiles(const QList<ExportedFile> &files, const QString &folder)
{
    for (const ExportedFile &file : files) {
        const QString path = QDir(folder).filePath(file.name);
        if (!QDir().mkpath(QFileInfo(path).path()))
            return Error{ErrorCode::FileNotWritable, u"cannot make the folder %1"_s.arg(QFileInfo(path).path())};
        QSaveFile target(path);
        if (!target.open(QIODevice::WriteOnly) || target.write(file.text) != file.text.size() || !target.commit())
            return Error{ErrorCode::FileNotWritable, u"cannot write %1: %2"_s.arg(path, target.errorString())};
        printError(u"portlightctl: wrote %1\n"_s.arg(path));
    }
    return {};
}

QJsonObject exportReport(const ExportResult &result, const ExportedFile &handOver)
{
    QJsonArray files;
    for (const ExportedFile &file : result.files + QList{handOver})
        files.append(QJsonObject{{u"name"_s, file.name}, {u"text"_s, QString::fromUtf8(file.text)}});
    return {{u"ok"_s, true}, {u"files"_s, files}, {u"losses"_s, diagnosticsReport(result.losses)}};
}

void addExportOptions(CommandLine &line)
{
    line.addOption(u"to"_s, u"The server: nginx."_s, u"server"_s);
    line.addOption(u"output"_s, u"The folder to write to, made when it is not there; HANDOVER.md comes with it."_s,
                   u"folder"_s);
    line.addOption(u"ports"_s, u"as-written, or production: 80 and 443 on every address."_s, u"ports"_s);
    line.addOption(
        u"certs"_s,
        u"Where certificates are on the server: certbot (/etc/letsencrypt/live/NAME; with --ports production "
        u"when not given), a folder of NAME.crt and NAME.key, or none: as written."_s,
        u"certs"_s);
    line.addOption(u"redirect-https"_s, u"Answer plain HTTP with 301 wherever there is TLS."_s);
    line.addOption(u"security-headers"_s, u"Add the headers that browsers act on."_s);
    line.addOption(u"per-domain"_s, u"A file for each domain in conf.d beside nginx.conf."_s);
    line.addOption(u"name"_s, u"The public name of a local one: shop.localhost=shop.example.com; may be repeated."_s,
                   u"local=public"_s);
    line.addFragmentOption();
    line.addJsonOption();
    line.addVersionOption();
}

Error wrongValue(const QString &message)
{
    return {ErrorCode::InvalidValue, message, {}, {}};
}

Result<void> readCertificates(const CommandLine &line, NginxExportOptions &options)
{
    using Certificates = NginxExportOptions::Certificates;
    const bool production = options.ports == NginxExportOptions::Ports::Production;
    const QString certs = line.isSet(u"certs"_s) ? line.value(u"certs"_s) : production ? u"certbot"_s : u"none"_s;
    if (certs == u"certbot"_s) {
        options.certificates = Certificates::Certbot;
    } else if (certs != u"none"_s) {
        if (!certs.startsWith(u'/'))
            return wrongValue(u"--certs is certbot, none, or an absolute folder of the server"_s);
        options.certificates = Certificates::Folder;
        options.certificateFolder = certs.toUtf8();
    }
    return {};
}

Result<NginxExportOptions> readExportOptions(const CommandLine &line)
{
    NginxExportOptions options;
    options.version = line.nginxVersion();
    options.forVersion = line.isSet(u"nginx-version"_s);
    const QString ports = line.isSet(u"ports"_s) ? line.value(u"ports"_s) : u"as-written"_s;
    if (ports != u"as-written"_s && ports != u"production"_s)
        return wrongValue(u"--ports is as-written or production"_s);
    if (ports == u"production"_s)
        options.ports = NginxExportOptions::Ports::Production;
    if (const auto read = readCertificates(line, options); !read)
        return read.error();
    options.redirectToHttps = line.isSet(u"redirect-https"_s);
    options.securityHeaders = line.isSet(u"security-headers"_s);
    options.filePerDomain = line.isSet(u"per-domain"_s);
    for (const QString &pair : line.values(u"name"_s)) {
        const qsizetype equals = pair.indexOf(u'=');
        if (equals < 1 || equals + 1 == pair.size())
            return wrongValue(u"--name is LOCAL=PUBLIC, such as shop.localhost=shop.example.com"_s);
        options.names.insert(pair.first(equals).toLower().toUtf8(), pair.mid(equals + 1).toUtf8());
    }
    return options;
}

} // namespace

int runExport(const QStringList &arguments)
{
    CommandLine line(
        u"export"_s,
        u"Writes a configuration so that another server runs it, to standard output or into a folder, with a page of "
        u"the commands that put it on a server. What the other server cannot say is listed on standard error. Without "
        u"options somebody's nginx.conf comes out as it went in."_s);
    line.addOperand(u"file"_s, u"The configuration; your own portlight.conf when not given."_s, u"[FILE]"_s);
    addExportOptions(line);
    if (const auto over = line.parse(arguments, 0, 1))
        return *over;
    if (line.value(u"to"_s) != u"nginx"_s) {
        printError(u"portlightctl export: say which server with --to nginx\n"_s);
        return ExitUsage;
    }
    const Result<NginxExportOptions> options = readExportOptions(line);
    if (!options) {
        printError(u"portlightctl export: %1\n"_s.arg(options.error().message));
        return ExitUsage;
    }

    const ReadConfig config =
        readConfig(line.configPath(), {.version = line.nginxVersion()}, {}, line.isSet(u"fragment"_s));
    if (!config.ok()) {
        for (const Diagnostic &diagnostic : config.diagnostics)
            printError(diagnostic.toString() + u'\n');
        return ExitFailed;
    }
    const ExportResult result = exportNginx(config.tree, *options);
    const ExportedFile handOver = makeHandOverPage(result, *options);
    for (const Diagnostic &loss : result.losses)
        printError(loss.toString() + u'\n');
    if (line.isSet(u"output"_s)) {
        if (const auto written = writeFiles(result.files + QList{handOver}, line.value(u"output"_s)); !written) {
            printFailure(written.error());
            return ExitFailed;
        }
    }
    if (line.isSet(u"json"_s)) {
        printJson(exportReport(result, handOver));
    } else if (!line.isSet(u"output"_s)) {
        for (const ExportedFile &file : result.files) {
            if (result.files.size() > 1)
                print(u"# ---- %1\n"_s.arg(file.name));
            print(file.text);
        }
    }
    return ExitOk;
}

} // namespace portlight
