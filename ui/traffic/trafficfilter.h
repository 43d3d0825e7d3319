// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "capture/exchangerecord.h"

#include <QStringList>

#include <functional>
#include <vector>

namespace portlight {

// Which exchanges to show, in the grammar of browsers' developer tools: words are searched in what a row shows,
// `key:value` asks for one thing, a leading '-' turns a term round, commas mean "or", quotes keep spaces together.
//
//   method:GET,POST  status:404  status:4xx  status:>=500  status:200-299  domain:shop  domain:*.shop.localhost
//   path:/api  type:json  peer:3000  is:running  is:failed  is:upgraded  is:stream  is:retried
//   larger-than:4k  slower-than:200ms
class TrafficFilter
{
public:
    TrafficFilter() = default; // accepts everything
    static TrafficFilter parse(const QString &text);

    bool accepts(const ExchangeSummary &exchange) const;
    bool isEmpty() const { return m_terms.empty(); }
    // What could not be understood; those terms are left out.
    const QStringList &problems() const { return m_problems; }

    // The text with the term of that key replaced, or removed by an empty value. Others stay as typed.
    static QString withTerm(const QString &text, const QString &key, const QString &value);
    // The value of the only positive term of that key, or empty.
    static QString valueOf(const QString &text, const QString &key);
    static QStringList keys();

private:
    struct Term {
        bool negated = false;
        std::function<bool(const ExchangeSummary &)> matches;
    };
    std::vector<Term> m_terms;
    QStringList m_problems;
};

} // namespace portlight
