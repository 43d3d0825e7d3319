// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/error.h"

#include <QJsonObject>
#include <QList>
#include <QMetaType>

namespace portlight {

enum class Severity : quint8 { Note, Warning, Error };

// "note", "warning" or "error".
QString severityName(Severity severity);

// One finding about a configuration: what, how bad, where, and what to do about it.
struct Diagnostic {
    Severity severity = Severity::Error;
    ErrorCode code = ErrorCode::None;
    QString message;
    TextPosition where;
    QString hint;

    // "file:line:column: severity: message", and the hint behind a semicolon.
    QString toString() const;
    QJsonObject toJson() const;
    static Diagnostic fromError(const Error &error);
    friend bool operator==(const Diagnostic &, const Diagnostic &) = default;
};

using Diagnostics = QList<Diagnostic>;

bool hasErrors(const Diagnostics &diagnostics);

} // namespace portlight

Q_DECLARE_METATYPE(portlight::Diagnostic)
