// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/verifier.h"

#include "api/controlreports.h"
#include "commands/commandline.h"
#include "commands/readconfig.h"
#include "config/configfile.h"

#include <QCoreApplication>
#include <QFile>
#include <QFileInfo>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

// Its own meaning of 2, as for grep and diff: nothing could be compared.
constexpr int ExitCannotCompare = 2;

QJsonObject outcomeReport(const VerifyOutcome &outcome)
{
    QJsonArray differences;
    for (const VerifyDifference &difference : outcome.differences)
        differences.append(QJsonObject{
            {u"what"_s, difference.what}, {u"nginx"_s, difference.nginx}, {u"portlight"_s, difference.ours}});
    return {{u"request"_s, outcome.request.toString()},
            {u"address"_s, QString::fromLatin1(outcome.request.address)},
            {u"status"_s, outcome.status},
            {u"equal"_s, outcome.equal()},
            {u"differences"_s, differences}};
}

QJsonObject summaryReport(const VerifySummary &summary)
{
    QJsonArray outcomes;
    for (const VerifyOutcome &outcome : summary.outcomes)
        outcomes.append(outcomeReport(outcome));
    return {{u"ok"_s, summary.ran() && summary.differing() == 0},
            {u"nginx"_s, QString::fromLatin1(summary.nginx.toString())},
            {u"requests"_s, outcomes},
            {u"notes"_s, QJsonArray::fromStringList(summary.notes)},
            {u"problems"_s, diagnosticsReport(summary.problems)}};
}

void printOutcome(const VerifyOutcome &outcome)
{
    print(u"%1 %2 → %3\n"_s.arg(outcome.equal() ? u"equal  "_s : u"differs"_s, outcome.request.toString())
              .arg(outcome.status));
    for (const VerifyDifference &difference : outcome.differences)
        print(u"          %1: nginx %2; Portlight %3\n"_s.arg(difference.what, difference.nginx, difference.ours));
}

int exitCodeOf(const VerifySummary &summary)
{
    if (!summary.ran())
        return ExitCannotCompare;
    return summary.differing() == 0 ? ExitOk : ExitFailed;
}

int report(const VerifySummary &summary, bool json)
{
    if (json) {
        printJson(summaryReport(summary));
        return exitCodeOf(summary);
    }
    for (const Diagnostic &problem : summary.problems)
        printFailure({problem.code, problem.message, problem.where, problem.hint});
    for (const QString &note : summary.notes)
        printError(u"portlightctl: note: %1\n"_s.arg(note));
    if (summary.ran())
        printError(u"portlightctl: %1 of %2 requests get the same answer from nginx %3\n"_s
                       .arg(summary.outcomes.size() - summary.differing())
                       .arg(summary.outcomes.size())
                       .arg(QString::fromLatin1(summary.nginx.toString())));
    return exitCodeOf(summary);
}

Result<std::vector<HarRequest>> readHarFile(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return Error{ErrorCode::FileNotReadable, u"cannot read %1: %2"_s.arg(path, file.errorString()), {}, {}};
    Result<std::vector<HarRequest>> requests = readHar(file.read(HarBytesMax + 1));
    if (!requests) {
        Error error = requests.error();
        error.where = {path, 0, 0};
        return error;
    }
    return requests;
}

void describe(CommandLine &line)
{
    line.addOperand(u"file"_s, u"The configuration; your own portlight.conf when not given."_s, u"[FILE]"_s);
    line.addOption(u"to"_s, u"The server to compare with: nginx."_s, u"server"_s);
    line.addOption(u"overlay"_s, u"What differs on this desk, laid over the configuration for both."_s, u"file"_s);
    line.addOption(u"prefix"_s, u"The folder that relative paths inside the configuration start from."_s, u"folder"_s);
    line.addOption(u"har"_s, u"Play the requests of a HAR 1.2 file."_s, u"file"_s);
    line.addOption(u"request"_s,
                   u"Play this request, such as 'GET /path' or 'GET http://shop.example.com/'; may be repeated."_s,
                   u"request"_s);
    line.addJsonOption();
}

} // namespace

int runVerify(const QStringList &arguments)
{
    CommandLine line(
        u"verify"_s,
        u"Runs the exported configuration in a real nginx and in Portlight, both on spare loopback ports and before "
        u"the same backends, plays the same requests to both and prints what differs in status, headers and body. "
        u"Without requests it asks for each name and location once. Exits with 0 when all answers are equal, with 1 "
        u"when some differ, with 2 when nothing could be compared."_s);
    describe(line);
    if (const auto over = line.parse(arguments, 0, 1))
        return *over;
    if (line.value(u"to"_s) != u"nginx"_s) {
        printError(u"portlightctl verify: say which server with --to nginx\n"_s);
        return ExitUsage;
    }
    const ReadConfig config = readConfig(line.configPath(), {}, line.overlayPath());
    if (!config.ok()) {
        for (const Diagnostic &diagnostic : config.diagnostics)
            printError(diagnostic.toString() + u'\n');
        return ExitCannotCompare;
    }
    VerifyJob job{config.tree,
                  QFileInfo(line.configPath()).absolutePath(),
                  line.value(u"prefix"_s),
                  line.values(u"request"_s),
                  {}};
    if (line.isSet(u"har"_s)) {
        Result<std::vector<HarRequest>> recorded = readHarFile(line.value(u"har"_s));
        if (!recorded) {
            printFailure(recorded.error());
            return ExitCannotCompare;
        }
        job.recorded = std::move(*recorded);
    }
    const bool json = line.isSet(u"json"_s);
    Verifier verifier;
    if (!json)
        QObject::connect(&verifier, &Verifier::compared, qApp, &printOutcome);
    QObject::connect(&verifier, &Verifier::finished, qApp,
                     [json](const VerifySummary &summary) { QCoreApplication::exit(report(summary, json)); });
    verifier.start(job);
    return QCoreApplication::exec();
}

} // namespace portlight
