// SPDX-License-Identifier: GPL-3.0-or-later
// The parameters of `sticky` (ngx_http_upstream_sticky_module).
#include "config/validationstate.h"
#include "config/values.h"

#include <utility>

using namespace Qt::StringLiterals;

namespace portlight::validation {

namespace {

constexpr qint64 ZoneBytesMin = 8 * 4096; // eight pages

class StickyCheck
{
public:
    StickyCheck(State &state, const ConfigNode &node)
        : m_state(state)
        , m_node(node)
    {}

    void run()
    {
        const QByteArrayView method = m_node.argument(0);
        if (method == "cookie")
            checkCookie();
        else if (method == "route")
            checkRoute();
        else if (method == "learn")
            checkLearn();
        else
            unknownParameter(0, u"sessions are bound by \"cookie\", \"route\" or \"learn\""_s);
    }

private:
    // "sticky" directive …, as nginx puts it
    void problem(size_t index, const QString &words, const QString &hint = {})
    {
        m_state.error(ErrorCode::InvalidValue, u"\"sticky\" directive "_s + words, positionOf(m_node, index), hint);
    }
    void unknownParameter(size_t index, const QString &hint)
    {
        m_state.error(ErrorCode::InvalidValue, u"unknown parameter \"%1\""_s.arg(text(m_node.argument(index))),
                      positionOf(m_node, index), hint);
    }
    // False: it stood there before, which is told.
    bool isFirst(size_t index, const char *name)
    {
        if (m_seen.contains(name)) {
            problem(index, u"parameter \"%1\" is duplicate"_s.arg(QLatin1StringView(name)));
            return false;
        }
        m_seen.insert(name);
        return true;
    }

    void checkCookie()
    {
        if (m_node.argument(1).isEmpty())
            return problem(1, u"empty cookie name"_s);
        for (size_t i = 2; i < m_node.arguments.size(); ++i)
            checkCookieParameter(i);
    }

    void checkCookieParameter(size_t index)
    {
        const QByteArrayView word = m_node.argument(index);
        const qsizetype equals = word.indexOf('=');
        const QByteArrayView name = equals < 0 ? word : word.first(equals);
        const QByteArrayView value = equals < 0 ? QByteArrayView() : word.sliced(equals + 1);
        for (const char *known : {"httponly", "secure"}) {
            if (word == known)
                return static_cast<void>(isFirst(index, known));
        }
        for (const char *known : {"domain", "path", "expires", "samesite"}) {
            if (equals >= 0 && name == known) {
                if (isFirst(index, known))
                    checkCookieValue(index, name, value);
                return;
            }
        }
        unknownParameter(index, u"the parameters are expires=, domain=, path=, samesite=, httponly and secure"_s);
    }

    void checkCookieValue(size_t index, QByteArrayView name, QByteArrayView value)
    {
        if (name == "expires") {
            if (value != "max" && !parseSeconds(value))
                problem(index, u"invalid \"expires\" parameter value"_s, u"write a time such as 1h, or max"_s);
        } else if (name == "samesite") {
            const QByteArray lower = value.toByteArray().toLower();
            if (!value.contains('$') && lower != "strict" && lower != "lax" && lower != "none")
                problem(index, u"invalid \"samesite\" parameter value"_s, u"write strict, lax or none"_s);
        } else if (value.isEmpty()) {
            problem(index, u"no value for \"%1\""_s.arg(text(name)));
        }
        if (name == "samesite" || name == "domain")
            checkTemplateText(m_state, m_node, index, value);
    }

    void checkRoute()
    {
        for (size_t i = 1; i < m_node.arguments.size(); ++i) {
            const QByteArrayView word = m_node.argument(i);
            if (!word.startsWith('$'))
                return m_state.error(ErrorCode::InvalidValue, u"invalid variable name \"%1\""_s.arg(text(word)),
                                     positionOf(m_node, i), u"a variable is written with \"$\""_s);
            checkVariable(m_state, m_node, i, word.sliced(1));
        }
    }

    void checkLearn()
    {
        for (size_t i = 1; i < m_node.arguments.size(); ++i) {
            const QByteArrayView word = m_node.argument(i);
            if (word.startsWith("zone="))
                checkZone(i, word.sliced(5));
            else if (word.startsWith("timeout="))
                checkTimeout(i, word.sliced(8));
            else if (word.startsWith("create="))
                checkLearnVariable(i, word.sliced(7), "create");
            else if (word.startsWith("lookup="))
                checkLearnVariable(i, word.sliced(7), "lookup");
            else if (word != "header")
                unknownParameter(i, u"the parameters are create=, lookup=, zone=, timeout= and header"_s);
        }
        for (const char *needed : {"lookup", "create", "zone"}) {
            if (!m_seen.contains(needed))
                return problem(0, u"\"%1\" parameter is not specified"_s.arg(QLatin1StringView(needed)));
        }
    }

    void checkLearnVariable(size_t index, QByteArrayView variable, const char *name)
    {
        m_seen.insert(name);
        if (!variable.startsWith('$'))
            return problem(index, u"missing variable in the \"%1\" parameter"_s.arg(QLatin1StringView(name)));
        checkVariable(m_state, m_node, index, variable.sliced(1));
    }

    void checkZone(size_t index, QByteArrayView zone)
    {
        if (m_seen.contains("zone"))
            return problem(index, u"duplicate zone"_s);
        m_seen.insert("zone");
        const qsizetype colon = zone.indexOf(':');
        if (colon < 0)
            return problem(index, u"zone size is not specified"_s, u"write zone=name:1m"_s);
        if (colon == 0)
            return problem(index, u"zone name is not specified"_s, u"write zone=name:1m"_s);
        const auto bytes = parseSize(zone.sliced(colon + 1));
        if (!bytes)
            problem(index, u"invalid zone size"_s, bytes.error().hint);
        else if (*bytes < ZoneBytesMin)
            problem(index, u"zone is too small"_s, u"32k hold some 200 sessions, and that is the least"_s);
    }

    void checkTimeout(size_t index, QByteArrayView timeout)
    {
        if (m_seen.contains("timeout"))
            return problem(index, u"duplicate timeout"_s);
        m_seen.insert("timeout");
        const auto time = parseDuration(timeout);
        if (!time || time->count() == 0)
            problem(index, u"invalid timeout"_s, u"write a time such as 1h"_s);
    }

    State &m_state;
    const ConfigNode &m_node;
    QSet<QByteArray> m_seen;
};

} // namespace

void checkSticky(State &state, const ConfigNode &node, const Scope &)
{
    StickyCheck(state, node).run();
}

} // namespace portlight::validation
