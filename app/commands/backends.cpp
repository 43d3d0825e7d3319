// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/backendreports.h"
#include "api/controlclient.h"
#include "commands/commandline.h"

// backends, drain, down, up and weight: of the Portlight that runs, and only while it runs.
namespace portlight {

using namespace Qt::StringLiterals;

namespace {

void addControlOption(CommandLine &line)
{
    line.addOption(u"control"_s, u"Ask the serve that was started with --control and this socket."_s, u"socket"_s);
}

QString controlSocketOf(const CommandLine &line)
{
    return line.isSet(u"control"_s) ? line.value(u"control"_s) : controlSocketPath();
}

void addPeerOperands(CommandLine &line)
{
    line.addOperand(u"group"_s, u"The group's name; may be left out when the peer is in one group only."_s,
                    u"[GROUP]"_s);
    line.addOperand(u"peer"_s,
                    u"The peer's address, or as much of it as is clear: its port, its host, or the name of a group "
                    u"that has one peer."_s,
                    u"PEER"_s);
}

// [GROUP] PEER at the front of the operands.
QJsonObject requestFor(const QString &command, const QStringList &names)
{
    QJsonObject request{{u"command"_s, command}, {u"peer"_s, names.last()}};
    if (names.size() > 1)
        request.insert(u"group"_s, names.first());
    return request;
}

int ask(const CommandLine &line, const QJsonObject &request, const QString &done)
{
    const auto answer = callControl(request, controlSocketOf(line));
    if (!answer)
        return controlFailure(line, answer.error());
    if (line.isSet(u"json"_s))
        printJson(*answer);
    else
        print(u"%1 in %2 %3\n"_s.arg(answer->value(u"peer"_s).toString(), answer->value(u"group"_s).toString(), done));
    return ExitOk;
}

int runState(const QStringList &arguments, const QString &name, const QString &state, const QString &description,
             const QString &done)
{
    CommandLine line(name, description
                               + u" At once, without a reload; it outlives reloads and is not written into the "
                                 u"configuration. Acts on the running Portlight."_s);
    addPeerOperands(line);
    line.addJsonOption();
    addControlOption(line);
    if (const auto over = line.parse(arguments, 1, 2))
        return *over;
    QJsonObject request = requestFor(u"peer-state"_s, line.operands());
    request.insert(u"state"_s, state);
    return ask(line, request, done);
}

} // namespace

int runBackends(const QStringList &arguments)
{
    CommandLine line(u"backends"_s,
                     u"Shows the backends of the running Portlight: each group's peers with state, weight (in brackets "
                     u"what it counts as now), requests on their way, requests, failures, response times and the last "
                     u"error. Exits with 1 when none is running."_s);
    line.addJsonOption();
    addControlOption(line);
    if (const auto over = line.parse(arguments, 0, 0))
        return *over;
    const auto answer = callControl({{u"command"_s, u"backends"_s}}, controlSocketOf(line));
    if (!answer)
        return controlFailure(line, answer.error());
    if (line.isSet(u"json"_s)) {
        printJson(*answer);
        return ExitOk;
    }
    const QJsonArray backends = answer->value(u"backends"_s).toArray();
    if (backends.isEmpty())
        printError(u"Nothing is proxied yet; add a domain: portlightctl add shop 3000\n"_s);
    else
        print(backendsText(backends));
    if (const qint64 more = answer->value(u"peersLeftOut"_s).toInteger(); more > 0)
        printError(u"portlightctl: %1 more peers are served but not shown\n"_s.arg(more));
    return ExitOk;
}

int runDrain(const QStringList &arguments)
{
    return runState(arguments, u"drain"_s, u"draining"_s,
                    u"Gives a backend no new requests but those of sessions bound to it; what it has, it ends."_s,
                    u"is draining: it gets no new requests"_s);
}

int runDown(const QStringList &arguments)
{
    return runState(arguments, u"down"_s, u"down"_s,
                    u"Gives a backend no requests at all until it is up again; what it has, it ends."_s,
                    u"is down: it gets no requests"_s);
}

int runUp(const QStringList &arguments)
{
    return runState(arguments, u"up"_s, u"up"_s, u"Gives a backend requests again that was drained or down."_s,
                    u"is up: it gets requests"_s);
}

int runWeight(const QStringList &arguments)
{
    CommandLine line(u"weight"_s,
                     u"Changes a backend's share of its group's requests:\n"
                     u"  portlightctl weight api 127.0.0.1:3001 5\n"
                     u"At once, without a reload; it outlives reloads and is not written into the configuration. Acts "
                     u"on the running Portlight."_s);
    addPeerOperands(line);
    line.addOperand(u"weight"_s, u"From 1 to %1."_s.arg(PeerWeightMax), u"N"_s);
    line.addJsonOption();
    addControlOption(line);
    if (const auto over = line.parse(arguments, 2, 3))
        return *over;
    bool isNumber = false;
    const int weight = line.operands().last().toInt(&isNumber);
    if (!isNumber || weight < 1 || weight > PeerWeightMax)
        return line.usageError(
            u"a weight is a number from 1 to %1, not \"%2\""_s.arg(PeerWeightMax).arg(line.operands().last()));
    QJsonObject request = requestFor(u"peer-weight"_s, line.operands().first(line.operands().size() - 1));
    request.insert(u"weight"_s, weight);
    return ask(line, request, u"has the weight %1"_s.arg(weight));
}

} // namespace portlight
