// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/diagnostic.h"

#include <algorithm>

namespace portlight {

QString severityName(Severity severity)
{
    switch (severity) {
    case Severity::Note: return QStringLiteral("note");
    case Severity::Warning: return QStringLiteral("warning");
    case Severity::Error: return QStringLiteral("error");
    }
    Q_UNREACHABLE();
}

QString Diagnostic::toString() const
{
    QString text = where.toString();
    if (!text.isEmpty())
        text += QLatin1String(": ");
    text += severityName(severity) + QLatin1String(": ") + message;
    if (!hint.isEmpty())
        text += QLatin1String("; ") + hint;
    return text;
}

QJsonObject Diagnostic::toJson() const
{
    QJsonObject object{{QStringLiteral("severity"), severityName(severity)}, {QStringLiteral("message"), message}};
    if (!where.file.isEmpty())
        object.insert(QStringLiteral("file"), where.file);
    if (where.isKnown()) {
        object.insert(QStringLiteral("line"), where.line);
        object.insert(QStringLiteral("column"), where.column);
    }
    if (!hint.isEmpty())
        object.insert(QStringLiteral("hint"), hint);
    return object;
}

Diagnostic Diagnostic::fromError(const Error &error)
{
    return {Severity::Error, error.code, error.message, error.where, error.hint};
}

bool hasErrors(const Diagnostics &diagnostics)
{
    return std::any_of(diagnostics.begin(), diagnostics.end(),
                       [](const Diagnostic &d) { return d.severity == Severity::Error; });
}

} // namespace portlight
