// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/reference.h"

#include "config/directivetable.h"

#include <QByteArrayList>

namespace portlight {

namespace {

const char *supportWord(DirectiveSupport support)
{
    switch (support) {
    case DirectiveSupport::Runs: return "runs";
    case DirectiveSupport::Accepted: return "accepted";
    case DirectiveSupport::NotYet: return "not yet";
    case DirectiveSupport::Own: return "own";
    }
    Q_UNREACHABLE();
}

QByteArray contextsOf(const DirectiveSpec &spec)
{
    constexpr std::pair<ConfigContext, const char *> names[] = {
        {ConfigContext::Main, "main"},
        {ConfigContext::Events, "events"},
        {ConfigContext::Http, "http"},
        {ConfigContext::Server, "server"},
        {ConfigContext::Location, "location"},
        {ConfigContext::Upstream, "upstream"},
        {ConfigContext::ServerIf, "if in server"},
        {ConfigContext::LocationIf, "if in location"},
        {ConfigContext::LimitExcept, "limit_except"},
    };
    QByteArrayList list;
    for (const auto &[context, name] : names) {
        if (spec.contexts.testFlag(context))
            list.append(name);
    }
    return list.size() == std::ssize(names) ? "any" : list.join(", ");
}

// A cell's text; a '|' would end the cell.
QByteArray cell(QByteArray text)
{
    return text.replace('|', "\\|");
}

QByteArray defaultsOf(const DirectiveSpec &spec)
{
    QByteArrayList list;
    for (const VersionedDefault &one : spec.defaults) {
        const QByteArray value = '`' + QByteArray(one.value) + '`';
        list.append(one.since == NginxVersion{0, 0, 0} ? value : value + " from " + one.since.toString());
    }
    return list.join(", ");
}

QByteArray noteOf(const DirectiveSpec &spec)
{
    QByteArrayList parts;
    if (*spec.note)
        parts.append(spec.note);
    if (spec.values)
        parts.append("one of " + QByteArray(spec.values).replace(" ", ", "));
    return parts.join("; ");
}

QByteArray rowOf(const DirectiveSpec &spec)
{
    const QByteArray since = spec.since.isValid() || spec.since.minor > 0 ? spec.since.toString() : QByteArray();
    return "| `" + QByteArray(spec.name) + "` | " + contextsOf(spec) + " | " + cell(defaultsOf(spec)) + " | "
           + supportWord(spec.support) + " | " + cell(noteOf(spec)) + " | " + since + " |\n";
}

qsizetype countOf(DirectiveSupport support)
{
    const auto all = allDirectives();
    return std::count_if(all.begin(), all.end(),
                         [support](const DirectiveSpec &spec) { return spec.support == support; });
}

} // namespace

QByteArray directiveReference()
{
    QByteArray text = "# Directives\n\n"
                      "Made from the directive table by `portlightctl reference`; do not edit it by hand. Defaults are "
                      "those of nginx "
                      + NginxVersion::current().toString()
                      + " where no version is named.\n\n"
                        "- **runs**: as in nginx. "
                      + QByteArray::number(countOf(DirectiveSupport::Runs))
                      + " directives.\n"
                        "- **accepted**: has no meaning here and none is lost; the note says why. "
                      + QByteArray::number(countOf(DirectiveSupport::Accepted))
                      + ".\n"
                        "- **not yet**: known, checked, and named by a warning, but not run; the note says why. "
                      + QByteArray::number(countOf(DirectiveSupport::NotYet))
                      + ".\n"
                        "- **own**: a directive of Portlight's, translated or reported on export. "
                      + QByteArray::number(countOf(DirectiveSupport::Own)) + ".\n";
    for (const DirectiveModule &module : directiveModules()) {
        text += "\n## " + QByteArray(module.title)
                + "\n\n| directive | contexts | default | support | note | since |\n| --- | --- | --- | --- | --- | "
                  "--- |\n";
        for (const DirectiveSpec &spec : module.directives)
            text += rowOf(spec);
    }
    return text;
}

} // namespace portlight
