// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/controlreports.h"
#include "api/importer.h"
#include "commands/commandline.h"

#include <QDir>
#include <QFileInfo>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

constexpr const char *OverlayName = "local.conf";

QJsonObject lineReport(const ImportLine &line)
{
    return {{u"file"_s, line.where.file},
            {u"line"_s, line.where.line},
            {u"column"_s, line.where.column},
            {u"directive"_s, line.directive},
            {u"verdict"_s, verdictName(line.verdict)},
            {u"reason"_s, line.reason}};
}

QJsonObject mappingReport(const OverlayMapping &mapping)
{
    QJsonObject object{{u"directive"_s, QString::fromUtf8(overlayDirective(mapping.kind))},
                       {u"from"_s, QString::fromUtf8(mapping.from)},
                       {u"to"_s, QString::fromUtf8(mapping.to)}};
    if (!mapping.reason.isEmpty())
        object.insert(u"reason"_s, QString::fromUtf8(mapping.reason));
    return object;
}

QJsonObject importReport(const ImportPlan &plan, const QStringList &written)
{
    QJsonArray lines;
    for (const ImportLine &line : plan.report.lines)
        lines.append(lineReport(line));
    QJsonArray mappings;
    for (const OverlayMapping &mapping : plan.overlay.mappings)
        mappings.append(mappingReport(mapping));
    return {{u"ok"_s, plan.report.ok()},
            {u"written"_s, QJsonArray::fromStringList(written)},
            {u"report"_s, lines},
            {u"overlay"_s, mappings},
            {u"diagnostics"_s, diagnosticsReport(plan.report.diagnostics)}};
}

QString summaryOf(const ImportReport &report)
{
    return u"portlightctl: of %1 directives %2 run the same, %3 are approximated, %4 are ignored\n"_s
        .arg(report.lines.size())
        .arg(report.count(ImportVerdict::Same))
        .arg(report.count(ImportVerdict::Approximated))
        .arg(report.count(ImportVerdict::Ignored));
}

// What is wrong with the configuration itself; warnings are among the report's lines already.
void printErrors(const Diagnostics &diagnostics)
{
    for (const Diagnostic &diagnostic : diagnostics) {
        if (diagnostic.severity == Severity::Error)
            printError(diagnostic.toString() + u'\n');
    }
}

QString inTheShell(const QString &path)
{
    const QString shown = QDir::current().relativeFilePath(path);
    const QString shorter = shown.startsWith(u"../.."_s) ? path : shown;
    if (!shorter.contains(u' ') && !shorter.contains(u'\''))
        return shorter;
    return u'\'' + QString(shorter).replace(u'\'', u"'\\''"_s) + u'\'';
}

} // namespace

int runImport(const QStringList &arguments)
{
    CommandLine line(
        u"import"_s,
        u"Makes a production configuration run on this desk: writes a copy of it, with what it includes, and beside "
        u"it local.conf, an overlay with free loopback ports, local names, local backends and paths. Prints what "
        u"becomes of each directive: it runs the same, is approximated, or is ignored, and why."_s);
    line.addOperand(u"file"_s, u"The nginx.conf to import."_s, u"FILE"_s);
    line.addOption(u"output"_s, u"The copy to write; portlight.conf in this folder when not given."_s, u"file"_s);
    line.addOption(u"prefix"_s, u"The folder that relative paths inside the configuration start from."_s, u"folder"_s);
    line.addOption(u"force"_s, u"Overwrite files that are there."_s);
    line.addFragmentOption();
    line.addJsonOption();
    line.addVersionOption();
    if (const auto over = line.parse(arguments, 1, 1))
        return *over;

    const QString copy =
        QFileInfo(line.isSet(u"output"_s) ? line.value(u"output"_s) : u"portlight.conf"_s).absoluteFilePath();
    const QString overlay = QFileInfo(copy).dir().filePath(QLatin1String(OverlayName));
    const Result<ImportPlan> plan = planImport(line.operands().first(), {.prefix = line.value(u"prefix"_s),
                                                                         .overlayPath = overlay,
                                                                         .version = line.nginxVersion(),
                                                                         .isFragment = line.isSet(u"fragment"_s)});
    if (!plan) {
        printFailure(plan.error());
        return ExitFailed;
    }
    QStringList written;
    if (plan->report.ok()) {
        const Result<QStringList> done = writeImport(*plan, copy, line.isSet(u"force"_s));
        if (!done) {
            printFailure(done.error());
            return ExitFailed;
        }
        written = *done;
    }
    if (line.isSet(u"json"_s)) {
        printJson(importReport(*plan, written));
        return plan->report.ok() ? ExitOk : ExitFailed;
    }
    for (const ImportLine &each : plan->report.lines)
        print(each.toString() + u'\n');
    printError(summaryOf(plan->report));
    if (!plan->report.ok()) {
        printErrors(plan->report.diagnostics);
        printError(u"portlightctl: nothing was written: nginx does not run this configuration either\n"_s);
        return ExitFailed;
    }
    for (const QString &path : written)
        printError(u"portlightctl: wrote %1\n"_s.arg(path));
    printError(u"portlightctl: run it with\n  portlightctl serve %1 --overlay %2\n"_s.arg(inTheShell(copy),
                                                                                          inTheShell(overlay)));
    return ExitOk;
}

} // namespace portlight
