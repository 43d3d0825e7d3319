// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/controlcommands.h"

#include "api/authority.h"
#include "api/backendreports.h"
#include "api/controlreports.h"
#include "api/controlserver.h"
#include "api/peerlookup.h"
#include "api/workspace.h"

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

QJsonObject add(Workspace &workspace, const QJsonObject &request)
{
    const auto draft = parseDomainLine(request.value(u"line"_s).toString(), workspace.listenPort());
    if (!draft)
        return controlAnswer(draft.error());
    const auto index = workspace.addDomain(*draft);
    if (!index)
        return controlAnswer(index.error());
    return {{u"domain"_s, domainReport(workspace.domains().value(*index))}};
}

QJsonObject remove(Workspace &workspace, const QJsonObject &request)
{
    const auto index = findDomain(workspace.tree(), request.value(u"name"_s).toString());
    if (!index)
        return controlAnswer(index.error());
    const DomainView domain = workspace.domains().value(*index);
    if (const auto removed = workspace.removeDomain(*index); !removed)
        return controlAnswer(removed.error());
    return {{u"domain"_s, domainReport(domain)}};
}

QJsonObject list(Workspace &workspace)
{
    return {{u"domains"_s, domainsReport(workspace.domains())}};
}

QJsonObject status(Workspace &workspace)
{
    return {{u"config"_s, workspace.configPath()},
            {u"status"_s, statusReport(workspace.engine().status())},
            {u"diagnostics"_s, diagnosticsReport(workspace.diagnostics())}};
}

QJsonObject reload(Workspace &workspace)
{
    workspace.open();
    QJsonObject answer{{u"diagnostics"_s, diagnosticsReport(workspace.diagnostics())}};
    if (workspace.isReadOnly()) {
        const Diagnostic problem = workspace.diagnostics().value(0);
        answer = controlAnswer({problem.code, problem.message, problem.where, problem.hint});
    }
    return answer;
}

QJsonObject backends(const ProxyEngine &engine)
{
    return {{u"backends"_s, backendsReport(engine.status().upstreams)},
            {u"peersLeftOut"_s, engine.status().peersLeftOut}};
}

Result<PeerName> peerNamedIn(const QJsonObject &request, const ProxyEngine &engine)
{
    return findPeer(engine.status().upstreams, request.value(u"group"_s).toString(),
                    request.value(u"peer"_s).toString());
}

QJsonObject peerAnswer(const PeerName &name)
{
    return {{u"group"_s, QString::fromUtf8(name.group)}, {u"peer"_s, QString::fromUtf8(name.peer)}};
}

// What the snapshot names exists, but for a reload within the last moment: the engine's own answer is not waited for.
QJsonObject setPeerState(ProxyEngine &engine, const QJsonObject &request)
{
    const QString state = request.value(u"state"_s).toString();
    const qsizetype order = QStringList{u"up"_s, u"draining"_s, u"down"_s}.indexOf(state);
    if (order < 0)
        return controlAnswer({ErrorCode::InvalidValue, u"a state is up, draining or down, not \"%1\""_s.arg(state)});
    const auto name = peerNamedIn(request, engine);
    if (!name)
        return controlAnswer(name.error());
    engine.setPeerState(name->group, name->peer, PeerOrder(order));
    QJsonObject answer = peerAnswer(*name);
    answer.insert(u"state"_s, state);
    return answer;
}

QJsonObject setPeerWeight(ProxyEngine &engine, const QJsonObject &request)
{
    const int weight = request.value(u"weight"_s).toInt();
    if (weight < 1 || weight > PeerWeightMax) {
        return controlAnswer(
            {ErrorCode::InvalidValue, u"a weight is a number from 1 to %1"_s.arg(PeerWeightMax), {}, {}});
    }
    const auto name = peerNamedIn(request, engine);
    if (!name)
        return controlAnswer(name.error());
    engine.setPeerWeight(name->group, name->peer, weight);
    QJsonObject answer = peerAnswer(*name);
    answer.insert(u"weight"_s, weight);
    return answer;
}

} // namespace

void addWorkspaceCommands(ControlServer &server, Workspace &workspace)
{
    server.addCommand(u"add"_s, [&workspace](const QJsonObject &request) { return add(workspace, request); });
    server.addCommand(u"remove"_s, [&workspace](const QJsonObject &request) { return remove(workspace, request); });
    server.addCommand(u"list"_s, [&workspace](const QJsonObject &) { return list(workspace); });
    server.addCommand(u"status"_s, [&workspace](const QJsonObject &) { return status(workspace); });
    server.addCommand(u"reload"_s, [&workspace](const QJsonObject &) { return reload(workspace); });
    addBackendCommands(server, workspace.engine());
}

void addBackendCommands(ControlServer &server, ProxyEngine &engine)
{
    server.addCommand(u"backends"_s, [&engine](const QJsonObject &) { return backends(engine); });
    server.addCommand(u"peer-state"_s, [&engine](const QJsonObject &request) { return setPeerState(engine, request); });
    server.addCommand(u"peer-weight"_s,
                      [&engine](const QJsonObject &request) { return setPeerWeight(engine, request); });
}

void addAuthorityCommands(ControlServer &server, Authority &authority)
{
    server.addCommand(u"ca-unlock"_s, [&authority](const QJsonObject &request) {
        const QString passphrase = request.value(u"passphrase"_s).toString();
        if (passphrase.isEmpty())
            authority.open();
        else
            authority.unlock(passphrase);
        return QJsonObject();
    });
}

} // namespace portlight
