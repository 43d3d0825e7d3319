// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/healthcheck.h"
#include "config/validationstate.h"
#include "config/values.h"

// Active health checks (ngx_http_upstream_hc_module of the commercial nginx).

using namespace Qt::StringLiterals;

namespace portlight::validation {

namespace {

void report(State &state, const Error &error)
{
    state.error(error.code, error.message, error.where, error.hint);
}

void checkHealthCheck(State &state, const ConfigNode &node, const Scope &)
{
    const Result<HealthCheckParameters> parameters = parseHealthCheck(node);
    if (!parameters)
        return report(state, parameters.error());
    if (parameters->grpc)
        return state.notYet(u"health_check … type=grpc"_s, u"backends that speak gRPC are not checked"_s,
                            node.position);
    if (!parameters->match.isEmpty() && !state.matches.contains(parameters->match))
        state.error(ErrorCode::NotFound, u"unknown match \"%1\""_s.arg(text(parameters->match)), node.position,
                    u"define it in http: match %1 { status 200; }"_s.arg(text(parameters->match)));
}

void checkMatch(State &state, const ConfigNode &match, const Scope &)
{
    const QByteArray name = match.argument(0).toByteArray();
    const TextPosition first = state.matches.value(name);
    if (first != match.position)
        state.error(ErrorCode::DuplicateDirective, u"duplicate match \"%1\""_s.arg(text(name)), match.position,
                    firstAt(first, match.position));
    for (const ConfigNode &line : match.children) {
        if (line.isComment() || (line.name == "include" && line.arguments.size() == 1))
            continue; // an include is reported where it was not read
        const Result<HealthTest> test = parseHealthTest(line);
        if (!test) {
            report(state, test.error());
            continue;
        }
        for (size_t i = 0; i < test->variables.size(); ++i)
            checkVariable(state, line, i, test->variables[i]);
    }
}

const ConfigNode *findNamed(const std::vector<ConfigNode> &nodes, std::initializer_list<const char *> names)
{
    for (const ConfigNode &node : nodes) {
        for (const char *name : names) {
            if (node.name == name && !node.arguments.empty())
                return &node;
        }
    }
    return nullptr;
}

bool hasZone(const State &state, const QByteArray &group)
{
    const ConfigNode *const http = state.tree.child("http");
    if (!http)
        return false;
    for (const ConfigNode *upstream : http->childrenNamed("upstream")) {
        if (upstream->argument(0) == group)
            return upstream->child("zone") != nullptr;
    }
    return false;
}

// Here one process knows everything: what the commercial nginx would refuse runs all the same.
void checkGroup(State &state, const ConfigNode &check, const ProxyTarget &target)
{
    const QByteArray &name = target.peer.host;
    const bool isGroup = !target.peer.hasPort && state.upstreams.contains(name);
    if (!isGroup)
        state.warning(ErrorCode::MissingDirective,
                      u"nginx checks the servers of an upstream block only, and \"%1\" is an address"_s.arg(
                          text(target.hostPort)),
                      check.position, u"it is checked here; for nginx write an upstream block with a zone"_s);
    else if (!hasZone(state, name))
        state.warning(ErrorCode::MissingDirective,
                      u"upstream \"%1\" has no \"zone\", which nginx needs for health checks"_s.arg(text(name)),
                      check.position, u"it is checked here; for nginx add: zone %1 64k;"_s.arg(text(name)));
}

} // namespace

void checkHealthGroups(State &state, const std::vector<ConfigNode> &nodes)
{
    const auto check =
        std::find_if(nodes.begin(), nodes.end(), [](const ConfigNode &node) { return node.name == "health_check"; });
    if (check == nodes.end())
        return;
    const ConfigNode *const pass = findNamed(nodes, {"proxy_pass"});
    if (!pass) {
        if (findNamed(nodes, {"fastcgi_pass", "uwsgi_pass", "scgi_pass", "grpc_pass", "memcached_pass"}))
            state.notYet(u"health_check"_s, u"only the backends of proxy_pass are checked"_s, check->position);
        else
            state.error(ErrorCode::MissingDirective, u"\"health_check\" has no group to check"_s, check->position,
                        u"put it into the location whose proxy_pass names the group"_s);
        return;
    }
    if (pass->argument(0).contains('$'))
        return state.notYet(u"health_check"_s, u"proxy_pass holds variables, so that its group is not known"_s,
                            check->position);
    if (const Result<ProxyTarget> target = parseProxyTarget(pass->argument(0)))
        checkGroup(state, *check, *target);
}

std::span<const NamedCheck> healthChecks()
{
    static constexpr NamedCheck checks[] = {{"health_check", checkHealthCheck}, {"match", checkMatch}};
    return checks;
}

} // namespace portlight::validation
