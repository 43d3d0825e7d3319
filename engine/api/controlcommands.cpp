// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/controlcommands.h"

#include "api/controlreports.h"
#include "api/controlserver.h"
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

} // namespace

void addWorkspaceCommands(ControlServer &server, Workspace &workspace)
{
    server.addCommand(u"add"_s, [&workspace](const QJsonObject &request) { return add(workspace, request); });
    server.addCommand(u"remove"_s, [&workspace](const QJsonObject &request) { return remove(workspace, request); });
    server.addCommand(u"list"_s, [&workspace](const QJsonObject &) { return list(workspace); });
    server.addCommand(u"status"_s, [&workspace](const QJsonObject &) { return status(workspace); });
    server.addCommand(u"reload"_s, [&workspace](const QJsonObject &) { return reload(workspace); });
}

} // namespace portlight
