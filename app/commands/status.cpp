// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/controlclient.h"
#include "api/controlreports.h"
#include "commands/commandline.h"

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

void printDiagnostics(const QJsonObject &answer)
{
    for (const QJsonValue &value : answer.value(u"diagnostics"_s).toArray()) {
        const QJsonObject diagnostic = value.toObject();
        const TextPosition where{diagnostic.value(u"file"_s).toString(), diagnostic.value(u"line"_s).toInt(),
                                 diagnostic.value(u"column"_s).toInt()};
        const QString place = where.toString();
        printError(u"%1%2: %3\n"_s.arg(place.isEmpty() ? QString() : place + u": "_s,
                                       diagnostic.value(u"severity"_s).toString(),
                                       diagnostic.value(u"message"_s).toString()));
    }
}

} // namespace

int runStatus(const QStringList &arguments)
{
    CommandLine line(u"status"_s,
                     u"Shows the counters of the running Portlight, in the words of nginx's stub_status, and its "
                     u"listeners. Exits with 1 when none is running."_s);
    line.addJsonOption();
    if (const auto over = line.parse(arguments, 0, 0))
        return *over;
    const auto answer = callControl({{u"command"_s, u"status"_s}});
    if (!answer)
        return controlFailure(line, answer.error());
    if (line.isSet(u"json"_s)) {
        printJson(*answer);
        return ExitOk;
    }
    const QJsonObject status = answer->value(u"status"_s).toObject();
    print(stubStatusText(status) + listenersText(status));
    printDiagnostics(*answer);
    return ExitOk;
}

int runReload(const QStringList &arguments)
{
    CommandLine line(u"reload"_s,
                     u"Has the running Portlight read its configuration again. With errors in it, the one before goes "
                     u"on, and this exits with 1."_s);
    line.addJsonOption();
    if (const auto over = line.parse(arguments, 0, 0))
        return *over;
    const auto answer = callControl({{u"command"_s, u"reload"_s}});
    if (!answer)
        return controlFailure(line, answer.error());
    if (line.isSet(u"json"_s))
        printJson(*answer);
    else
        printDiagnostics(*answer);
    return ExitOk;
}

} // namespace portlight
