// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/uri.h"

namespace portlight {

namespace {

int hexDigit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    const char lower = char(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// True for a path that nothing has to be done to: no escapes, no "//", no segment that starts with a dot.
bool isPlain(QByteArrayView path)
{
    char before = 0;
    for (const char c : path) {
        if (c == '%' || c == '#' || c == '\0' || (before == '/' && (c == '/' || c == '.')))
            return false;
        before = c;
    }
    return true;
}

// Removes the last segment of "/a/b/" giving "/a/"; false above the root.
bool removeLastSegment(QByteArray &out, qsizetype rootEnd)
{
    qsizetype at = out.size() - 1; // the slash that ends the segment
    if (at <= rootEnd)
        return false;
    at = out.lastIndexOf('/', at - 1);
    out.truncate(at + 1);
    return true;
}

enum class Segment : quint8 { Kept, Resolved, AboveRoot };

// Resolves what stands behind the last slash when a segment ends: a dot segment leaves the slash before it.
Segment finishSegment(QByteArray &out, qsizetype root)
{
    const qsizetype slash = out.lastIndexOf('/');
    const QByteArrayView segment = QByteArrayView(out).sliced(slash + 1);
    if (segment != "." && segment != "..")
        return Segment::Kept;
    const bool isParent = segment == "..";
    out.truncate(slash + 1);
    return isParent && !removeLastSegment(out, root) ? Segment::AboveRoot : Segment::Resolved;
}

} // namespace

NormalizedPath normalizePath(QByteArrayView path, bool mergeSlashes, QByteArray &out)
{
    NormalizedPath result;
    if (isPlain(path)) {
        out.append(path);
        result.valid = true;
        return result;
    }
    const qsizetype root = out.size();
    for (qsizetype i = 0; i < path.size(); ++i) {
        char c = path[i];
        if (c == '#')
            break;
        if (c == '%') {
            const int high = i + 1 < path.size() ? hexDigit(path[i + 1]) : -1;
            const int low = i + 2 < path.size() ? hexDigit(path[i + 2]) : -1;
            if (high < 0 || low < 0)
                return result;
            c = char(high * 16 + low);
            i += 2;
            result.quoted = true;
        }
        if (c == '\0')
            return result;
        if (c != '/') {
            out.append(c);
            continue;
        }
        // An encoded slash separates segments too, as in nginx.
        const Segment before = out.size() > root ? finishSegment(out, root) : Segment::Kept;
        if (before == Segment::AboveRoot)
            return result;
        if (before == Segment::Kept && (out.size() == root || out.back() != '/' || !mergeSlashes))
            out.append('/');
    }
    result.valid = finishSegment(out, root) != Segment::AboveRoot;
    result.changed = QByteArrayView(out).sliced(root) != path;
    return result;
}

void appendEscapedUri(QByteArray &out, QByteArrayView path)
{
    static constexpr char Hex[] = "0123456789ABCDEF";
    static constexpr QByteArrayView Special = "%#?\"<>\\^`{|}"; // as NGX_ESCAPE_URI has it
    for (const char raw : path) {
        const auto c = static_cast<unsigned char>(raw);
        if (c <= 0x20 || c >= 0x7f || Special.contains(raw)) {
            out.append('%');
            out.append(Hex[c >> 4]);
            out.append(Hex[c & 0xf]);
        } else {
            out.append(raw);
        }
    }
}

QByteArray unescapedUri(QByteArrayView text)
{
    QByteArray out;
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        if (++i == text.size())
            break;
        const int high = hexDigit(text[i]);
        if (high < 0) {
            out += text[i];
            continue;
        }
        if (++i == text.size())
            break;
        if (const int low = hexDigit(text[i]); low >= 0)
            out += char(high << 4 | low);
    }
    return out;
}

namespace {

bool isSafePath(QByteArrayView path)
{
    return !path.isEmpty() && !path.contains('\0') && path != ".." && !path.startsWith("../")
           && path.indexOf("/../") < 0 && !path.endsWith("/..");
}

} // namespace

std::optional<UnsafeUri> parseUnsafeUri(QByteArrayView uri)
{
    UnsafeUri result;
    if (const qsizetype mark = uri.indexOf('?'); mark >= 0) {
        result.args = uri.sliced(mark + 1).toByteArray();
        uri = uri.first(mark);
    }
    if (!isSafePath(uri))
        return std::nullopt;
    result.path = unescapedUri(uri);
    if (!isSafePath(result.path))
        return std::nullopt;
    return result;
}

} // namespace portlight
