// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/resolveanswer.h"

namespace portlight {

namespace {

const char *wordsOf(ResolveState state)
{
    switch (state) {
    case ResolveState::FormatError: return "Format error";
    case ResolveState::ServerFailure: return "Server failure";
    case ResolveState::HostNotFound: return "Host not found";
    case ResolveState::Unimplemented: return "Unimplemented";
    case ResolveState::Refused: return "Operation refused";
    case ResolveState::TimedOut: return "Operation timed out";
    case ResolveState::Ok: break;
    }
    return "Unknown error";
}

} // namespace

QByteArray describeResolveState(ResolveState state)
{
    return QByteArray::number(int(state)) + ": " + wordsOf(state);
}

bool isLocalhostName(QByteArrayView name)
{
    constexpr QByteArrayView Localhost = "localhost";
    if (name.size() < Localhost.size() || name.last(Localhost.size()).compare(Localhost, Qt::CaseInsensitive) != 0)
        return false;
    return name.size() == Localhost.size() || name[name.size() - Localhost.size() - 1] == '.';
}

QByteArray ResolveAnswer::logText() const
{
    return name + " could not be resolved (" + describeResolveState(state) + ')';
}

} // namespace portlight
