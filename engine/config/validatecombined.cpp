// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/validationstate.h"
#include "config/values.h"

#include <limits>

// Directives of one block that do not go together.

using namespace Qt::StringLiterals;

namespace portlight::validation {

namespace {

// A level has root or alias, one of them.
void checkRootAndAlias(State &state, const std::vector<ConfigNode> &nodes)
{
    const ConfigNode *first = nullptr;
    for (const ConfigNode &node : nodes) {
        if (node.name != "root" && node.name != "alias")
            continue;
        if (!first)
            first = &node;
        else if (first->name != node.name)
            return state.error(ErrorCode::DuplicateDirective,
                               u"\"%1\" directive is duplicate, \"%2\" directive was specified earlier"_s.arg(
                                   text(node.name), text(first->name)),
                               node.position, firstAt(first->position, node.position));
    }
}

// "off" goes with no other of its kind, in either order.
void checkOff(State &state, const std::vector<ConfigNode> &nodes, QByteArrayView name)
{
    const ConfigNode *before = nullptr;
    for (const ConfigNode &node : nodes) {
        if (node.name != name)
            continue;
        const bool off = node.arguments.size() == 1 && node.argument(0) == "off";
        const bool offBefore = before && before->arguments.size() == 1 && before->argument(0) == "off";
        if (before && (off || offBefore))
            return state.error(ErrorCode::DuplicateDirective, u"\"%1\" directive is duplicate"_s.arg(text(name)),
                               node.position, firstAt(before->position, node.position));
        before = &node;
    }
}

// proxy_redirect default takes what it replaces from the proxy_pass above it.
void checkRedirectDefault(State &state, const std::vector<ConfigNode> &nodes)
{
    const ConfigNode *pass = nullptr;
    for (const ConfigNode &node : nodes) {
        if (node.name == "proxy_pass")
            pass = &node;
        const bool isDefault =
            node.name == "proxy_redirect" && node.arguments.size() == 1 && node.argument(0) == "default";
        if (isDefault && !pass)
            state.error(ErrorCode::InvalidValue,
                        u"\"proxy_redirect default\" should be placed after the \"proxy_pass\" directive"_s,
                        node.position);
        else if (isDefault && pass->argument(0).contains('$'))
            state.error(ErrorCode::InvalidValue,
                        u"\"proxy_redirect default\" cannot be used with \"proxy_pass\" directive with variables"_s,
                        node.position);
    }
}

bool isMethod(const ConfigNode &node)
{
    return node.name == "ip_hash" || node.name == "hash" || node.name == "least_conn" || node.name == "random"
           || node.name == "least_time";
}

// nginx hangs each method onto what is there already, so the order in an upstream block counts.
void checkUpstreamOrder(State &state, const std::vector<ConfigNode> &nodes)
{
    bool chosen = false;
    bool sticky = false;
    bool takesBackups = true;
    for (const ConfigNode &node : nodes) {
        if (isMethod(node) && sticky)
            state.warning(ErrorCode::DuplicateDirective, u"load balancing method redefined"_s, node.position,
                          u"\"sticky\" above it has no effect: the method stands above \"sticky\""_s);
        else if (isMethod(node) && chosen)
            state.warning(ErrorCode::DuplicateDirective, u"load balancing method redefined"_s, node.position,
                          u"the method stands once, above \"keepalive\""_s);
        chosen = chosen || isMethod(node) || node.name == "keepalive";
        sticky = !isMethod(node) && (sticky || node.name == "sticky");
        if (isMethod(node))
            takesBackups = node.name == "least_conn" || node.name == "least_time";
        if (node.name != "server" || takesBackups)
            continue;
        for (size_t i = 1; i < node.arguments.size(); ++i) {
            if (node.argument(i) == "backup" || node.argument(i).startsWith("slow_start="))
                state.error(ErrorCode::InvalidValue,
                            u"balancing method does not support parameter \"%1\""_s.arg(text(node.argument(i))),
                            positionOf(node, i));
        }
    }
}

// Whether the proxy's buffers fit each other, as ngx_http_proxy_merge_loc_conf wants them.
class BufferCheck
{
public:
    BufferCheck(State &state, BufferSizes &sizes)
        : m_state(state)
        , m_sizes(sizes)
    {}
    void take(const std::vector<ConfigNode> &nodes);
    void check();

private:
    template<typename T>
    void takeSize(const ConfigNode &node, T &into);
    void error(const QString &message, const QString &hint);

    State &m_state;
    BufferSizes &m_sizes;
    TextPosition m_where; // the last directive that said something
};

// A size that is none was reported where it stands.
template<typename T>
void BufferCheck::takeSize(const ConfigNode &node, T &into)
{
    const Result<qint64> size = parseSize(node.argument(node.arguments.size() - 1), false);
    if (!size)
        return;
    into = *size;
    m_where = node.position;
}

void BufferCheck::take(const std::vector<ConfigNode> &nodes)
{
    for (const ConfigNode &node : nodes) {
        if (node.arguments.empty())
            continue;
        if (node.name == "proxy_buffer_size") {
            takeSize(node, m_sizes.head);
        } else if (node.name == "proxy_busy_buffers_size") {
            takeSize(node, m_sizes.busy);
        } else if (node.name == "proxy_temp_file_write_size") {
            takeSize(node, m_sizes.fileWrite);
        } else if (node.name == "proxy_max_temp_file_size") {
            takeSize(node, m_sizes.fileMax);
        } else if (node.name == "proxy_buffers" && node.arguments.size() == 2 && node.argument(1) != "0") {
            takeSize(node, m_sizes.each);
            if (const Result<qint64> count = parseNumber(node.argument(0), 1, std::numeric_limits<int>::max()))
                m_sizes.count = *count;
        }
    }
}

void BufferCheck::error(const QString &message, const QString &hint)
{
    m_state.error(ErrorCode::InvalidValue, message, m_where, hint);
}

void BufferCheck::check()
{
    if (!m_where.isKnown())
        return; // what is inherited was looked at where it stands
    const qint64 largest = std::max(m_sizes.head, m_sizes.each);
    const qint64 busy = m_sizes.busy.value_or(2 * largest);
    const qint64 all = m_sizes.count < 2 ? 0 : (m_sizes.count - 1) * m_sizes.each;
    const QString sizes =
        u"here proxy_buffer_size is %1, proxy_buffers %2 of %3, proxy_busy_buffers_size %4 bytes"_s.arg(m_sizes.head)
            .arg(m_sizes.count)
            .arg(m_sizes.each)
            .arg(busy);
    if (m_sizes.count < 2)
        return error(u"there must be at least 2 \"proxy_buffers\""_s, sizes);
    if (busy < largest)
        return error(u"\"proxy_busy_buffers_size\" must be equal to or greater than the maximum of the value of "
                     "\"proxy_buffer_size\" and one of the \"proxy_buffers\""_s,
                     sizes);
    if (busy > all)
        return error(
            u"\"proxy_busy_buffers_size\" must be less than the size of all \"proxy_buffers\" minus one buffer"_s,
            sizes);
    if (m_sizes.fileWrite && *m_sizes.fileWrite < largest)
        return error(u"\"proxy_temp_file_write_size\" must be equal to or greater than the maximum of the value of "
                     "\"proxy_buffer_size\" and one of the \"proxy_buffers\""_s,
                     sizes);
    if (m_sizes.fileMax && *m_sizes.fileMax != 0 && *m_sizes.fileMax < largest)
        error(
            u"\"proxy_max_temp_file_size\" must be equal to zero to disable temporary files usage or must be equal to "
            "or greater than the maximum of the value of \"proxy_buffer_size\" and one of the \"proxy_buffers\""_s,
            sizes);
}

} // namespace

void checkTogether(State &state, const std::vector<ConfigNode> &nodes, Scope &scope)
{
    if (scope.context == ConfigContext::Upstream)
        return checkUpstreamOrder(state, nodes);
    if (scope.context == ConfigContext::Main || scope.context == ConfigContext::Events)
        return;
    checkRootAndAlias(state, nodes);
    if (scope.context == ConfigContext::Location)
        checkHealthGroups(state, nodes);
    for (const char *name : {"proxy_redirect", "proxy_cookie_domain", "proxy_cookie_path", "proxy_cookie_flags"})
        checkOff(state, nodes, name);
    checkRedirectDefault(state, nodes);
    BufferCheck buffers(state, scope.buffers);
    buffers.take(nodes);
    buffers.check();
}

} // namespace portlight::validation
