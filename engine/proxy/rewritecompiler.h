// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/tree.h"
#include "proxy/compilescope.h"
#include "proxy/rewriteprogram.h"

#include <functional>

namespace portlight {

// Makes the rewrite program of one server or location (ngx_http_rewrite_module). Errors are nginx's words. Used while
// compiling.
class RewriteCompiler
{
public:
    // Gives the configuration that an `if` block switches to; null where it switches none.
    using IfLevel = std::function<const LocationConfig *(const ConfigNode &block)>;

    RewriteCompiler(CompileScope &scope, IfLevel ifLevel)
        : m_scope(scope)
        , m_ifLevel(std::move(ifLevel))
    {}

    // Appends the steps of that block; problems are reported to the scope.
    void compile(const ConfigNode &block, RewriteProgram &program);

private:
    Result<void> addStep(const ConfigNode &node, RewriteProgram &program);
    Result<RewriteRule> rewriteRule(const ConfigNode &node);
    Result<void> setReplacement(QByteArrayView text, RewriteRule &rule);
    Result<ReturnRule> returnRule(const ConfigNode &node);
    Result<SetRule> setRule(const ConfigNode &node);
    Result<void> addIf(const ConfigNode &node, RewriteProgram &program);
    Result<RewriteCondition> condition(const std::vector<QByteArray> &words);
    Result<RewriteCondition> comparison(const std::vector<QByteArray> &words);
    Result<RewriteCondition> fileTest(const std::vector<QByteArray> &words);

    CompileScope &m_scope;
    IfLevel m_ifLevel;
};

} // namespace portlight
