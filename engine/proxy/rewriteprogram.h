// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/error.h"
#include "base/regex.h"
#include "proxy/template.h"

#include <variant>
#include <vector>

namespace portlight {

struct LocationConfig;

// return
struct ReturnRule {
    int status = 0;
    Template text; // body, or the URL of a redirect
    bool isRedirect = false;
    TextPosition position;
};

// rewrite
struct RewriteRule {
    Regex regex;
    Template path;            // the replacement up to its first '?'; the whole of a redirect
    Template args;            // behind that '?'
    bool hasArgs = false;     // there is a '?'
    bool keepsArgs = true;    // the request's own arguments follow; a '?' at the end says no
    int redirectStatus = 0;   // 301 or 302; 0: the URI changes inside
    bool staysHere = false;   // "break": in this location
    bool endsProgram = false; // any flag does, and a redirect
    TextPosition position;
};

// set. The variable is a slot, or one of nginx's own that can be changed.
struct SetRule {
    VariableRef variable;
    Template value;
    TextPosition position;
};

// break
struct BreakRule {
    TextPosition position;
};

// What stands between the parentheses of `if`.
struct RewriteCondition {
    enum class Kind : quint8 { Variable, Equal, Match, PlainFile, Directory, Exists, Executable };

    Kind kind = Kind::Variable;
    bool negated = false;
    VariableRef variable; // of the first three kinds
    Template value;       // what it is compared with, or the path of a file
    Regex regex;
};

// if
struct IfRule {
    RewriteCondition condition;
    QByteArray text;                          // as written, for the trace
    const LocationConfig *location = nullptr; // takes over when it holds; null in a server block
    size_t end = 0;                           // the step behind the block
    TextPosition position;
};

// The directives of ngx_http_rewrite_module of one server or location in their order, those of `if` blocks in between.
// Immutable once compiled.
using RewriteStep = std::variant<RewriteRule, ReturnRule, SetRule, BreakRule, IfRule>;
using RewriteProgram = std::vector<RewriteStep>;

} // namespace portlight
