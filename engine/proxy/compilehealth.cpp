// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/compilehealth.h"

#include "proxy/compiledconfig.h"

using namespace Qt::StringLiterals;

namespace portlight {

void compileHealthMatches(const ConfigNode &http, CompileScope &scope)
{
    for (const ConfigNode *block : http.childrenNamed("match")) {
        auto match = std::make_shared<HealthMatch>();
        match->name = block->argument(0).toByteArray();
        for (const ConfigNode &line : block->children) {
            if (line.isComment())
                continue;
            if (auto test = parseHealthTest(line))
                match->tests.push_back(std::move(*test));
            else
                scope.report(test.error(), test.error().where);
        }
        scope.config.healthMatches.insert(match->name, match);
    }
}

namespace {

void takeSettings(HealthCheckConfig &check, const ProxySettings &proxy)
{
    check.connectTimeout = proxy.connectTimeout;
    check.sendTimeout = proxy.sendTimeout;
    check.readTimeout = proxy.readTimeout;
    check.headBytesMax = proxy.bufferBytes;
}

// Finds the match block and the variables that it requires.
Result<void> takeMatch(HealthCheckPlan &plan, CompileScope &scope)
{
    const QByteArray &name = plan.check.parameters.match;
    if (name.isEmpty())
        return {};
    plan.check.match = scope.config.healthMatches.value(name);
    if (!plan.check.match)
        return Error{ErrorCode::NotFound, u"unknown match \"%1\""_s.arg(QString::fromUtf8(name))};
    scope.variables.setPlace(plan.position);
    for (const HealthTest &test : plan.check.match->tests) {
        for (const QByteArray &variable : test.variables)
            plan.variables.insert(variable, scope.variables.find(variable));
    }
    return {};
}

} // namespace

void compileHealthChecks(const ConfigNode &block, const LocationConfig &location, CompileScope &scope)
{
    if (!location.proxyPass || !location.proxyPass->upstream)
        return;
    for (const ConfigNode *node : block.childrenNamed("health_check")) {
        auto parameters = parseHealthCheck(*node);
        if (!parameters) {
            scope.report(parameters.error(), parameters.error().where);
            continue;
        }
        if (parameters->grpc)
            continue;
        auto plan = std::make_unique<HealthCheckPlan>();
        plan->check.parameters = std::move(*parameters);
        plan->group = location.proxyPass->upstream;
        plan->location = &location;
        plan->server = scope.server;
        plan->position = node->position;
        takeSettings(plan->check, location.proxy());
        if (const Result<void> taken = takeMatch(*plan, scope); !taken)
            scope.report(taken.error(), node->position);
        else
            scope.config.healthChecks.push_back(std::move(plan));
    }
}

} // namespace portlight
